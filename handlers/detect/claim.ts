// A kill was found, in a pod's status, an event, the kernel's log or a counter: claim it, once for good.

import type { Instant, Millis } from '../../src/domain/base/time.ts';
import { after, between, MINUTE, SECOND, toMillis } from '../../src/domain/base/time.ts';
import type { Kill } from '../../src/domain/kill/oom-kill.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Claim, KillIntake } from '../../src/ports/kill-intake.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Meter } from '../../src/ports/meter.ts';

export type ClaimPorts = { readonly intake: KillIntake; readonly clock: Clock; readonly log: Log; readonly meter: Meter };

/** `reportWithin`: a kill that ended longer ago when first seen is recorded without a message. */
export type ClaimSettings = { readonly reportWithin: Millis };

/** `initial`: it was there when the watcher began to read, so nobody may have been watching when it happened. */
export type Sighting = { readonly initial: boolean };

export async function claimKill(
  ports: ClaimPorts,
  settings: ClaimSettings,
  { kill, initial }: Sighting & { readonly kill: Kill },
): Promise<Claim['kind']> {
  const { intake, clock, log, meter } = ports;
  const now = clock.now();
  const found = happenedUnwatched(kill, now, initial) ? { ...kill, whileAway: true } : kill;
  const { kind } = await intake.claim(found, isRecent(kill, now, settings.reportWithin) ? 'report' : 'record-silently');
  meter.count('headroom_kills_total', { outcome: kind, how: kill.how });
  if (kind === 'first-seen' || kind === 'upgraded') {
    const { namespace, pod, container } = kill.ref;
    log.info('kill seen', { kill: kill.id, how: kill.how, namespace, pod, container, whileAway: found.whileAway });
  }
  return kind;
}

/** A kill whose end the kubelet did not record counts as recent: better told late than never. */
function isRecent(kill: Kill, now: Instant, reportWithin: Millis): boolean {
  const at = endedAt(kill);
  return at === undefined || now - at <= reportWithin;
}

/** By the cluster's clock. */
function endedAt({ finishedAt, clockBehind = toMillis(0) }: Kill): Instant | undefined {
  return finishedAt === undefined ? undefined : after(finishedAt, clockBehind);
}

/** Longer than any API server takes to tell of a change. */
const LATE = MINUTE;
/** In a first read, what ended this long ago was there before the reading began. */
const EARLIER = 5 * SECOND;

function happenedUnwatched(kill: Kill, now: Instant, initial: boolean): boolean {
  const at = endedAt(kill);
  return at !== undefined && between(at, now) > (initial ? EARLIER : LATE);
}
