// The root message and the outcome tell what was read when, and how a kill that the thread does not explain ended otherwise.

import { describe, expect, it } from 'vitest';
import { renderMessage } from '../../../../../../src/adapters/slack/render.ts';
import { moment } from '../../../../../../src/adapters/slack/text.ts';
import { homeView } from '../../../../../../src/adapters/slack/views/home.ts';
import { known } from '../../../../../../src/domain/base/piece.ts';
import { after, MINUTE, SECOND, toMillis } from '../../../../../../src/domain/base/time.ts';
import type { Message } from '../../../../../../src/ports/messenger.ts';
import { createFakeWorld } from '../../../../../fakes/world.ts';
import { dossier, evidence, incident, kill, mi, NOW, proposal, workload } from '../../../../../support/build.ts';
import { alerted } from '../../../../handlers/support/alerted.ts';
import { createBot, killedPod, soon } from '../../../../handlers/support/bot.ts';

const LATER = after(NOW, toMillis(7 * SECOND));
const FIRST = kill({ id: 'first', finishedAt: NOW });

function shown(message: Message): string {
  return JSON.stringify(renderMessage(message, false).blocks);
}

describe('the root message', () => {
  it('says when the replicas were counted', () => {
    const owner = known(
      { chain: [], top: workload(), replicas: 3, readyReplicas: 2, fieldOwners: [] },
      'owner references',
      LATER,
    );
    const words = shown({ kind: 'root', incident: incident(), dossier: dossier({ evidence: evidence({ owner }) }) });
    expect(words).toContain(`*2 of 3* replicas were serving ${moment(LATER)}.`);
  });

  it.each([
    { name: 'ended otherwise', last: { how: 'start-oom' as const, exitCode: 128 }, told: true },
    { name: 'ended alike', last: {}, told: false },
  ])('tells which kill the thread explains where the last one $name: $told', ({ last, told }) => {
    const words = shown({ kind: 'root', incident: incident({ lastKill: kill(last) }), dossier: dossier(), explained: FIRST });
    expect(words.includes(`the thread explains an earlier one, ${moment(NOW)} (exit code 137)`)).toBe(told);
  });

  it('says of a kill that only a counter gave when it was seen', () => {
    const explained = kill({ ...FIRST, how: 'silent', exitCode: undefined, shownIn: 'metric' });
    const words = shown({ kind: 'root', incident: incident({ lastKill: kill() }), dossier: dossier(), explained });
    expect(words).toContain(`the thread explains an earlier one, seen ${moment(NOW)} (no exit code)`);
  });

  it('says what exit code 128 is', () => {
    const words = shown({ kind: 'root', incident: incident({ lastKill: kill({ how: 'start-oom', exitCode: 128 }) }) });
    expect(words).toContain('before its program ran (exit code 128: it could not be started)');
  });

  it('is given the kill that the thread explains once another was explained after it', async () => {
    const { world, bot } = await alerted();
    world.clock.advance(5 * MINUTE);
    await bot.watch(killedPod(world, 'def'), { initial: false });
    await bot.drain();
    const root = world.slack.sent.find(({ kind }) => kind === 'root');
    expect(root?.text).toMatch(/"explained":\{"ref":.*"id":"prod\/pod-1\/app\/abc"/);
  });

  it('names no kill that the thread never told, because Slack was away until a newer one came', async () => {
    const world = createFakeWorld();
    const bot = createBot(world);
    for (const containerId of ['abc', 'def']) {
      await bot.watch(killedPod(world, containerId), { initial: false });
      for (const job of world.jobs.splice(0)) if (job.step === 'enrich') await bot.enrich(job, soon());
      world.clock.advance(5 * MINUTE);
    }
    world.jobs.push({ step: 'post', incidentId: 'OOM-1001' });
    await bot.drain();
    const root = (): string => world.slack.sent.find(({ kind }) => kind === 'root')?.text ?? '';
    await bot.post({ incidentId: 'OOM-1001' });
    expect(root()).not.toContain('"explained"');
    await bot.watch(killedPod(world, 'ghi'), { initial: false });
    await bot.drain();
    expect(root()).toMatch(/"explained":\{"ref":.*"id":"prod\/pod-1\/app\/def"/);
  });
});

it('an outcome’s last step is the rollout while it is watched', () => {
  const state = { kind: 'observing', by: 'U0BOB', at: NOW, rolledOutAt: LATER, until: after(NOW, toMillis(5 * MINUTE)) } as const;
  expect(shown({ kind: 'outcome', incident: incident(), proposal: proposal({ state }) })).toContain(
    `*Last step*\\n${moment(LATER)}`,
  );
});

it.each([
  { role: 'all', cluster: 'demo', words: '*Process with all roles* on host `vm-1`: watches cluster demo · ' },
  { role: 'watcher', cluster: 'prod', words: '*Process with the role watcher* on host `vm-1`: watches cluster prod · ' },
])('the Home tab says in words what a process is: $role', ({ role, cluster, words }) => {
  const process = {
    process: 'a',
    host: 'vm-1',
    role,
    cluster,
    at: NOW,
    watching: { standing: 'alone' as const, connected: true },
  };
  const health = { queue: { waiting: 0, running: 0, failed: 0 }, storeMs: 1, ailments: [], processes: [process] };
  const home = homeView({ at: NOW, waiting: [], mine: [], incidents: [], mutes: [], health }, undefined);
  expect(JSON.stringify(home.blocks)).toContain(words);
});

it.each([
  { cause: 'limit-too-low' as const, words: /it does not matter here, where the container hit its own limit/, arithmetic: false },
  { cause: 'node-pressure' as const, words: /oom_score_adj \d+ \(.*\): when a whole node runs out/, arithmetic: true },
  { cause: 'pod-limit' as const, words: /oom_score_adj \d+: when a whole node runs out/, arithmetic: false },
  { cause: 'no-limit' as const, words: /oom_score_adj \d+: when a whole node runs out/, arithmetic: false },
])('the explanation works the score out only where it decided: $cause', ({ cause, words, arithmetic }) => {
  const { diagnosis } = dossier();
  const told = shown({ kind: 'explanation', incident: incident(), dossier: dossier({ diagnosis: { ...diagnosis, cause } }) });
  expect(told).toMatch(words);
  expect(told.includes('node memory')).toBe(arithmetic);
});

it.each([
  { how: 'oom-killed' as const, words: ', after the restart: not a peak' },
  { how: 'silent' as const, words: ', after the kill: not a peak' },
])('one value of its memory is told as one from after what happened: $how', ({ how, words }) => {
  const usage = known({ kind: 'instant' as const, now: { at: LATER, bytes: mi(3) } }, 'metrics.k8s.io', LATER);
  const lastKill = kill({ how });
  const found = dossier({ evidence: evidence({ usage }) });
  expect(shown({ kind: 'explanation', incident: incident({ lastKill }), dossier: found })).toContain(words);
});
