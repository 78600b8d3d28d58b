// A pod was seen: claim every memory kill it shows. Level, not edge: the same pod may come any number of times.

import type { Kill } from '../src/domain/oom-kill.ts';
import { findKills } from '../src/domain/oom-kill.ts';
import type { PodFacts } from '../src/domain/pod.ts';
import type { Instant, Millis } from '../src/domain/time.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { KillIntake } from '../src/ports/kill-intake.ts';
import type { Log } from '../src/ports/log.ts';
import type { Meter } from '../src/ports/meter.ts';

export type WatchPorts = { readonly intake: KillIntake; readonly clock: Clock; readonly log: Log; readonly meter: Meter };

export type WatchOutcome = { readonly reported: number; readonly known: number; readonly silent: number };

/** `reportWithin`: a kill that ended longer ago when first seen is recorded without a message. */
export function createWatch(ports: WatchPorts, settings: { readonly reportWithin: Millis }) {
  const { intake, clock, log, meter } = ports;
  return async function watch(pod: PodFacts): Promise<WatchOutcome> {
    const now = clock.now();
    const tally = { reported: 0, known: 0, silent: 0 };
    for (const kill of findKills(pod, now)) {
      const claim = await intake.claim(kill, isRecent(kill, now, settings.reportWithin) ? 'report' : 'record-silently');
      meter.count('headroom_kills_total', { outcome: claim.kind });
      if (claim.kind === 'already-seen') tally.known += 1;
      if (claim.kind === 'recorded-silently') tally.silent += 1;
      if (claim.kind !== 'first-seen') continue;
      tally.reported += 1;
      log.info('kill seen', { kill: kill.id, namespace: kill.ref.namespace, pod: kill.ref.pod, container: kill.ref.container });
    }
    return tally;
  };
}

/** A kill whose end the kubelet did not record counts as recent: better told late than never. */
function isRecent(kill: Kill, now: Instant, reportWithin: Millis): boolean {
  return kill.finishedAt === undefined || now - kill.finishedAt <= reportWithin;
}
