// Field and label selectors: what a list or a watch lets through. Refuses what the API server refuses, in its words.

import type { KubeObject } from '../../model/objects.ts';
import { badRequest } from '../refusal.ts';
import type { ResourceType } from '../resources.ts';

export type Matcher = (object: KubeObject) => boolean;

type Term = { readonly field: string; readonly operator: '=' | '!='; readonly value: string };

export function matcherFor(type: ResourceType, query: URLSearchParams, namespace: string | undefined): Matcher {
  const fields = fieldTerms(type, query.get('fieldSelector') ?? '');
  const labels = labelTerms(query.get('labelSelector') ?? '');
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    fields.every(({ field, operator, value }) => (valueAt(object, field) === value) === (operator === '=')) &&
    labels.every((holds) => holds(object.metadata.labels ?? {}));
}

export function hasSelector(query: URLSearchParams): boolean {
  return Boolean(query.get('fieldSelector')) || Boolean(query.get('labelSelector'));
}

function fieldTerms(type: ResourceType, text: string): readonly Term[] {
  return split(text).map((term) => {
    const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(term);
    if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = '', operator, value = ''] = match;
    if (!['metadata.name', 'metadata.namespace', ...(type.fields ?? [])].includes(field))
      throw badRequest(unknownField(type, field));
    return { field, operator: operator === '!=' ? '!=' : '=', value };
  });
}

function unknownField({ fields }: ResourceType, field: string): string {
  if (fields !== undefined) return `field label not supported: ${field}`;
  return `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

type LabelTerm = (labels: Readonly<Record<string, string>>) => boolean;

/** Equality, inequality, presence and absence; sets are not needed here. */
function labelTerms(text: string): readonly LabelTerm[] {
  if (/,,|^,|,$/.test(text)) throw badRequest(`found ',', expected: identifier after ','`);
  return split(text).map((term): LabelTerm => {
    const match = /^([^=!\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(term);
    const [, key = '', operator, value = ''] = match ?? [];
    if (match !== null) return (labels) => (labels[key] === value) === (operator !== '!=');
    if (/[()\s]/.test(term))
      throw badRequest(`unable to parse requirement: found '${term}', expected: a comparison with = or !=`);
    return term.startsWith('!') ? (labels) => labels[term.slice(1)] === undefined : (labels) => labels[term] !== undefined;
  });
}

function split(text: string): readonly string[] {
  return text
    .split(',')
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

/** "" where nothing is, as the API server compares. */
function valueAt(object: KubeObject, path: string): string {
  let value: unknown = object;
  for (const name of path.split('.')) value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  // Events name their source by its component.
  if (typeof value === 'object' && value !== null) value = Reflect.get(value, 'component');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
