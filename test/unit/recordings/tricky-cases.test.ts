// The tricky cases of detection, on pods recorded from a real kubelet; where none can be made to order, on a recorded pod with the fields a kubelet would write.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createEventWatcher } from '../../../src/adapters/kubernetes/watch/event-watcher.ts';
import { MIB } from '../../../src/domain/base/memory.ts';
import { known } from '../../../src/domain/base/piece.ts';
import { diagnose } from '../../../src/domain/diagnosis/diagnose.ts';
import { weighSuspicion } from '../../../src/domain/diagnosis/suspicion.ts';
import { bystanderBecause } from '../../../src/domain/kill/bystander.ts';
import { isSandboxKill, sandboxKill } from '../../../src/domain/kill/event-kill.ts';
import { isAtLeast, withRun } from '../../../src/domain/kill/kill-count.ts';
import type { Kill } from '../../../src/domain/kill/oom-kill.ts';
import { containerIdOf, isLateMark } from '../../../src/domain/kill/oom-kill.ts';
import { silentLog, silentMeter } from '../../fakes/telemetry.ts';
import { evidence, podContainer, podFacts, series, size } from '../../support/build.ts';
import { initialEnd, serve } from '../adapters/kubernetes/watch/watching.ts';
import { AFTERWARDS, endedWith, FOLDER, killsIn, podIn, RECORDINGS, recording } from './recordings.ts';

function idsOf(ids: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...ids].map((id) => id.replace('containerd://', '')));
}

describe.each(RECORDINGS)('the recording %s', (name) => {
  it('shows every container that the runtime marked, once', () => {
    const marked = killsIn(recording(name)).filter(({ how }) => how === 'oom-killed');
    expect(new Set(marked.map((kill) => containerIdOf(kill)))).toEqual(idsOf(endedWith('OOMKilled', recording(name))));
  });
});

it('no node of the recordings had a clock that was behind', () => {
  const pods = RECORDINGS.flatMap((name) => recording(name)).map(({ object }) => podIn(object));
  expect(pods.filter(({ clockBehind }) => clockBehind !== undefined)).toEqual([]);
});

type Doubt = Parameters<typeof withRun>[0];

