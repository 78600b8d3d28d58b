// Recorded deaths of pods (test/recordings/record.ts), as lines of a watch.

import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { projectPod } from '../../../src/adapters/kubernetes/pods/pod-facts.ts';
import type { PodFacts } from '../../../src/domain/base/pod.ts';
import { toInstant } from '../../../src/domain/base/time.ts';
import type { Kill } from '../../../src/domain/kill/oom-kill.ts';
import { findKills } from '../../../src/domain/kill/oom-kill.ts';

export const FOLDER = new URL('../../recordings/', import.meta.url);

const event = z.object({
  type: z.string(),
  object: z.looseObject({ metadata: z.looseObject({ uid: z.string(), resourceVersion: z.string() }) }),
});

export type RecordedEvent = z.infer<typeof event> & { readonly line: string; readonly version: number };

/** Soon after the last of them. */
export const AFTERWARDS = toInstant(Date.UTC(2026, 10, 25, 4, 0, 0));

export const RECORDINGS: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.jsonl'))
  .map((file) => file.replace('.jsonl', ''));

export function recording(name: string): readonly RecordedEvent[] {
  const lines = readFileSync(new URL(`${name}.jsonl`, FOLDER), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => {
    const parsed = event.parse(JSON.parse(line));
    return { ...parsed, line, version: Number(parsed.object.metadata.resourceVersion) };
  });
}

/** All of them as the one stream they were. */
export function everything(): readonly RecordedEvent[] {
  return RECORDINGS.flatMap(recording).toSorted((a, b) => a.version - b.version);
}

export function podIn(object: unknown): PodFacts {
  const projected = projectPod(object, 'recorded');
  if (projected.kind === 'malformed') throw new Error(projected.problem);
  if (projected.problems.length > 0) throw new Error(projected.problems.join('\n'));
  return projected.pod;
}

/** Each once, as it was last seen. */
export function killsIn(events: readonly { readonly object: unknown }[]): readonly Kill[] {
  const kills = new Map<string, Kill>();
  for (const { object } of events) for (const kill of findKills(podIn(object), AFTERWARDS)) kills.set(kill.id, kill);
  return [...kills.values()];
}

/** The containers that ended with that reason, read without any of our code: every "terminated" anywhere in the objects. */
export function endedWith(reason: string, events: readonly { readonly object: unknown }[]): ReadonlySet<string> {
  const ids = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const ended = terminated.safeParse(value);
    if (ended.success && ended.data.terminated.reason === reason) ids.add(ended.data.terminated.containerID);
    for (const inner of Object.values(value)) walk(inner);
  };
  for (const { object } of events) walk(object);
  return ids;
}

const terminated = z.object({ terminated: z.object({ reason: z.string(), containerID: z.string() }) });
