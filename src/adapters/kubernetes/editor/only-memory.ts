// The last wall before the API server: whatever a handler or a stored record says, only these requests leave the editor. Reads; patches of a
// container's memory limit, memory request and Headroom's own mark; a suspended copy of a Job and its start; deletions that name the exact object;
// dry runs of a pod; Events. Everything else is refused here, before it is sent.

import { z } from 'zod';
import { parseQuantity } from '../../../domain/base/memory.ts';
import { CHANGE_ANNOTATION, MARK_FORM } from '../../../domain/change/change-mark.ts';
import { PermanentError } from '../../../ports/fault.ts';
import type { Call, ClusterConnection } from '../client/connection.ts';

/** The same connection, for whoever writes: throws PermanentError (OOM_WRITE_REFUSED) for a request that is not on the list. */
export function onlyMemory(connection: ClusterConnection): ClusterConnection {
  const checked = <Result>(send: (call: Call) => Promise<Result>) => {
    return async (call: Call): Promise<Result> => {
      const refusal = refusalOf(call);
      if (refusal !== undefined)
        throw new PermanentError(`Headroom does not send this: ${refusal}`, { code: 'OOM_WRITE_REFUSED' });
      return send(call);
    };
  };
  return {
    ...connection,
    json: checked(connection.json),
    answer: checked(connection.answer),
    text: checked(connection.text),
    stream: checked(connection.stream),
  };
}

/** Why a request is not on the list, in a clause; undefined when it is. */
export function refusalOf({ method = 'GET', path, query, body, contentType }: Call): string | undefined {
  switch (method) {
    case 'GET':
      return undefined;
    case 'PATCH':
      return contentType === 'application/json-patch+json' ? patchRefusal(path, body) : 'a patch that is no JSON patch';
    case 'POST':
      return postRefusal(path, body, query?.['dryRun'] === 'All');
    case 'DELETE':
      return deleteRefusal(path, body);
    case 'PUT':
      return 'a whole object';
  }
}

const TEMPLATES = 'deployments|statefulsets|daemonsets|replicasets|jobs|rollouts';
/** Of each path that may be patched, where its pod spec is. */
const POD_SPECS: readonly (readonly [path: RegExp, podSpec: string])[] = [
  [new RegExp(`^/apis/[a-z0-9.]+/[a-z0-9]+/namespaces/[^/]+/(?:${TEMPLATES})/[^/]+$`), '/spec/template/spec'],
  [/^\/apis\/batch\/v1\/namespaces\/[^/]+\/cronjobs\/[^/]+$/, '/spec/jobTemplate/spec/template/spec'],
  [/^\/api\/v1\/namespaces\/[^/]+\/pods\/[^/]+\/resize$/, '/spec'],
];
const JOB = /^\/apis\/batch\/v1\/namespaces\/[^/]+\/jobs\/[^/]+$/;

const operation = z.discriminatedUnion('op', [
  z.object({ op: z.literal('test'), path: z.string(), value: z.unknown() }),
  z.object({ op: z.enum(['add', 'replace']), path: z.string(), value: z.unknown() }),
  z.object({ op: z.literal('remove'), path: z.string() }),
]);
type Operation = z.infer<typeof operation>;

function patchRefusal(path: string, body: unknown): string | undefined {
  const parsed = z.array(operation).safeParse(body);
  if (!parsed.success) return 'a patch with another operation than test, add, replace and remove';
  const patch = parsed.data;
  if (JOB.test(path) && isStart(patch)) return undefined;
  const podSpec = POD_SPECS.find(([form]) => form.test(path))?.[1];
  if (podSpec === undefined) return `a patch of ${path}`;
  const isMarked = !path.endsWith('/resize');
  const wrong = patch.find((each, index) => !isAllowed(each, { podSpec, isMarked, before: patch.slice(0, index) }));
  return wrong === undefined ? undefined : `${wrong.op} of ${wrong.path.slice(0, 200)}`;
}

/** The copy of a Job, and no other, is taken out of its suspension. */
function isStart(patch: readonly Operation[]): boolean {
  const [test, remove, ...more] = patch;
  return (
    test?.op === 'test' &&
    test.path === '/metadata/uid' &&
    remove?.op === 'remove' &&
    remove.path === '/spec/suspend' &&
    more.length === 0
  );
}

type Place = { readonly podSpec: string; readonly isMarked: boolean; readonly before: readonly Operation[] };

