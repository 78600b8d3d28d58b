// POST, PUT and DELETE: events and leases are created, leases replaced, pods deleted (their controller makes new ones), rights asked for.

import { z } from 'zod';
import type { World } from '../../controllers/world.ts';
import type { Kubelet } from '../../kubelet/kubelet.ts';
import type { KubeObject } from '../../model/objects.ts';
import { time } from '../../model/objects.ts';
import { isDenied } from '../access.ts';
import { shownAs } from '../read/views.ts';
import { alreadyExists, badRequest, conflict, invalid, methodNotAllowed, notFound } from '../refusal.ts';
import type { Target } from '../resources.ts';
import { isRehearsal } from './patches.ts';

export type Writing = { readonly target: Target; readonly query: URLSearchParams; readonly body: string };

const draft = z.looseObject({
  metadata: z
    .looseObject({
      name: z.string().optional(),
      generateName: z.string().optional(),
      namespace: z.string().optional(),
      resourceVersion: z.string().optional(),
    })
    .default({}),
});
const deleteOptions = z.looseObject({ preconditions: z.looseObject({ uid: z.string().optional() }).optional() });
const eventDraft = z.looseObject({ involvedObject: z.looseObject({ namespace: z.string().optional() }) });
const review = z.looseObject({
  spec: z.looseObject({
    resourceAttributes: z
      .looseObject({
        verb: z.string().default(''),
        group: z.string().default(''),
        resource: z.string().default(''),
        subresource: z.string().optional(),
      })
      .optional(),
  }),
});

export function create(world: World, { target, query, body }: Writing): KubeObject | object {
  const content = parseBody(body);
  if (target.type.resource === 'selfsubjectaccessreviews') return reviewed(world, content);
  const { metadata, ...rest } = draft.parse(content);
  const { type, namespace } = target;
  const name = metadata.name ?? `${metadata.generateName ?? ''}${world.ids.suffix(`created/${world.store.version()}`, 5)}`;
  if (world.store.get(type.resource, namespace, name) !== undefined) throw alreadyExists({ ...type, name });
  if (type.resource === 'events') checkEvent(content, { name, namespace });
  const object: KubeObject = {
    ...(type.resource === 'events' ? EVENT_DEFAULTS : {}),
    ...rest,
    kind: type.kind,
    apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
    metadata: {
      ...metadata,
      name,
      namespace,
      uid: world.ids.uid(`created/${type.resource}/${namespace ?? ''}/${name}/${world.now()}`),
      resourceVersion: '',
      creationTimestamp: time(world.now()),
    },
  };
  // Pods are made by controllers; somebody else may only ask whether one would be let in.
  if (type.resource === 'pods' && !isRehearsal(query, 'CreateOptions')) throw methodNotAllowed();
  return isRehearsal(query, 'CreateOptions') ? object : shownAs(type, world.store.put(type.resource, object));
}

const EVENT_DEFAULTS = {
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: null,
  reportingComponent: '',
  reportingInstance: '',
} as const;

function checkEvent(
  content: unknown,
  { name, namespace }: { readonly name: string; readonly namespace: string | undefined },
): void {
  const parsed = eventDraft.safeParse(content);
  const of = parsed.success ? (parsed.data.involvedObject.namespace ?? 'default') : '';
  if (of === namespace) return;
  throw invalid({ group: '', kind: 'Event', name }, [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: "${of}": does not match event.namespace`,
      field: 'involvedObject.namespace',
    },
  ]);
}

/** Of leases: an update without the stored resource version is a conflict; of one that is not there, a creation. */
export function replace(world: World, writing: Writing): { readonly created: boolean; readonly object: KubeObject | object } {
  const { target, query, body } = writing;
  const { type, namespace, name = '' } = target;
  const before = world.store.get(type.resource, namespace, name);
  if (before === undefined) return { created: true, object: create(world, writing) };
  const { metadata, ...rest } = draft.parse(parseBody(body));
  if (metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${name})`);
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== before.metadata.resourceVersion)
    throw conflict({ ...type, name });
  const object: KubeObject = {
    ...rest,
    kind: type.kind,
    apiVersion: before.apiVersion,
    metadata: { ...before.metadata, ...metadata, name, resourceVersion: before.metadata.resourceVersion },
  };
  return { created: false, object: isRehearsal(query, 'UpdateOptions') ? object : world.store.put(type.resource, object) };
}

export function remove(world: World, kubelet: Kubelet, { target, query, body }: Writing): object {
  const { type, namespace, name = '' } = target;
  const before = world.store.get(type.resource, namespace, name);
  if (before === undefined) throw notFound({ ...type, name });
  const wanted = deleteOptions.parse(body === '' ? {} : parseBody(body)).preconditions?.uid;
  if (wanted !== undefined && wanted !== before.metadata.uid) throw conflict({ ...type, name });
  if (isRehearsal(query, 'DeleteOptions')) return before;
  const pod = world.pods.get(before.metadata.uid);
  if (type.resource === 'leases') world.store.remove(type.resource, before);
  else if (pod !== undefined) kubelet.remove(pod);
  else throw methodNotAllowed();
  return (
    world.store.get(type.resource, namespace, name) ?? {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name, kind: type.resource, uid: before.metadata.uid },
    }
  );
}

function reviewed(world: World, content: unknown): object {
  const { spec } = review.parse(content);
  const asked = spec.resourceAttributes;
  const allowed = asked === undefined || !isDenied(world.settings.denied, asked);
  return { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec, status: { allowed } };
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw badRequest(`invalid character '${body.trim().slice(0, 1)}' looking for beginning of value`);
  }
}
