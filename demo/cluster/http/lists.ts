// A list, in pages where a limit asks for it. Pages of one list show one moment: the token holds its resource version, and is refused once the changes
// since are forgotten.

import type { KubeObject } from '../model/objects.ts';
import type { Store } from '../store.ts';
import { keyOf } from '../store.ts';
import { badRequest, Refusal, tooOld } from './refusal.ts';
import type { ResourceType } from './resources.ts';
import { hasSelector, matcherFor } from './selectors.ts';
import { asItem, shownAs } from './views.ts';

export type ListRequest = {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly query: URLSearchParams;
};

type Token = { readonly v: string; readonly rv: number; readonly start: string };

const EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

export function list(store: Store, { type, namespace, query }: ListRequest): object {
  const limit = wholeNumber(query.get('limit')) ?? 0;
  const given = query.get('continue');
  const token = given === null || given === '' ? undefined : parseToken(given);
  const at = token?.rv ?? exactVersion(query) ?? store.version();
  const listed = store.list(type.resource, at === -1 ? undefined : at);
  if (listed.kind === 'too-old')
    throw token === undefined
      ? tooOld(at, store.oldest())
      : new Refusal(410, EXPIRED, { reason: 'Expired', continueToken: tokenText({ ...token, rv: -1 }) });
  const matches = matcherFor(type, query, namespace);
  const all = listed.objects.map((object) => shownAs(type, object)).filter(matches);
  const rest = token === undefined ? all : all.filter((object) => positionOf(object) >= token.start);
  const page = limit === 0 ? rest : rest.slice(0, limit);
  const next = rest[page.length];
  const version = at === -1 ? store.version() : at;
  const remaining = hasSelector(query) || next === undefined ? {} : { remainingItemCount: rest.length - page.length };
  return {
    kind: `${type.kind}List`,
    apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
    metadata: {
      resourceVersion: String(version),
      ...(next === undefined ? {} : { continue: tokenText({ v: 'meta.k8s.io/v1', rv: version, start: positionOf(next) }) }),
      ...remaining,
    },
    items: page.map(asItem),
  };
}

function positionOf({ metadata }: KubeObject): string {
  return keyOf(metadata.namespace, metadata.name);
}

function tokenText(token: Token): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function parseToken(text: string): Token {
  try {
    const token: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (typeof token === 'object' && token !== null && 'rv' in token && 'start' in token)
      return { v: 'meta.k8s.io/v1', rv: Number(token.rv), start: String(token.start) };
  } catch {
    // Said below, like a token of another shape.
  }
  throw badRequest('invalid continue token: continue key is not valid: unexpected end of JSON input');
}

/** A list at exactly one version; "0" and "not older than" get the present. */
function exactVersion(query: URLSearchParams): number | undefined {
  const version = wholeNumber(query.get('resourceVersion'));
  return query.get('resourceVersionMatch') === 'Exact' ? version : undefined;
}

/** Throws a Refusal as Go's strconv words it. */
export function wholeNumber(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  if (!/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  return Number(text);
}
