// How the parts of a process stop: in order, what works for itself together, and all within one deadline.

import { describe, expect, it } from 'vitest';
import { createLifecycle } from '../../../src/app/lifecycle.ts';
import { silentLog } from '../../fakes/telemetry.ts';

const DEADLINE_MS = 400;

function parts() {
  const stopped: string[] = [];
  const lifecycle = createLifecycle(silentLog);
  const stop = (name: string) => (): void => void stopped.push(name);
  const hang = (name: string) => (): Promise<never> => {
    stopped.push(name);
    return new Promise(() => undefined);
  };
  return { stopped, lifecycle, stop, hang };
}

describe('a stop', () => {
  it('closes what was used after those that used it', async () => {
    const { lifecycle, stopped, stop } = parts();
    lifecycle.onStop('Redis', stop('Redis'));
    lifecycle.onStop('queues', stop('queues'));
    lifecycle.onStopWork('workers', async () => {
      await Promise.resolve();
      stopped.push('workers');
    });
    lifecycle.onStopWork('watcher', stop('watcher'));
    await lifecycle.stop(DEADLINE_MS);
    expect(stopped).toEqual(['watcher', 'workers', 'queues', 'Redis']);
  });

  it('asks all work to end though none does, closes what it used, and is over within the deadline', async () => {
    const { lifecycle, stopped, stop, hang } = parts();
    lifecycle.onStop('Redis', stop('Redis'));
    const work = Array.from({ length: 9 }, (_, index) => `work ${index}`);
    for (const name of work) lifecycle.onStopWork(name, hang(name));
    const begun = performance.now();
    await lifecycle.stop(DEADLINE_MS);
    expect(performance.now() - begun).toBeLessThan(DEADLINE_MS);
    expect(stopped).toEqual([...work.toReversed(), 'Redis']);
  });

  it('goes on where something cannot be closed', async () => {
    const { lifecycle, stopped, stop, hang } = parts();
    lifecycle.onStop('Redis', stop('Redis'));
    lifecycle.onStop('a broken part', () => Promise.reject(new Error('broken')));
    lifecycle.onStop('a slow part', hang('a slow part'));
    await lifecycle.stop(DEADLINE_MS);
    expect(stopped).toEqual(['a slow part', 'Redis']);
  });
});
