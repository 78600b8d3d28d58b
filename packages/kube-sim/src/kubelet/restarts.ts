// When a dead container is started again: at once the first time, then after ten seconds and more, as kubelets do; bounded so that a demo does not
// stand still for five minutes.

import type { World } from '../controllers/world.ts';
import type { ContainerRecord, Run } from '../model/run.ts';

const RESTART_MS = 400;
const FIRST_BACK_OFF_MS = 10_000;
/** The longest wait of a container that ran for a while, and of one that dies at once. */
const LONGEST_MS = 20_000;
const LONGEST_QUICK_MS = 60_000;
const QUICK_MS = 20_000;
/** After a run this long the waiting starts over. */
const FORGIVEN_MS = 600_000;

export function nextStart(world: World, container: ContainerRecord, { startedAt }: Run): void {
  const lived = world.now() - startedAt;
  container.quickDeaths = lived >= world.scaled(FORGIVEN_MS) ? 0 : container.quickDeaths + 1;
  const longest = lived < world.scaled(QUICK_MS) ? LONGEST_QUICK_MS : LONGEST_MS;
  const wait = Math.min(longest, FIRST_BACK_OFF_MS * 2 ** Math.max(0, container.quickDeaths - 2));
  container.backOffMs = container.runs.length <= 1 || container.quickDeaths === 0 ? 0 : wait;
  container.startAt = world.now() + world.scaled(container.backOffMs === 0 ? RESTART_MS : wait);
}
