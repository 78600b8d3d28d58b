// Ways through the rules that are seldom taken, and what must hold on them.

import { describe, expect, it } from 'vitest';
import { toBytes } from '../../../src/domain/base/memory.ts';
import { known } from '../../../src/domain/base/piece.ts';
import { HOUR, MINUTE, SECOND, toInstant } from '../../../src/domain/base/time.ts';
import { containerList, workloadName } from '../../../src/domain/base/workload.ts';
import { checkProposedLimits } from '../../../src/domain/change/limits-check.ts';
import { hasArrived, hasDrifted } from '../../../src/domain/change/now.ts';
import { buildChange } from '../../../src/domain/change/patch.ts';
import { matchesGlob } from '../../../src/domain/change/policy/policy.ts';
import { diagnose } from '../../../src/domain/diagnosis/diagnose.ts';
import { weighSuspicion } from '../../../src/domain/diagnosis/suspicion.ts';
import { findHeapSettings } from '../../../src/domain/evidence/heap-settings.ts';
import { wakeReason } from '../../../src/domain/incident/care.ts';
import { addFollowUp, addKill, openIncident, reopenIncident } from '../../../src/domain/incident/incident.ts';
import { sandboxKill } from '../../../src/domain/kill/event-kill.ts';
import { explainKillCode } from '../../../src/domain/kill/exit-code.ts';
import type { KernelKill } from '../../../src/domain/kill/kernel-oom.ts';
import { createKernelReader } from '../../../src/domain/kill/kernel-oom.ts';
import type { Kill } from '../../../src/domain/kill/oom-kill.ts';
import { findKills } from '../../../src/domain/kill/oom-kill.ts';
import {
  ago,
  evidence,
  incident,
  kill,
  mi,
  NOW,
  podContainer,
  podFacts,
  policy,
  size,
  templateContainer,
  templateState,
  workload,
} from '../../support/build.ts';

const KERNEL: KernelKill = { victim: { pid: 7, command: 'tail', resident: mi(20) }, scope: 'container', line: '' };

describe('the exit code of a kill', () => {
  it.each([
    { name: 'of a sandbox', over: { how: 'sandbox' }, words: 'No container was started' },
    { name: 'of a sandbox, probably', over: { how: 'suspected', shownIn: 'event' }, words: 'No container was started' },
    { name: 'of a node', over: { how: 'node' }, words: 'the node’s own report' },
    { name: 'that is only suspected', over: { how: 'suspected' }, words: 'did not mark it OOMKilled' },
    { name: 'of a child', over: { how: 'silent', exitCode: undefined }, words: 'lives on' },
    { name: 'of the main process', over: {}, words: '128 + 9' },
  ] satisfies readonly { readonly name: string; readonly over: Partial<Kill>; readonly words: string }[])(
    '$name',
    ({ over, words }) => {
      expect(explainKillCode(kill(over))).toContain(words);
    },
  );
});

describe('the kills of an incident', () => {
  const UNTIMED = { finishedAt: undefined, seenAt: ago(SECOND) };

  it('a kill whose end nobody knows is counted by when it was seen', () => {
    const first = openIncident({ id: 'OOM-1', kill: kill(UNTIMED), workload: workload(), channel: 'C1', now: NOW });
    expect(first.killTimes).toEqual([ago(SECOND)]);
    const second = addKill(first, kill({ id: 'later', finishedAt: undefined, seenAt: NOW }));
    expect(second).toMatchObject({ killCount: 2, killTimes: [ago(SECOND), NOW], lastKill: { id: 'later' } });
  });

  it('an older one that comes later is counted and not taken for the last', () => {
    const after = addKill(incident(), kill({ id: 'older', finishedAt: ago(2 * HOUR) }));
    expect(after.killCount).toBe(2);
    expect(after.lastKill.id).toBe(incident().lastKill.id);
    expect(after.killTimes.toSorted((a, b) => a - b)).toEqual(after.killTimes);
  });

  it('one that was suspected and is sure by now is the same one', () => {
    const suspected = { ...incident(), lastKill: kill({ how: 'suspected' }) };
    expect(addKill(suspected, kill())).toMatchObject({ killCount: suspected.killCount, lastKill: { how: 'oom-killed' } });
  });

  it('one that opens an incident again tells since when it was quiet, though no kill of it is remembered', () => {
    const quiet = { ...incident(), state: 'resolved' as const, killTimes: [], killIds: [] };
    const again = reopenIncident(quiet, kill({ id: 'again', ...UNTIMED }), NOW).thread.at(-1)?.subject;
    expect(again).toEqual({ kind: 'again', quietSince: quiet.openedAt, at: ago(SECOND) });
  });

  it('a follow-up is kept once for each change and stage', () => {
    const followUp = { proposalId: 'p', stage: '24h', at: NOW, limit: mi(384), kills: 0 } as const;
    const told = addFollowUp(incident(), followUp);
    expect(addFollowUp(told, { ...followUp, kills: 3 })).toBe(told);
    expect(addFollowUp(told, { ...followUp, stage: '7d' }).followUps).toHaveLength(2);
  });

  it('another cause ends a snooze at once', () => {
    const snoozed = { ...incident(), snoozed: { by: 'UALICE', at: NOW, until: toInstant(NOW + HOUR), kills: 1 } };
    expect(wakeReason(snoozed, NOW, true)).toBe('cause');
    expect(wakeReason(snoozed, NOW, false)).toBeUndefined();
  });
});

