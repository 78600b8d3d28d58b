// A list, in pages where a limit asks for it. Pages of one list show one moment: the token holds its resource version, and is refused once the changes
// since are forgotten.

import type { KubeObject } from '../../model/objects.ts';
import type { Store } from '../../store.ts';
import { keyOf } from '../../store.ts';
import { badRequest, Refusal, tooOld } from '../refusal.ts';
import type { ResourceType } from '../resources.ts';
import { hasSelector, matcherFor } from './selectors.ts';
import { asItem, shownAs } from './views.ts';

export type ListRequest = {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly query: URLSearchParams;
};

/** In a token that goes on inconsistently. */
const ANY_VERSION = -1;

type Token = { readonly v: string; readonly rv: number; readonly start: string };

const EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

export function list(store: Store, { type, namespace, query }: ListRequest): object {
  const limit = wholeNumber(query.get('limit')) ?? 0;
  const token = parseToken(query.get('continue') ?? '');
  const { objects, version } = read(store, type, { token, exact: exactVersion(query) });
  const matches = matcherFor(type, query, namespace);
  const from = token?.start ?? '';
  const rest = objects.map((object) => shownAs(type, object)).filter((object) => matches(object) && positionOf(object) >= from);
  const page = limit === 0 ? rest : rest.slice(0, limit);
  return {
    kind: `${type.kind}List`,
    apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
    metadata: { resourceVersion: String(version), ...more(rest, page.length, { version, counted: !hasSelector(query) }) },
    items: page.map(asItem),
  };
}

type Position = { readonly token: Token | undefined; readonly exact: number | undefined };

function read(
  store: Store,
  type: ResourceType,
  { token, exact }: Position,
): { readonly objects: readonly KubeObject[]; readonly version: number } {
  const asked = token?.rv === ANY_VERSION ? undefined : (token?.rv ?? exact);
  const listed = store.list(type.resource, asked);
  if (listed.kind === 'listed') return { objects: listed.objects, version: asked ?? store.version() };
  if (token === undefined) throw tooOld(asked ?? 0, store.oldest());
  throw new Refusal(410, EXPIRED, { reason: 'Expired', continueToken: tokenText({ ...token, rv: ANY_VERSION }) });
}

type Paging = { readonly version: number; readonly counted: boolean };

/** What the list's metadata says about the pages after this one. With a selector nobody counts them. */
function more(rest: readonly KubeObject[], shown: number, { version, counted }: Paging): object {
  const next = rest[shown];
  if (next === undefined) return {};
  const token = tokenText({ v: 'meta.k8s.io/v1', rv: version, start: positionOf(next) });
  return { continue: token, ...(counted ? { remainingItemCount: rest.length - shown } : {}) };
}

function positionOf({ metadata }: KubeObject): string {
  return keyOf(metadata.namespace, metadata.name);
}

function tokenText(token: Token): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function parseToken(text: string): Token | undefined {
  if (text === '') return undefined;
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
