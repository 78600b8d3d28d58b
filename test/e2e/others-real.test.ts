// What somebody or something else makes of a change, on a real cluster with a kubelet: a person puts the old value back while it is watched, and a kubelet
// leaves the pod's cgroup at the old size when a container is resized between two runs.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutcomeTarget } from './support/outcome-target.ts';
import { startOutcomeTarget } from './support/outcome-target.ts';
import { realKubeconfig } from './support/real-target.ts';
import { shownText } from './support/stage.ts';
import type { Talk } from './support/talk.ts';
import { createTalk } from './support/talk.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const kubeconfig = realKubeconfig();
/** Long enough that whoever puts the value back does so while it is watched, also on a busy machine. */
const WATCH = '30s';

describe.skipIf(kubeconfig === undefined)('what others make of a change, on a real cluster: set E2E_KUBECONFIG to run it', () => {
  let world: TestWorld;
  let target: OutcomeTarget;
  let talk: Talk;

  beforeAll(async () => {
    target = await startOutcomeTarget(kubeconfig ?? '');
    world = await startTestWorld({ ...target, watch: WATCH });
    talk = createTalk(world, target.namespace);
    await world.headroom({ policy: ['maxFactor: 16'] });
  });

  afterAll(async () => {
    await world.stop();
  });

  it('a value that somebody puts back during the watch window is told as undone, and left alone', async () => {
    await target.startCalm('calm');
    const root = await talk.killed('calm');
    const proposal = await talk.proposed(root, { limit: '160Mi' });
    await talk.approved(root, proposal);
    await world.stage.reply(root, /^Memory limit .*rolled out, watching/);
    expect(await target.limit('calm')).toBe('160Mi');
    await target.setLimit('calm', '50Mi');
    const outcome = await world.stage.reply(root, /^Undone: /);
    expect(shownText(outcome)).toContain('the limit found is back at 50Mi');
    await world.stage.root(`${target.namespace}/calm`, ({ ts, text }) => ts === root.ts && text.startsWith('OOMKilled'));
    expect(await target.limit('calm')).toBe('50Mi');
  });

  it('a container that is resized between two runs is killed at its old size, which is told by the name of the bug', async () => {
    await target.startLooping('looping');
    const root = await talk.killed('looping');
    // The second run lasts.
    await target.isInRun('looping', 1);
    const proposal = await talk.proposed(root, { limit: '160Mi' });
    const form = await talk.approving(root, proposal);
    // All that is left to do fits between two runs.
    await target.isBetweenRuns('looping', 3);
    await world.stage.submit(world.stage.bob, form, { read: ['read'] });
    const isOld = await target.leavesOldCgroups();
    const outcome = await world.stage.reply(root, isOld ? /^Killed again: / : /^Quiet: /);
    expect(await target.inForce('looping')).toBe('160Mi');
    expect(shownText(outcome).includes('kubernetes#138760')).toBe(isOld);
  });
});
