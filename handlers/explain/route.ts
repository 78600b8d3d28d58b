// Where a new incident is told and whose it is: asked of the pod, its namespace and the routes, in that order.

import type { RouteWish } from '../../src/domain/base/annotations.ts';
import { wishIn } from '../../src/domain/base/annotations.ts';
import type { WorkloadRef } from '../../src/domain/base/workload.ts';
import type { Route, RoutePlace, RouteRule } from '../../src/domain/incident/route.ts';
import { routeFor } from '../../src/domain/incident/route.ts';
import { severityOf } from '../../src/domain/incident/severity.ts';
import type { Kill } from '../../src/domain/kill/oom-kill.ts';
import type { Namespaces } from '../../src/ports/namespaces.ts';

export type RouteSettings = { readonly routes: readonly RouteRule[]; readonly channel: string };

/** `wish`: what the pod itself asks for. */
export type Asking = { readonly place: RoutePlace; readonly wish: RouteWish };

export async function routeOf(
  { namespaces }: { readonly namespaces: Namespaces },
  { routes, channel }: RouteSettings,
  { place, wish }: Asking,
): Promise<Route> {
  const { namespace } = place;
  const annotations = namespace === '' ? {} : await namespaces.annotations(namespace);
  return routeFor({ routes, place, wishes: [wish, wishIn(annotations)], fallback: channel });
}

/** What a kill says about where it belongs. */
export function askingFor(kill: Kill, workload: WorkloadRef): Asking {
  const { cluster, namespace } = kill.ref;
  return {
    place: { cluster, namespace, kind: workload.kind, labels: kill.labels ?? {}, severity: severityOf(kill) },
    wish: { channel: kill.channel, owner: kill.owner },
  };
}
