// Memory over time from Prometheus and what speaks its language. Two plain range queries: the killed pod finely over the last hours, and all
// replicas coarsely over the last days. Peaks and percentiles are computed here, so that a test can check them.

import { known, unavailable } from '../../domain/piece.ts';
import type { Piece } from '../../domain/piece.ts';
import type { Usage } from '../../domain/evidence.ts';
import { DAY, HOUR, SECOND } from '../../domain/time.ts';
import type { Instant } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EvidenceSubject, UsageReader } from '../../ports/evidence-reader.ts';
import { queryRange } from './query-range.ts';
import type { PrometheusEndpoint, Series } from './query-range.ts';
import { summarise } from './summarise.ts';

export type PrometheusUsageOptions = PrometheusEndpoint & { readonly clock: Clock };

const SOURCE = 'Prometheus';
const FINE = { lengthMs: 3 * HOUR, stepSeconds: 15 } as const;
const COARSE = { lengthMs: 8 * DAY, stepSeconds: 300 } as const;

export function createPrometheusUsage(options: PrometheusUsageOptions): UsageReader {
  return {
    async read(subject, signal) {
      const end = endOf(subject, options.clock.now());
      try {
        const [fine, coarse] = await Promise.all([
          queryRange(options, { query: selector(subject, podMatcher(subject)), end, ...FINE }, signal),
          queryRange(options, { query: selector(subject, replicaMatcher(subject)), end, ...COARSE }, signal),
        ]);
        return usageOf({ fine, coarse, at: options.clock.now() });
      } catch (error) {
        return unavailable(error instanceof Error ? error.message : 'Prometheus could not be read');
      }
    },
  };
}

/** Up to the kill: what came after it belongs to the next run. */
function endOf({ kill }: EvidenceSubject, now: Instant): number {
  return (kill?.finishedAt ?? now) / SECOND;
}

function usageOf({ fine, coarse, at }: { readonly fine: readonly Series[]; readonly coarse: readonly Series[]; readonly at: Instant }): Piece<Usage> {
  const usage = summarise({ fine, coarse, stepSeconds: FINE.stepSeconds });
  return usage === undefined ? unavailable(`${SOURCE} has no samples of this container`) : known(usage, SOURCE, at);
}

function selector({ ref }: EvidenceSubject, podMatch: string): string {
  return `container_memory_working_set_bytes{namespace="${escape(ref.namespace)}",${podMatch},container="${escape(ref.container)}"}`;
}

function podMatcher({ ref }: EvidenceSubject): string {
  return `pod="${escape(ref.pod)}"`;
}

/** Pods of the same owner: ReplicaSet pods end in a template hash and five letters, StatefulSet pods in a number. */
function replicaMatcher({ ref, kill }: EvidenceSubject): string {
  const owner = kill?.controller;
  if (owner === undefined) return podMatcher({ ref, kill });
  if (owner.kind === 'ReplicaSet') {
    const deployment = owner.name.replace(/-[a-z0-9]+$/, '');
    return `pod=~"${escape(quoted(deployment))}-[a-z0-9]+-[a-z0-9]{5}"`;
  }
  if (owner.kind === 'StatefulSet') return `pod=~"${escape(quoted(owner.name))}-[0-9]+"`;
  return `pod=~"${escape(quoted(owner.name))}-[a-z0-9]+"`;
}

/** A name as a regular expression: names hold dots. */
function quoted(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** A PromQL string. */
function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