describe('tricky cases', () => {
  it('1 to 3: a crash loop is one kill for each run, in state, in lastState and beside the one before', () => {
    const events = recording('restarting');
    expect(killsIn(events).length).toBeGreaterThan(2);
    const shown = events.map(({ object }) => kills(object));
    expect(shown.some((each) => each.map(({ shownIn }) => shownIn).join() === 'state,lastState')).toBe(true);
    expect(shown.some((each) => each.map(({ shownIn }) => shownIn).join() === 'lastState')).toBe(true);
  });

  it('4: restarts that nobody saw leave the one kill that is shown', () => {
    const last = recording('restarting').findLast(({ object }) => kills(object).length === 1);
    const skipped = replaced(last?.object, /"restartCount":\d+/g, '"restartCount":9');
    expect(kills(last?.object, skipped)).toHaveLength(1);
  });

  it('4: a kill that nobody saw makes the count a least one, and none else does', () => {
    const events = recording('restarting');
    const all = killsIn(events);
    const missed = all[2]?.id;
    expect(isAtLeast(all.reduce<Doubt>(withRun, {}))).toBe(false);
    expect(isAtLeast(all.filter(({ id }) => id !== missed).reduce<Doubt>(withRun, {}))).toBe(true);
  });

  it('5: a pod that never restarts shows it in state only', () => {
    const found = killsIn(recording('never'));
    expect(found.map(({ shownIn, exitCode }) => ({ shownIn, exitCode }))).toEqual([{ shownIn: 'state', exitCode: 137 }]);
  });

  it('6: OOMKilled with exit code 0 in a pod that succeeded is a kill of a child', () => {
    expect(podIn(recording('child-exit-0').at(-1)?.object).phase).toBe('Succeeded');
    expect(killsIn(recording('child-exit-0'))).toEqual([expect.objectContaining({ exitCode: 0, how: 'oom-killed' })]);
  });

  it('7: a mark that surfaces when the pod is shut down may be of long ago', () => {
    const [kill] = killsIn(recording('child-then-deleted'));
    expect(kill?.exitCode).toBe(143);
    expect(kill !== undefined && isLateMark(kill)).toBe(true);
  });

  it('8: what a probe kills is suspected at most', () => {
    const found = killsIn(recording('probe-kills'));
    expect(found.length).toBeGreaterThan(1);
    expect(new Set(found.map(({ how }) => how))).toEqual(new Set(['suspected']));
  });

  it('9: exit code 137 alone is suspected at most, though nobody else has killed it', () => {
    const found = killsIn(recording('exit-137'));
    expect(found.map(({ how, exitCode }) => ({ how, exitCode }))).toEqual([{ how: 'suspected', exitCode: 137 }]);
  });

  it('10: a mark that comes late keeps the identity', () => {
    const [event] = recording('never').filter(({ object }) => kills(object).length > 0);
    const before = kills(replaced(event?.object, /"reason":"OOMKilled"/g, '"reason":"Error"'));
    const after = kills(event?.object);
    expect(before.map(({ how }) => how)).toEqual(['suspected']);
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  });

  it('11: a status that the kubelet made up is no kill', () => {
    const [event] = recording('never').filter(({ object }) => kills(object).length > 0);
    const unknown = replaced(
      event?.object,
      /"terminated":\{[^}]*\}/g,
      '"terminated":{"exitCode":137,"reason":"ContainerStatusUnknown","message":"The container could not be located when the pod was terminated","startedAt":null,"finishedAt":null}',
    );
    expect(kills(unknown)).toEqual([]);
  });

  it('12 and 23: a memory volume kills the first run, then every start, of which no length is known', () => {
    const [first, ...starts] = killsIn(recording('start-oom'));
    expect(first?.how).toBe('oom-killed');
    expect(starts.length).toBeGreaterThan(1);
    for (const start of starts) {
      expect(start).toMatchObject({ how: 'start-oom', exitCode: 128 });
      expect(start.message).toContain('OOM-killed');
      expect(start.startedAt).toBeUndefined();
    }
  });

  it('13: of a sandbox that cannot start only Events tell, and they do not always say of what it died', async () => {
    const killed = await sandboxesIn('sandbox-killed');
    expect(killed.length).toBeGreaterThan(1);
    expect(new Set(killed.map(({ how }) => how))).toEqual(new Set(['sandbox']));
    const gone = await sandboxesIn('sandbox-gone');
    const suspected = gone.filter(({ how }) => how === 'suspected');
    expect(suspected.length).toBeGreaterThan(0);
    expect(new Set(gone.map(({ id }) => id)).size).toBe(1);
    for (const kill of suspected) {
      const judged = weighSuspicion(kill, evidence({ pod: known(podFacts({ containers: [tiny] }), 'pod status', AFTERWARDS) }));
      expect(judged.kind).toBe('holds');
    }
  });

  it.each([
    { row: 14, name: 'init', container: 'setup', role: 'init' },
    { row: 15, name: 'sidecar', container: 'proxy', role: 'sidecar' },
    { row: 16, name: 'debugged', container: 'debugger', role: 'ephemeral' },
  ])('$row: the kill of $name is told of $container as $role', ({ name, container, role }) => {
    const found = killsIn(recording(name));
    expect(found.length).toBeGreaterThan(0);
    for (const { ref } of found) expect(ref).toMatchObject({ container, role });
  });

  it('17: with a debug container in the pod, the one that was within its own limit is killed at the limit they share', () => {
    const events = recording('neighboured');
    const found = killsIn(events);
    expect(new Set(found.map(({ ref }) => ref.role))).toEqual(new Set(['regular']));
    const pod = podIn(events.findLast(({ object }) => killsIn([{ object }]).length > 0)?.object);
    expect(pod.containers.find(({ role }) => role === 'ephemeral')?.state.kind).toBe('running');
    const [kill] = found;
    const usage = series(2, () => 30);
    const given = { ...evidence(), pod: known(pod, 'pod status', AFTERWARDS), usage: known(usage, 'Prometheus', AFTERWARDS) };
    const shown = diagnose({ kill, evidence: given, now: AFTERWARDS, earlierKills: [] });
    expect(shown.cause).toBe('pod-limit');
  });

  it('18: without a limit of its own, it was killed from above', () => {
    const [kill, ...more] = killsIn(recording('unlimited'));
    expect(more).toEqual([]);
    expect(kill).toMatchObject({ how: 'oom-killed', exitCode: 137, limit: undefined });
    const pod = podIn(recording('unlimited').at(-2)?.object);
    const given = evidence({ pod: known(pod, 'pod status', AFTERWARDS) });
    expect(diagnose({ kill, evidence: given, now: AFTERWARDS, earlierKills: [] }).cause).toBe('no-limit');
  });

  it('20 and 21: an evicted pod’s other containers are none, one that was killed for memory before is', () => {
    const [event] = recording('never').filter(({ object }) => kills(object).length > 0);
    const evicted = replaced(event?.object, /"phase":"\w+"/g, '"phase":"Failed","reason":"Evicted","message":"low on memory"');
    expect(kills(evicted).map(({ how }) => how)).toEqual(['oom-killed']);
    expect(kills(replaced(evicted, /"reason":"OOMKilled"/g, '"reason":"Error"'))).toEqual([]);
  });

  it('22: with a limit of the pod alone, that is the limit that was reached', () => {
    expect(killsIn(recording('pod-limit')).map(({ limit }) => limit)).toEqual([48 * MIB]);
  });

  it('24: of two containers that are both marked, the one that was not killed is none', () => {
    const events = recording('siblings');
    const [victim, marked] = ['app', 'innocent'].map((name) => killsIn(events).find(({ ref }) => ref.container === name));
    expect(victim).toMatchObject({ how: 'oom-killed', exitCode: 137 });
    expect(marked).toMatchObject({ how: 'oom-killed', exitCode: 3 });
    const pod = podIn(events.findLast(({ type }) => type !== 'DELETED')?.object);
    const because = [victim, marked].map((kill) => kill && bystanderBecause(kill, { reports: [], pod }));
    expect(because).toEqual([undefined, 'another container of the pod was killed at the limit they share']);
  });

  it('29: another pod of the same name carries nothing over', () => {
    const found = killsIn(recording('renamed'));
    const uids = new Set(found.map(({ ref }) => ref.podUid));
    expect(new Set(found.map(({ ref }) => ref.pod))).toEqual(new Set(['renamed-0']));
    expect(uids.size).toBe(2);
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
  });

  it('31: a restart count that falls back is no news', () => {
    const last = recording('restarting').findLast(({ object }) => kills(object).length === 1);
    const fallen = replaced(last?.object, /"restartCount":\d+/g, '"restartCount":0');
    expect(kills(fallen).map(({ id }) => id)).toEqual(kills(last?.object).map(({ id }) => id));
  });

  it('33: while a resize waits for room, the limit is what was in force, not what the pod asks for', () => {
    const [kill] = killsIn(recording('resize-deferred'));
    expect(kill?.limit).toBe(64 * MIB);
    const asked = recording('resize-deferred').map(({ object }) => podIn(object).containers[0]?.resources.limit?.bytes ?? 0);
    expect(Math.max(...asked)).toBeGreaterThan(1024 * MIB);
  });

  it('32: the tombstone of a Job’s pod is enough', () => {
    const events = recording('job');
    const tombstone = events.filter(({ type }) => type === 'DELETED');
    expect(tombstone).toHaveLength(1);
    expect(killsIn(tombstone).map(({ id }) => id)).toEqual(killsIn(events).map(({ id }) => id));
  });
});

