// The whole story with a crash at every single port call, before and after its effect: always the same end, each message once, one write.

import { describe, expect, it } from 'vitest';
import type { Incident } from '../../../src/domain/incident/incident.ts';
import { incidentKey } from '../../../src/domain/incident/incident.ts';
import type { Crash, FakeWorld } from '../../fakes/world.ts';
import { Crashed, createFakeWorld } from '../../fakes/world.ts';
import { policy } from '../../support/build.ts';
import type { Bot } from './support/bot.ts';
import { createBot, killedPod, soon } from './support/bot.ts';

/** What a person or the watcher does again when it failed. */
async function again<Result>(world: FakeWorld, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Crashed)) throw error;
    world.revive();
    return act();
  }
}

/** Hundreds of stories, one for each call that may crash. */
const CRASHES_WITHIN_MS = 60_000;

async function settled(world: FakeWorld, bot: Bot): Promise<void> {
  await bot.drain();
  await again(world, () => bot.sweep());
  await bot.drain();
}

type Ending = 'approve' | 'refuse' | 'expire' | 'undo';

/** Only the values of before roll out. */
function blocked(world: FakeWorld): void {
  world.editor.rollout = async () =>
    world.editor.template.containers[0]?.resources.limit?.text === '256Mi'
      ? { kind: 'complete', message: 'all pods run with it' }
      : { kind: 'failed', message: 'no node has room' };
}

async function proposed(world: FakeWorld, bot: Bot) {
  const input = {
    incidentId: 'OOM-1001',
    requester: 'UALICE',
    limit: '384Mi',
    request: undefined,
    reason: 'It needs more than that.',
  };
  await again(world, () => bot.propose.propose(input, soon()));
  await settled(world, bot);
  const incident = await again(world, () => world.ports.incidents.get('OOM-1001'));
  const proposal = await again(world, () => world.ports.proposals.get(incident?.proposalId ?? ''));
  if (proposal === undefined) throw new Error('the incident has no proposal');
  return proposal;
}

async function story(world: FakeWorld, ending: Ending): Promise<void> {
  const bot = createBot(world, policy({ undoAutomatically: ending === 'undo' }));
  if (ending === 'undo') blocked(world);
  await again(world, () => bot.watch(killedPod(world), { initial: false }));
  await settled(world, bot);
  const proposal = await proposed(world, bot);
  if (ending === 'expire') world.clock.advance(proposal.expiresAt - proposal.createdAt + 1);
  else {
    const decision = ending === 'refuse' ? ({ kind: 'refuse', reason: 'not now' } as const) : ({ kind: 'approve' } as const);
    const input = { proposalId: proposal.id, version: proposal.version, decider: 'UBOB', decision };
    await again(world, () => bot.decide.decide(input, soon()));
  }
  await settled(world, bot);
  await settled(world, bot);
}

async function endOf(ending: Ending, crash?: Crash) {
  const world = createFakeWorld(crash);
  await story(world, ending);
  const calls = world.calls();
  const [incident] = await again(world, () => world.ports.incidents.list({ state: 'all', limit: 10 }));
  const end = {
    state: incident?.state,
    kills: incident?.killCount,
    underway: incident?.proposalId,
    limit: world.editor.template.containers[0]?.resources.limit?.text,
    writes: world.editor.writes,
    messages: world.slack.sent.map(({ kind }) => kind),
    isFollowed: incident !== undefined && (await isFollowed(world, incident)),
  };
  return { calls, end };
}

/** Whether its new limit is looked at again later. */
async function isFollowed(world: FakeWorld, { workload, container }: Incident): Promise<boolean> {
  const page = await again(world, () => world.ports.ledger.read(incidentKey(workload, container)));
  return page.change !== undefined;
}

const MESSAGES = ['root', 'explanation', 'proposal'];

describe.each([
  ['approve', { state: 'resolved', limit: '384Mi', writes: 1, isFollowed: true, messages: [...MESSAGES, 'outcome'] }],
  // Written, not rolled out, and taken back by the policy: two writes, each once.
  [
    'undo',
    { state: 'open', underway: undefined, limit: '256Mi', writes: 2, messages: [...MESSAGES, 'outcome', 'proposal', 'outcome'] },
  ],
  ['refuse', { state: 'open', underway: undefined, limit: '256Mi', writes: 0, isFollowed: false, messages: MESSAGES }],
  // As long as a proposal waits is as long as an incident has to stay quiet to be resolved.
  ['expire', { state: 'resolved', underway: undefined, limit: '256Mi', writes: 0, isFollowed: false, messages: MESSAGES }],
] as const)('the story that ends with %s', (ending, expected) => {
  it('shows each message once and writes what was approved', async () => {
    expect((await endOf(ending)).end).toMatchObject({ kills: 1, ...expected });
  });

  it.each(['before', 'after'] as const)(
    'ends the same with a crash %s any port call',
    async (when) => {
      const { calls } = await endOf(ending);
      for (let at = 1; at <= calls; at += 1) {
        expect((await endOf(ending, { at, when })).end, `crash ${when} call ${at}`).toMatchObject({ kills: 1, ...expected });
      }
    },
    CRASHES_WITHIN_MS,
  );
});
