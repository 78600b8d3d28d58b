// Deaths that look like a memory kill and are not, and pods that nobody killed: probes, evictions, deletions, the program's own errors.

import { formatBytes } from '../../base/memory.ts';
import type { TerminatedState } from '../../base/pod.ts';
import { between, formatDuration } from '../../base/time.ts';
import { otherLimitNote } from '../../evidence/sample.ts';
import type { Diagnosis } from '../diagnosis.ts';
import { notOfThisPod } from '../related-incident.ts';
import type { Case } from './case.ts';

const APPLICATION_OOM =
  /java\.lang\.OutOfMemoryError|JavaScript heap out of memory|MemoryError\b|std::bad_alloc|cannot allocate memory/i;

/** For a case without a kill: always a diagnosis. */
export function notKilled(facts: Case): Diagnosis {
  return evicted(facts) ?? ended(facts) ?? running(facts);
}

function diagnosis(summary: string, facts: readonly string[], more: Partial<Diagnosis> = {}): Diagnosis {
  return { cause: 'not-an-oom', confidence: 'high', summary, facts: facts.slice(0, 4), against: [], ...more };
}

export function evicted({ pod }: Case): Diagnosis | undefined {
  if (pod?.reason !== 'Evicted') return undefined;
  const message = pod.message === undefined ? [] : [`The kubelet says: ${pod.message}`];
  return diagnosis(
    'The kubelet evicted the whole pod because the node ran short of a resource; the kernel did not kill it at its own limit.',
    [...message, 'Evictions look at usage above the request, so a higher request helps and a higher limit does not.'],
  );
}

function ended(facts: Case): Diagnosis | undefined {
  const { container } = facts;
  const end = container?.state.kind === 'terminated' ? container.state : container?.lastState;
  if (container === undefined || end === undefined) return undefined;
  return probed(facts, end) ?? ownError(facts, end) ?? killedBySignal(facts, end) ?? plainExit(end);
}

function probed({ events }: Case, end: TerminatedState): Diagnosis | undefined {
  const probe = events.find(({ message }) => /(liveness|startup) probe failed|failed (liveness|startup) probe/i.test(message));
  if (probe === undefined || (end.exitCode !== 137 && end.exitCode !== 143)) return undefined;
  return diagnosis(
    'A failing probe made the kubelet kill the container. Exit code 137 here is the kubelet’s SIGKILL, not the kernel’s for memory.',
    [
      `Event ${probe.reason}: ${probe.message}`,
      `The container ended with reason ${end.reason ?? 'unknown'} and exit code ${end.exitCode}, without the OOMKilled mark.`,
    ],
  );
}

/** The program's own words for a full heap; undefined when its log has none. */
export function ownHeapWords({ logText }: Pick<Case, 'logText'>): string | undefined {
  return APPLICATION_OOM.exec(logText)?.[0];
}

function ownError(facts: Case, end: TerminatedState): Diagnosis | undefined {
  const own = ownHeapWords(facts);
  if (own === undefined) return undefined;
  return diagnosis(
    'The program ran out of its own heap and ended itself; the kernel did not kill it. The heap setting is the limit that was hit.',
    [`The log says ${own}.`, `It ended with exit code ${end.exitCode}, reason ${end.reason ?? 'unknown'}.`],
  );
}

function killedBySignal({ pod, limit, peak }: Case, end: TerminatedState): Diagnosis | undefined {
  if (end.exitCode !== 137) return undefined;
  const deleted = pod?.deletedAt !== undefined;
  const near = limit !== undefined && peak !== undefined && peak.bytes >= 0.95 * limit;
  const facts = [
    `Exit code 137 is SIGKILL, and the runtime did not mark it OOMKilled (reason ${end.reason ?? 'unknown'}).`,
    ...(deleted ? ['The pod was being deleted: after the grace period the kubelet kills what still runs.'] : []),
    ...(limit !== undefined && peak !== undefined
      ? [
          `Highest memory sample ${formatBytes(peak.bytes)}${otherLimitNote(peak.bytes, limit)} of a limit of ${formatBytes(limit)}.`,
        ]
      : []),
  ];
  if (near && !deleted) {
    return {
      cause: 'unclear',
      confidence: 'low',
      summary:
        'Something killed it with SIGKILL while its memory was close to the limit; the runtime may have missed marking it.',
      facts,
      against: ['The OOMKilled mark is missing.'],
      toSettle: 'The kernel log of the node at that time.',
    };
  }
  return diagnosis('Something killed it with SIGKILL, and nothing points to memory.', facts, {
    confidence: 'medium',
    toSettle: 'The events of the pod and the kubelet’s log at that time.',
  });
}

function plainExit(end: TerminatedState): Diagnosis {
  const summary =
    end.exitCode === 0
      ? 'The container ended by itself, without an error.'
      : `The container ended by itself with exit code ${end.exitCode}; that is not a memory kill.`;
  return diagnosis(summary, [`Reason ${end.reason ?? 'unknown'}, exit code ${end.exitCode}.`]);
}

function running(facts: Case): Diagnosis {
  const { container, incident } = facts;
  const state =
    container?.state.kind === 'waiting' ? `It is waiting: ${container.state.reason ?? 'no reason given'}.` : 'It is running.';
  const summary = incident === undefined ? 'No memory kill shows on this pod.' : notOfThisPod(incident);
  return diagnosis(summary, [state, ...useNow(facts), `Restarts so far: ${container?.restartCount ?? 0}.`]);
}

/** Of this pod alone: where it was read, and how long before the question. */
function useNow({ evidence: { usage }, limit, now }: Case): readonly string[] {
  if (usage.kind === 'unavailable') return [];
  const last = usage.value.kind === 'instant' ? usage.value.now : usage.value.points.at(-1);
  if (last === undefined) return [];
  const of = limit === undefined ? ', and it has no memory limit' : ` of its limit of ${formatBytes(limit)}`;
  const age = formatDuration(between(last.at, now));
  return [`${usage.source} last showed it at ${formatBytes(last.bytes)}${of}, ${age} before this was asked.`];
}