function isAllowed(each: Operation, place: Place): boolean {
  if (each.op === 'test') return true;
  return isMemory(each, place) || isParent(each, place) || (place.isMarked && isMark(each, place));
}

/** Memory of one container whose name was tested, or of the whole pod. */
function isMemory(each: Exclude<Operation, { readonly op: 'test' }>, { podSpec, before }: Place): boolean {
  const owner = ownerOf(each.path, /^\/resources\/(?:limits|requests)\/memory$/, podSpec);
  if (owner === undefined || !isNamed(owner, podSpec, before)) return false;
  return each.op === 'remove' || (typeof each.value === 'string' && parseQuantity(each.value).kind === 'bytes');
}

/** An empty object where there is none: what is there may not be replaced by it. */
function isParent(each: Exclude<Operation, { readonly op: 'test' }>, { podSpec, before }: Place): boolean {
  if (each.op !== 'add' || !isEmptyObject(each.value)) return false;
  const owner = ownerOf(each.path, /^\/resources(?:\/(?:limits|requests))?$/, podSpec);
  return owner !== undefined && isNamed(owner, podSpec, before) && isAbsent(each.path, before);
}

/** The container's path, or the pod spec's, in front of the ending; undefined where the path is another. */
function ownerOf(path: string, ending: RegExp, podSpec: string): string | undefined {
  if (!path.startsWith(podSpec)) return undefined;
  const [, container = '', rest = ''] = /^(\/(?:containers|initContainers)\/\d+)?(.*)$/s.exec(path.slice(podSpec.length)) ?? [];
  return ending.test(rest) ? `${podSpec}${container}` : undefined;
}

function isNamed(owner: string, podSpec: string, before: readonly Operation[]): boolean {
  if (owner === podSpec) return true;
  return before.some((each) => each.op === 'test' && each.path === `${owner}/name` && typeof each.value === 'string');
}

function isAbsent(path: string, before: readonly Operation[]): boolean {
  return before.some(
    (each) => each.op === 'test' && each.value === null && (path === each.path || path.startsWith(`${each.path}/`)),
  );
}

const MARK_PATH = `/metadata/annotations/${CHANGE_ANNOTATION.replace('/', '~1')}`;

function isMark(each: Exclude<Operation, { readonly op: 'test' }>, { before }: Place): boolean {
  if (each.op !== 'add') return false;
  if (each.path === MARK_PATH) return isMarkText(each.value);
  const only = z.strictObject({ [CHANGE_ANNOTATION]: z.string() }).safeParse(each.value);
  return (
    each.path === '/metadata/annotations' &&
    only.success &&
    isMarkText(only.data[CHANGE_ANNOTATION]) &&
    isAbsent(each.path, before)
  );
}

function isMarkText(value: unknown): boolean {
  return typeof value === 'string' && MARK_FORM.test(value);
}

function isEmptyObject(value: unknown): boolean {
  return z.strictObject({}).safeParse(value).success;
}

const copy = z.looseObject({
  kind: z.literal('Job'),
  metadata: z.looseObject({ name: z.string().min(1), annotations: z.looseObject({ [CHANGE_ANNOTATION]: z.string() }) }),
  spec: z.looseObject({ suspend: z.literal(true) }),
});
const event = z.looseObject({ kind: z.literal('Event') });

function postRefusal(path: string, body: unknown, isRehearsal: boolean): string | undefined {
  const [, collection = ''] = /^\/api(?:s\/batch)?\/v1\/namespaces\/[^/]+\/([a-z]+)$/.exec(path) ?? [];
  if (collection === 'events') return event.safeParse(body).success ? undefined : 'an Event that is none';
  if (collection === 'pods') return isRehearsal ? undefined : 'a pod that is not only rehearsed';
  if (collection === 'jobs') return copy.safeParse(body).success ? undefined : 'a Job that is not a suspended copy of Headroom';
  return `a new object at ${path}`;
}

const exactly = z.looseObject({ preconditions: z.looseObject({ uid: z.string().min(1) }) });

function deleteRefusal(path: string, body: unknown): string | undefined {
  if (!JOB.test(path) && !/^\/api\/v1\/namespaces\/[^/]+\/pods\/[^/]+$/.test(path)) return `a deletion of ${path}`;
  return exactly.safeParse(body).success ? undefined : 'a deletion that does not name the exact object';
}
