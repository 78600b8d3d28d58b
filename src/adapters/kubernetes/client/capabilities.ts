// What the account may do, asked of the API server once at start: every right that is missing is named with what it costs, so that nobody wonders
// later why a message lacks something.

import { z } from 'zod';
import type { ClusterConnection } from './connection.ts';

export type Right = {
  /** Fits after "the cluster does not allow to". */
  readonly what: string;
  readonly allowed: boolean;
  /** What the bot cannot do without it. */
  readonly effect: string;
};

/** watch: follow pods for kills. agent: find the pods on a node. explain: read what explanations and reviews show. write: change templates. */
export type Purpose = 'watch' | 'agent' | 'explain' | 'write';

export const EVERY_PURPOSE = ['watch', 'explain', 'write'] as const satisfies readonly Purpose[];

export type RightsQuestion = {
  readonly connection: ClusterConnection;
  /** What this process is there for: only the rights for it are asked about. */
  readonly purposes: readonly Purpose[];
  /** Empty: all namespaces. */
  readonly namespaces: readonly string[];
  readonly signal: AbortSignal;
};

type Wanted = {
  readonly purpose: Purpose;
  readonly what: string;
  readonly effect: string;
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly clusterWide?: boolean;
};

const BLIND = 'no kill can be seen';
const EVENTLESS = 'nodes that run out of memory and pods whose sandbox is killed are not seen';
const NO_USAGE = 'without Prometheus there is no memory usage at all';
const UNWRITTEN = 'fixes for them can be reviewed, not written';

const WANTED: readonly Wanted[] = [
  { purpose: 'watch', what: 'list pods', effect: BLIND, verb: 'list', resource: 'pods' },
  { purpose: 'watch', what: 'watch pods', effect: BLIND, verb: 'watch', resource: 'pods' },
  { purpose: 'watch', what: 'watch events', effect: EVENTLESS, verb: 'watch', resource: 'events' },
  {
    purpose: 'agent',
    what: 'list pods of a node',
    effect: 'kills of child processes cannot be told to any pod',
    verb: 'list',
    resource: 'pods',
  },
  {
    purpose: 'explain',
    what: 'read single pods',
    effect: 'explanations come without the pod’s details, and /oom pod finds nothing',
    verb: 'get',
    resource: 'pods',
  },
  {
    purpose: 'explain',
    what: 'list pods for questions',
    effect: '/oom finds pods by their full name only, and cannot say who is close to the limit',
    verb: 'list',
    resource: 'pods',
  },
  {
    purpose: 'explain',
    what: 'read pod logs',
    effect: 'explanations come without the log’s last lines',
    verb: 'get',
    resource: 'pods',
    subresource: 'log',
  },
  {
    purpose: 'explain',
    what: 'read events',
    effect: 'explanations come without events, and probes that kill are not recognised',
    verb: 'list',
    resource: 'events',
  },
  {
    purpose: 'write',
    what: 'write events',
    effect: 'a change is told in Slack only, not beside the workload',
    verb: 'create',
    resource: 'events',
  },
  {
    purpose: 'explain',
    what: 'read nodes',
    effect: 'explanations come without oom_score_adj, and a raise is not held against the node’s size',
    verb: 'get',
    resource: 'nodes',
    clusterWide: true,
  },
  {
    purpose: 'explain',
    what: 'see the other pods of a node',
    effect: 'explanations come without other kills on the node and without what its pods were promised',
    verb: 'list',
    resource: 'pods',
    clusterWide: true,
  },
  ...['replicasets', 'controllerrevisions'].map((resource) => ({
    purpose: 'explain' as const,
    what: `list ${resource}`,
    effect: 'explanations come without the rollout that came before',
    verb: 'list',
    group: 'apps',
    resource,
  })),
  {
    purpose: 'explain',
    what: 'read namespaces',
    effect: 'a namespace’s annotations choose neither channel nor owner',
    verb: 'get',
    resource: 'namespaces',
    clusterWide: true,
  },
  {
    purpose: 'explain',
    what: 'read replicasets',
    effect: 'the Deployment behind a pod is not found, and no fix can be proposed for it',
    verb: 'get',
    group: 'apps',
    resource: 'replicasets',
  },
  ...['deployments', 'statefulsets', 'daemonsets'].flatMap((resource) => [
    {
      purpose: 'explain' as const,
      what: `read ${resource}`,
      effect: 'no fix can be proposed for them',
      verb: 'get',
      group: 'apps',
      resource,
    },
    { purpose: 'write' as const, what: `change ${resource}`, effect: UNWRITTEN, verb: 'patch', group: 'apps', resource },
  ]),
  { purpose: 'write', what: 'change cronjobs', effect: UNWRITTEN, verb: 'patch', group: 'batch', resource: 'cronjobs' },
  {
    purpose: 'write',
    what: 'resize running pods',
    effect: 'no running pod can be resized in place',
    verb: 'patch',
    resource: 'pods',
    subresource: 'resize',
  },
  {
    purpose: 'write',
    what: 'delete pods',
    effect: 'a StatefulSet that waits for a pod that cannot get ready has to be helped by hand',
    verb: 'delete',
    resource: 'pods',
  },
  {
    purpose: 'write',
    what: 'create jobs',
    effect: 'Jobs cannot be made again with another limit',
    verb: 'create',
    group: 'batch',
    resource: 'jobs',
  },
  {
    purpose: 'write',
    what: 'delete jobs',
    effect: 'Jobs cannot be made again with another limit',
    verb: 'delete',
    group: 'batch',
    resource: 'jobs',
  },
];

