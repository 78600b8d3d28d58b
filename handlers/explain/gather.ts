// Gathers everything about a kill, or about a container somebody asks about, under one deadline.

import { unavailable } from '../../src/domain/base/piece.ts';
import type { Millis } from '../../src/domain/base/time.ts';
import { toMillis } from '../../src/domain/base/time.ts';
import type { Evidence } from '../../src/domain/evidence/evidence.ts';
import type { EvidenceReader, EvidenceSubject, UsageReader } from '../../src/ports/evidence-reader.ts';
import { timeoutAfter } from '../../src/ports/timers.ts';

/** Of the deadline, so that those pieces that are there come in time when one is not. */
const PIECE_SHARE = 0.8;

type GatherLimits = { readonly signal: AbortSignal; readonly deadline: Millis };

/** All evidence, concurrently, with whatever is there when the deadline comes. */
export async function gather(
  readers: { readonly evidence: EvidenceReader; readonly usage: UsageReader },
  subject: EvidenceSubject,
  limits: GatherLimits,
): Promise<Evidence> {
  const signal = AbortSignal.any([limits.signal, timeoutAfter(limits.deadline)]);
  const [cluster, usage] = await Promise.all([
    readers.evidence.read(subject, signal, toMillis(Math.floor(PIECE_SHARE * limits.deadline))),
    subject.kill?.how === 'node' ? unavailable('the node reported this, not a pod') : readers.usage.read(subject, signal),
  ]);
  return { ...cluster, usage };
}