describe('a container that ended without a word', () => {
  const ended = (over: object, containerId?: string) =>
    findKills(
      podFacts({
        containers: [
          podContainer({
            restartCount: 2,
            state: { kind: 'terminated', exitCode: 137, reason: 'OOMKilled', containerId, ...over },
          }),
        ],
      }),
      NOW,
    );

  it('is known by its turn where it has neither id nor time', () => {
    expect(ended({}).map(({ id }) => id)).toEqual(['prod/pod-1/app/run-2-unknown']);
  });

  it('of which only the message tells is a kill without a reason', () => {
    const message = 'container init was OOM-killed (memory limit too low?)';
    expect(ended({ reason: undefined, message, exitCode: 128 }, 'abc')).toEqual([
      expect.objectContaining({ how: 'start-oom', reason: 'unknown' }),
    ]);
  });
});

describe('a suspicion', () => {
  const suspect = kill({ how: 'suspected', reason: 'Error', finishedAt: undefined, seenAt: NOW });
  const nodeSaying = (lastSeen: number | undefined) => {
    const event = { type: 'Warning', reason: 'SystemOOM', message: 'System OOM encountered', count: 1, from: 'kubelet' };
    const oomEvents = [{ ...event, lastSeen: lastSeen === undefined ? undefined : toInstant(lastSeen) }];
    return evidence({ node: known({ name: 'node-1', memoryPressure: false, ready: true, oomEvents }, 'node status', NOW) });
  };

  it.each([
    { name: 'within a minute', lastSeen: NOW - MINUTE, kind: 'holds' },
    { name: 'an hour before', lastSeen: NOW - HOUR, kind: 'open' },
    { name: 'at no known time', lastSeen: undefined, kind: 'open' },
  ])('of a node that reports a kill $name: $kind', ({ lastSeen, kind }) => {
    expect(weighSuspicion(suspect, nodeSaying(lastSeen)).kind).toBe(kind);
  });
});

it.each([
  { name: 'the kernel’s log', over: { shownIn: 'kernel', kernel: KERNEL }, words: 'kernel log reports it' },
  { name: 'its cgroup alone', over: { shownIn: 'kernel' }, words: 'Its cgroup counted the kill' },
  { name: 'Prometheus', over: { shownIn: 'metric' }, words: 'container_oom_events_total' },
] as const)('a child’s kill says who told of it: $name', ({ over, words }) => {
  const silent = kill({ how: 'silent', exitCode: undefined, ...over });
  const { facts } = diagnose({ kill: silent, evidence: evidence(), now: NOW, earlierKills: [] });
  expect(facts.join(' ')).toContain(words);
});