const METRICS: Wanted = {
  purpose: 'explain',
  what: 'read metrics.k8s.io',
  effect: NO_USAGE,
  verb: 'get',
  group: 'metrics.k8s.io',
  resource: 'pods',
};

const review = z.object({ status: z.object({ allowed: z.boolean() }) });
const groups = z.object({ groups: z.array(z.object({ name: z.string() })) });

/**
 * Every right used for these purposes, allowed or not; one that is missing in any of the namespaces is missing. Never throws and waits for nothing: what cannot be
 * asked counts as allowed and will say so itself when it is used.
 */
export async function checkRights(question: RightsQuestion): Promise<readonly Right[]> {
  const [rights, metrics] = await Promise.all([
    Promise.all(WANTED.filter(({ purpose }) => question.purposes.includes(purpose)).map((wanted) => checkOne(question, wanted))),
    question.purposes.includes('explain') ? checkMetrics(question) : undefined,
  ]);
  return [...rights, ...(metrics === undefined ? [] : [metrics])];
}

async function checkOne(
  { connection, namespaces, signal }: RightsQuestion,
  { what, effect, clusterWide, verb, group, resource, subresource }: Wanted,
): Promise<Right> {
  const attributes = { verb, group, resource, subresource };
  const places: readonly (string | undefined)[] = namespaces.length === 0 || clusterWide === true ? [undefined] : namespaces;
  const asked = await Promise.all(places.map((namespace) => isAllowed(connection, { ...attributes, namespace }, signal)));
  return { what, effect, allowed: asked.every(Boolean) };
}

async function isAllowed(connection: ClusterConnection, resourceAttributes: object, signal: AbortSignal): Promise<boolean> {
  try {
    const body = await connection.json({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
      signal,
    });
    return review.parse(body).status.allowed;
  } catch {
    return true;
  }
}

/** First whether there is such an API at all: the right to read it says nothing when it is not installed. */
async function checkMetrics(question: RightsQuestion): Promise<Right> {
  const absent = { what: 'use metrics.k8s.io, for it is not installed', effect: NO_USAGE, allowed: false };
  try {
    const { groups: installed } = groups.parse(await question.connection.json({ path: '/apis', signal: question.signal }));
    if (!installed.some(({ name }) => name === 'metrics.k8s.io')) return absent;
  } catch {
    return { ...METRICS, allowed: true };
  }
  return checkOne(question, METRICS);
}
