// The last lines of a container's log: of the run that was killed, where it is still kept. Which run a log belongs to changes under
// our hands (a first restart comes 0.15 s after the kill), so the pod is read again after the log: only when it still says the same is the log believed.

import type { PodContainer, PodFacts } from '../../../domain/base/pod.ts';
import { findContainer } from '../../../domain/base/pod.ts';
import type { ContainerRef } from '../../../domain/base/workload.ts';
import type { LogTail } from '../../../domain/evidence/evidence.ts';
import type { Kill } from '../../../domain/kill/oom-kill.ts';
import { instanceOf } from '../../../domain/kill/oom-kill.ts';
import { PermanentError } from '../../../ports/fault.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { Missing } from '../client/reading.ts';
import { tailOf } from './log-text.ts';

export type LogSubject = {
  readonly ref: ContainerRef;
  readonly kill: Kill | undefined;
  readonly pod: PodFacts | undefined;
  /** The pod as it is by now; rejects when it cannot be read. */
  readonly readAgain: () => Promise<PodFacts>;
};

/** Which log has the lines: the newest run's, the one before, or neither any more. */
type Run = 'current' | 'previous' | 'gone';
export type ChosenRun = { readonly run: Run; readonly instance: LogTail['instance'] };

const LINES = 40;
/** The bound of one answer. It cuts the newest lines, so it must be out of reach: the runtime splits lines at 16 KiB, 40 of them are 640 KiB. */
const MOST_BYTES = 1024 * 1024;
const ATTEMPTS = 3;
const NOT_KEPT = 'the log of the killed run is not kept any more: the container ended again since';

export async function readLogTail(connection: ClusterConnection, subject: LogSubject, signal: AbortSignal): Promise<LogTail> {
  const { ref, pod } = subject;
  let chosen = chooseRun(subject, pod);
  for (let attempt = 1; ; attempt += 1) {
    const { run, instance } = chosen;
    if (run === 'gone') throw new Missing(NOT_KEPT);
    const text = await readText(connection, { ref, previous: run === 'previous' }, signal);
    if (pod !== undefined) chosen = chooseRun(subject, await subject.readAgain());
    if (chosen.run === run && chosen.instance === instance)
      return tailOf(text, { instance, whole: Buffer.byteLength(text) < MOST_BYTES });
    if (attempt >= ATTEMPTS) throw new Missing('the container restarts too fast to tell which run a log is of');
  }
}

type Wanted = { readonly ref: ContainerRef; readonly previous: boolean };

async function readText(connection: ClusterConnection, { ref, previous }: Wanted, signal: AbortSignal): Promise<string> {
  const path = `/api/v1/namespaces/${encodeURIComponent(ref.namespace)}/pods/${encodeURIComponent(ref.pod)}/log`;
  try {
    const text = await connection.text({
      path,
      query: { container: ref.container, tailLines: LINES, limitBytes: MOST_BYTES, ...(previous ? { previous } : {}) },
      signal,
    });
    // A dead container's log that was cleaned away comes as a success with these words in it.
    if (/^unable to retrieve container logs for \S+\s*$/.test(text)) throw new Missing(NOT_KEPT);
    return text;
  } catch (error) {
    if (error instanceof PermanentError && /terminated container .* not found|waiting to start/.test(error.message)) {
      throw new Missing(/waiting to start/.test(error.message) ? 'the container has not started, so it has no log' : NOT_KEPT);
    }
    throw error;
  }
}

/**
 * The killed run is the current one until the container runs again, and the previous one from then on, until that one ends too. While it waits in
 * back-off, both words give the log of the last run. Told by the ID of the container instance where the runtime gave one. Without a kill it is the run
 * that ended last, since that is what has to be explained.
 */
export function chooseRun({ ref, kill }: Pick<LogSubject, 'ref' | 'kill'>, pod: PodFacts | undefined): ChosenRun {
  const container = pod === undefined ? undefined : findContainer(pod, ref.container);
  if (kill === undefined) return runThatEnded(container);
  if (kill.how === 'silent') return runThatLivedOn(kill, container);
  return { run: runOfKill(kill, container), instance: 'killed' };
}

/** A child was killed: its container's run goes on, or ended later by something else. */
function runThatLivedOn(kill: Kill, container: PodContainer | undefined): ChosenRun {
  const { containerId, state } = container ?? {};
  if (container === undefined || (state?.kind === 'running' && isRun(kill, { containerId })))
    return { run: 'current', instance: 'running' };
  const run = runOfKill(kill, container);
  const end = run === 'current' ? state : container.lastState;
  const wasKilled = end?.kind === 'terminated' && end.reason === 'OOMKilled' && end.exitCode === 137;
  return { run, instance: wasKilled ? 'killed' : 'ended' };
}

function runThatEnded(container: PodContainer | undefined): ChosenRun {
  if (container?.state.kind === 'terminated') return { run: 'current', instance: 'ended' };
  return container?.lastState === undefined ? { run: 'current', instance: 'running' } : { run: 'previous', instance: 'ended' };
}

function runOfKill(kill: Kill, container: PodContainer | undefined): Run {
  if (container === undefined) return kill.shownIn === 'lastState' ? 'previous' : 'current';
  const { state, lastState } = container;
  if (state.kind === 'terminated' && isRun(kill, state)) return 'current';
  return lastState !== undefined && isRun(kill, lastState) ? 'previous' : 'gone';
}

type End = { readonly containerId?: string | undefined; readonly finishedAt?: number | undefined };

function isRun(kill: Kill, { containerId, finishedAt }: End): boolean {
  return containerId === undefined ? finishedAt === kill.finishedAt : instanceOf(kill).endsWith(`/${containerId}`);
}