describe('what a person asks for', () => {
  const asked = {
    current: { limit: size(256), request: size(128) },
    policy: policy(),
    allocatable: mi(8192),
    limitText: '384Mi',
    requestText: '',
  };

  it.each([
    { name: 'a request that is no size', over: { requestText: '128 megs' }, field: 'request', words: 'is not a memory quantity' },
    {
      name: 'a request in thousandths of a byte',
      over: { requestText: '128m' },
      field: 'request',
      words: 'thousandths of a byte',
    },
    {
      name: 'a request above the limit',
      over: { requestText: '512Mi' },
      field: 'request',
      words: 'The request is higher than the limit',
    },
    {
      name: 'a limit below the request there is',
      over: { current: { limit: size(64), request: size(512) } },
      field: 'request',
      words: 'The present request of 512Mi is higher',
    },
    {
      name: 'a request that no node can give',
      over: { allocatable: mi(256), requestText: '300Mi' },
      field: 'request',
      words: 'No pod with this request fits',
    },
    {
      name: 'no more than what was hit from outside the template',
      over: { current: { limit: undefined, request: undefined }, hit: mi(512) },
      field: 'limit',
      words: 'from outside its template',
    },
  ])('$name', ({ over, field, words }) => {
    const checked = checkProposedLimits({ ...asked, ...over });
    expect(checked.kind === 'problems' ? checked.problems.map(({ field: of, message }) => `${of}: ${message}`) : []).toEqual([
      expect.stringMatching(new RegExp(`^${field}: .*${words}`)),
    ]);
  });

  it('is all right without any request', () => {
    const current = { limit: size(256), request: undefined };
    expect(checkProposedLimits({ ...asked, current })).toEqual({ kind: 'ok', limit: mi(384), request: undefined });
  });
});

it('a container that is gone from its template has drifted, and has not what a change wants', () => {
  const change = buildChange(templateState(), templateContainer(), { limit: mi(384) });
  expect(hasDrifted(change, undefined)).toBe(true);
  expect(hasArrived(change, undefined)).toBe(false);
});

it.each([
  { glob: 'a*b*c', text: 'axxbyyc', fits: true },
  { glob: 'a*b*c', text: 'axxyyc', fits: false },
  { glob: 'ab*ba', text: 'aba', fits: false },
])('the glob $glob fits $text: $fits', ({ glob, text, fits }) => {
  expect(matchesGlob(glob, text)).toBe(fits);
});

it.each([
  { role: 'regular', list: 'containers' },
  { role: 'init', list: 'initContainers' },
  { role: 'sidecar', list: 'initContainers' },
  { role: 'ephemeral', list: undefined },
] as const)('a container that is $role is in $list of a template', ({ role, list }) => {
  expect(containerList(role)).toBe(list);
});

it('a node is outside any namespace', () => {
  expect(workloadName({ namespace: '', name: 'node-1' })).toBe('node-1');
});

it('a share of a limit that is not known is no heap setting', () => {
  expect(findHeapSettings({ env: [], command: [], args: ['-XX:MaxRAMPercentage=75'] }, undefined)).toEqual([]);
});

it('an old kernel’s kill of a whole machine right behind one in a container is a kill of its own', () => {
  const reader = createKernelReader();
  const lines = [
    'a invoked oom-killer: gfp_mask=0x14000c0(GFP_KERNEL), nodemask=(null),  order=0, oom_score_adj=994',
    'Memory cgroup out of memory: Kill process 31 (a) score 1985 or sacrifice child',
    'Killed process 31 (a) total-vm:2004kB, anon-rss:40000kB, file-rss:8kB, shmem-rss:0kB',
    'Out of memory: Kill process 32 (b) score 900 or sacrifice child',
    'Killed process 32 (b) total-vm:2004kB, anon-rss:40000kB, file-rss:8kB',
  ];
  const kills = lines.flatMap((line) => reader.read(line) ?? []);
  expect(kills.map(({ victim, scope }) => [victim.pid, victim.resident, scope])).toEqual([
    [31, toBytes(40_008 * 1024), 'unknown'],
    [32, toBytes(40_008 * 1024), 'node'],
  ]);
});

it('an Event without a time is of the moment it was seen', () => {
  const event = {
    ...{ uid: 'e', reason: 'FailedCreatePodSandBox', lastSeen: undefined },
    message: 'cannot start a stopped process',
    object: { kind: 'Pod', namespace: 'payments', name: 'a', uid: 'pod-1' },
  };
  const unlimited = podFacts({
    containers: [podContainer({ name: 'b', resources: {} }), podContainer({ name: 'c', resources: {} })],
  });
  expect(sandboxKill(event, unlimited, NOW)).toMatchObject({ finishedAt: undefined, seenAt: NOW, ref: { container: 'b' } });
});
