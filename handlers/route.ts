// Where a new incident is told and whose it is: asked of the pod, its namespace and the routes, in that order.

import type { Kill } from '../src/domain/oom-kill.ts';
import type { Route, RouteRule } from '../src/domain/route.ts';
import { routeFor, wishIn } from '../src/domain/route.ts';
import { severityOf } from '../src/domain/severity.ts';
import type { WorkloadRef } from '../src/domain/workload.ts';
import type { Namespaces } from '../src/ports/namespaces.ts';

export type RouteSettings = { readonly routes: readonly RouteRule[]; readonly channel: string };

export async function routeOf(
  { namespaces }: { readonly namespaces: Namespaces },
  { routes, channel }: RouteSettings,
  { kill, workload }: { readonly kill: Kill; readonly workload: WorkloadRef },
): Promise<Route> {
  const { cluster, namespace } = kill.ref;
  const annotations = namespace === '' ? {} : await namespaces.annotations(namespace);
  return routeFor({
    routes,
    place: { cluster, namespace, kind: workload.kind, labels: kill.labels ?? {}, severity: severityOf(kill) },
    wishes: [{ channel: kill.channel, owner: kill.owner }, wishIn(annotations)],
    fallback: channel,
  });
}
