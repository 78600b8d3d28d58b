// The bot is killed between any two steps, with no time to finish anything: the story ends the same, and nothing is said or written twice.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoTarget } from './support/demo-target.ts';
import type { Headroom } from './support/headroom.ts';
import { realKubeconfig, startRealTarget } from './support/real-target.ts';
import { approvedRaise, expectNothingTwice, quiet } from './support/stories.ts';
import type { Target } from './support/target.ts';
import { lookAt } from './support/template.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const kubeconfig = realKubeconfig();
const targets: readonly { readonly name: string; readonly start: () => Promise<Target> }[] = [
  { name: 'the demo cluster', start: startDemoTarget },
  ...(kubeconfig === undefined ? [] : [{ name: 'a real cluster', start: () => startRealTarget(kubeconfig) }]),
];

describe.each(targets)('killed between any two steps, on $name', ({ start }) => {
  let world: TestWorld;

  beforeAll(async () => {
    world = await startTestWorld(await start());
  });

  afterAll(async () => {
    await world.stop();
  });

  it('ends the same', async () => {
    const before = await lookAt(world.target);
    let headroom: Headroom = await world.headroom();
    const restart = async (): Promise<void> => {
      await headroom.crash();
      headroom = await world.headroom();
    };
    const raised = await approvedRaise(world, restart);
    await restart();
    await quiet(world, raised.root);
    await restart();
    expectNothingTwice(world, raised.root);
    expect((await lookAt(world.target)).generation).toBe(before.generation + 1);
    expect(await headroom.stop()).toBe(0);
  });
});
