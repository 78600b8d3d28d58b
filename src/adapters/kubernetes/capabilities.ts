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

export type RightsQuestion = {
  readonly connection: ClusterConnection;
  /** Empty: all namespaces. */
  readonly namespaces: readonly string[];
  readonly signal: AbortSignal;
};

type Wanted = {
  readonly what: string;
  readonly effect: string;
  readonly attributes: { readonly verb: string; readonly group?: string; readonly resource: string; readonly subresource?: string };
  readonly clusterWide?: boolean;
};

const WORKLOAD_EFFECT = 'fixes for them can be proposed, not written';

const WANTED: readonly Wanted[] = [
  { what: 'list pods', effect: 'no kill can be seen', attributes: { verb: 'list', resource: 'pods' } },
  { what: 'watch pods', effect: 'no kill can be seen', attributes: { verb: 'watch', resource: 'pods' } },
  { what: 'read pod logs', effect: 'explanations come without the log’s last lines', attributes: { verb: 'get', resource: 'pods', subresource: 'log' } },
  { what: 'read events', effect: 'explanations come without events, and probes that kill are not recognised', attributes: { verb: 'list', resource: 'events' } },
  { what: 'read nodes', effect: 'explanations come without oom_score_adj, and a raise is not held against the node’s size', attributes: { verb: 'get', resource: 'nodes' }, clusterWide: true },
  { what: 'read metrics.k8s.io', effect: 'without Prometheus there is no memory usage at all', attributes: { verb: 'get', group: 'metrics.k8s.io', resource: 'pods' } },
  { what: 'read deployments', effect: 'no fix can be proposed for them', attributes: { verb: 'get', group: 'apps', resource: 'deployments' } },
  { what: 'change deployments', effect: WORKLOAD_EFFECT, attributes: { verb: 'patch', group: 'apps', resource: 'deployments' } },
  { what: 'change statefulsets', effect: WORKLOAD_EFFECT, attributes: { verb: 'patch', group: 'apps', resource: 'statefulsets' } },
  { what: 'change daemonsets', effect: WORKLOAD_EFFECT, attributes: { verb: 'patch', group: 'apps', resource: 'daemonsets' } },
];

const review = z.object({ status: z.object({ allowed: z.boolean() }) });
const groups = z.object({ groups: z.array(z.object({ name: z.string() })) });

/** Never throws for a refusal; waits for nothing: what cannot be asked counts as allowed and will say so itself. */
export async function checkRights({ connection, namespaces, signal }: RightsQuestion): Promise<readonly Right[]> {
  const places: readonly (string | undefined)[] = namespaces.length === 0 ? [undefined] : namespaces;
  const rights = await Promise.all(
    WANTED.map(async ({ what, effect, attributes, clusterWide }) => {
      const asked = await Promise.all((clusterWide === true ? [undefined] : places).map((namespace) => isAllowed(connection, { ...attributes, namespace }, signal)));
      return { what, effect, allowed: asked.every(Boolean) };
    }),
  );
  return [...rights, await metricsInstalled(connection, signal)];
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

async function metricsInstalled(connection: ClusterConnection, signal: AbortSignal): Promise<Right> {
  const right = { what: 'use metrics.k8s.io, for it is not installed', effect: 'without Prometheus there is no memory usage at all' };
  try {
    const { groups: installed } = groups.parse(await connection.json({ path: '/apis', signal }));
    return { ...right, allowed: installed.some(({ name }) => name === 'metrics.k8s.io') };
  } catch {
    return { ...right, allowed: true };
  }
}
