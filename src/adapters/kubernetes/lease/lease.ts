// A Lease object as it is read and written: who holds it, and since when it has not changed. Rules of client-go's leaderelection: a Lease is over when it
// has not changed for its own length by the reader's clock (clocks of different machines are never compared), and a write names the version it read.

import { z } from 'zod';
import type { Instant } from '../../../domain/base/time.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { answerFault, expectShape } from '../client/faults.ts';

export type LeaseOptions = {
  readonly connection: Pick<ClusterConnection, 'answer'>;
  readonly namespace: string;
  readonly name: string;
  /** Unique to this process. */
  readonly identity: string;
  readonly lengthMs: number;
  /** For the times in the object, which people read and nothing compares. */
  readonly now: () => Instant;
  /** Milliseconds that never jump. */
  readonly ticks: () => number;
};

/** held: by us from now on. other: by somebody else. refused: there can be no Lease here, because of rights or because the namespace is missing. */
export type Attempt =
  | { readonly kind: 'held' }
  | { readonly kind: 'other'; readonly holder: string }
  | { readonly kind: 'refused'; readonly because: string };

export type Lease = {
  /** Takes or renews it once. Throws a fault when the API server does not answer. */
  attempt(signal: AbortSignal): Promise<Attempt>;
  /** Lets it go when it is ours, so that the next one need not wait. Throws a fault. */
  release(signal: AbortSignal): Promise<void>;
};

const spec = z.object({
  holderIdentity: z.string().nullish(),
  leaseDurationSeconds: z.number().nullish(),
  acquireTime: z.string().nullish(),
  leaseTransitions: z.number().nullish(),
  renewTime: z.string().nullish(),
});
const stored = z.looseObject({ metadata: z.looseObject({ resourceVersion: z.string() }), spec: spec.default({}) });
type Stored = { readonly kind: 'stored'; readonly lease: z.infer<typeof stored> };
type Refused = { readonly kind: 'refused'; readonly status: number; readonly attempt: Attempt };

const GONE = new Set([403, 404]);

export function createLease(options: LeaseOptions): Lease {
  const { identity } = options;
  const { read, create, replace } = createRequests(options);
  const observe = createObservation(options.ticks);
  return {
    async attempt(signal) {
      const found = await read(signal);
      if (found.kind === 'refused') return found.status === 404 ? create(signal) : found.attempt;
      const { spec: before } = found.lease;
      const holder = before.holderIdentity ?? '';
      const isOver = observe(before) >= (before.leaseDurationSeconds ?? 0) * 1000;
      if (holder !== '' && holder !== identity && !isOver) return { kind: 'other', holder };
      return replace(found.lease, taken(options, before), signal);
    },
    async release(signal) {
      const found = await read(signal);
      if (found.kind === 'refused' || found.lease.spec.holderIdentity !== identity) return;
      const { lease } = found;
      // The API server refuses a length of zero.
      const free = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: micro(options.now()) };
      await replace(lease, free, signal);
    },
  };
}

function createRequests(options: LeaseOptions) {
  const { connection, namespace, name } = options;
  const all = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
  const one = `${all}/${encodeURIComponent(name)}`;
  return {
    async read(signal: AbortSignal): Promise<Stored | Refused> {
      const { status, body } = await connection.answer({ path: one, signal });
      if (GONE.has(status)) return { kind: 'refused', status, attempt: refusal({ path: one }, status, body) };
      if (status >= 300) throw answerFault({ path: one }, status, body);
      return { kind: 'stored', lease: expectShape(stored, body, { path: one }) };
    },
    async create(signal: AbortSignal): Promise<Attempt> {
      const object = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace }, spec: taken(options) };
      const call = { method: 'POST', path: all, body: object } as const;
      const { status, body } = await connection.answer({ ...call, signal });
      return outcome(call, status, body);
    },
    async replace(before: Stored['lease'], next: z.infer<typeof spec>, signal: AbortSignal): Promise<Attempt> {
      const call = { method: 'PUT', path: one, body: { ...before, spec: next } } as const;
      const { status, body } = await connection.answer({ ...call, signal });
      return outcome(call, status, body);
    },
  };
}

/** How long the content has been seen unchanged, in milliseconds; 0 when it is new. */
function createObservation(ticks: () => number): (content: unknown) => number {
  let last = '';
  let since = 0;
  return (content) => {
    const text = JSON.stringify(content);
    if (text !== last) {
      last = text;
      since = ticks();
    }
    return ticks() - since;
  };
}

function taken({ identity, lengthMs, now }: LeaseOptions, before?: z.infer<typeof spec>): z.infer<typeof spec> {
  const at = micro(now());
  const isOurs = before?.holderIdentity === identity;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(lengthMs / 1000),
    acquireTime: isOurs ? (before.acquireTime ?? at) : at,
    renewTime: at,
    leaseTransitions: (before?.leaseTransitions ?? 0) + (before === undefined || isOurs ? 0 : 1),
  };
}

type Request = { readonly method?: string; readonly path: string };

function outcome(request: Request, status: number, body: unknown): Attempt {
  if (status < 300) return { kind: 'held' };
  // Somebody was faster: created or changed it between our read and our write.
  if (status === 409) return { kind: 'other', holder: 'another process' };
  if (GONE.has(status)) return refusal(request, status, body);
  throw answerFault(request, status, body);
}

function refusal(request: Request, status: number, body: unknown): Attempt {
  return { kind: 'refused', because: answerFault(request, status, body).message };
}

/** As metav1.MicroTime is written. */
function micro(at: Instant): string {
  return new Date(at).toISOString().replace('Z', '000Z');
}
