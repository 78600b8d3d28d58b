// The last lines of a container's log: of the run that was killed, where it is still kept (domain.md 6.6).

import type { LogTail } from '../../../domain/evidence.ts';
import type { Kill } from '../../../domain/oom-kill.ts';
import type { PodFacts } from '../../../domain/pod.ts';
import { findContainer } from '../../../domain/pod.ts';
import type { ContainerRef } from '../../../domain/workload.ts';
import { PermanentError } from '../../../ports/fault.ts';
import type { ClusterConnection } from '../connection.ts';
import { redactText } from '../redact.ts';
import { Missing } from './reading.ts';

export type LogSubject = { readonly ref: ContainerRef; readonly kill: Kill | undefined; readonly pod: PodFacts | undefined };

const LINES = 40;
const LONGEST_LINE = 400;
/** A tail longer than this is cut at its beginning after reading: limitBytes would cut the newest lines. */
const MOST_CHARACTERS = 16_000;

export async function readLogTail(connection: ClusterConnection, { ref, kill, pod }: LogSubject, signal: AbortSignal): Promise<LogTail> {
  const previous = wantsPrevious({ ref, kill, pod });
  const path = `/api/v1/namespaces/${encodeURIComponent(ref.namespace)}/pods/${encodeURIComponent(ref.pod)}/log`;
  try {
    const text = await connection.text({ path, query: { container: ref.container, tailLines: LINES, ...(previous ? { previous } : {}) }, signal });
    return tailOf(text, kill === undefined ? 'running' : 'killed');
  } catch (error) {
    if (error instanceof PermanentError && /previous terminated container .* not found/.test(error.message)) {
      throw new Missing('the log of the killed run is not kept any more');
    }
    throw error;
  }
}

/** The killed run is the previous one once the container runs again; while it is down, its log is the current one. */
function wantsPrevious({ ref, kill, pod }: LogSubject): boolean {
  if (kill === undefined) return false;
  const container = pod === undefined ? undefined : findContainer(pod, ref.container);
  if (container === undefined) return kill.shownIn === 'lastState';
  if (container.state.kind === 'terminated') return !isSameRun(container.state.containerId, kill);
  return container.lastState !== undefined;
}

function isSameRun(containerId: string | undefined, kill: Kill): boolean {
  return containerId === undefined || kill.id.endsWith(`/${containerId}`);
}

export function tailOf(text: string, instance: LogTail['instance']): LogTail {
  const whole = text.slice(-MOST_CHARACTERS);
  const cutMidLine = whole !== '' && !whole.endsWith('\n');
  const lines = (cutMidLine ? whole : whole.slice(0, -1)).split('\n');
  return { lines: whole === '' ? [] : redactText(lines.map(shorten).join('\n')).split('\n').map(visible), cutMidLine, instance };
}

function shorten(line: string): string {
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE)} … (${line.length - LONGEST_LINE} more characters)`;
}

/** Colours and cursor movements would only be noise, and other control characters could hide something. */
function visible(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the point.
  return line.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