function replaced(object: unknown, pattern: RegExp, by: string): unknown {
  const text = JSON.stringify(object);
  const changed = text.replaceAll(pattern, by);
  expect(changed).not.toBe(text);
  return JSON.parse(changed);
}

const tiny = podContainer({ name: 'app', resources: { limit: size(3) } });

/** The kills that the recorded Events tell of. */
async function sandboxesIn(name: string): Promise<readonly Kill[]> {
  const lines = readFileSync(new URL(`events/${name}.jsonl`, FOLDER), 'utf8')
    .trim()
    .split('\n');
  const { connection } = serve({ streams: [{ lines: [...lines, initialEnd('7')] }] });
  const found: Kill[] = [];
  const watcher = createEventWatcher({
    connection,
    namespaces: ['recorded'],
    excluded: [],
    log: silentLog,
    meter: silentMeter,
    random: () => 0,
    async onEvent(event) {
      if (!isSandboxKill(event)) return;
      const kill = sandboxKill(event, podFacts({ uid: event.object.uid, containers: [tiny] }), AFTERWARDS);
      if (kill !== undefined) found.push(kill);
    },
  });
  await watcher.start();
  await watcher.stop();
  return found;
}

function kills(...objects: readonly unknown[]): readonly Kill[] {
  return killsIn(objects.map((object) => ({ object })));
}
