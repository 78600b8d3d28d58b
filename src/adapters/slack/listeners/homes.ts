// The Home tabs that people may be looking at: published when asked for, and again when something in them has changed.

import type { HomeContent } from '../../../api/conversation.ts';
import { MINUTE, SECOND } from '../../../domain/base/time.ts';
import { pause } from '../../pause.ts';
import { calling } from '../client/client.ts';
import { homeView } from '../views/home.ts';
import type { Desk } from './desk.ts';

export type Homes = {
  /** Somebody looks: theirs is published now, and kept true for a while. */
  show(person: string): Promise<void>;
};

/** Nobody looks at one tab for longer without opening it again. */
const LOOKING_MS = 10 * MINUTE;
const LOOK_EVERY_MS = 5 * SECOND;
/** Far more than look at once. */
const MOST_LOOKING = 200;

export function createHomes(desk: Desk): Homes {
  const looking = new Map<string, { readonly until: number; readonly shown: string }>();
  const show = async (person: string): Promise<void> => {
    const content = await desk.conversation.home({ person });
    await publishHome(desk, person, homeView(content, desk.workspace));
    if (looking.size >= MOST_LOOKING) looking.clear();
    looking.set(person, { until: performance.now() + LOOKING_MS, shown: whatMatters(content) });
  };
  const refresh = async (): Promise<void> => {
    for (const [person, { until, shown }] of looking) {
      if (performance.now() > until) looking.delete(person);
      else await again(person, { until, shown });
    }
  };
  const again = async (person: string, was: { readonly until: number; readonly shown: string }): Promise<void> => {
    const content = await desk.conversation.home({ person });
    if (whatMatters(content) === was.shown) return;
    looking.set(person, { ...was, shown: whatMatters(content) });
    await publishHome(desk, person, homeView(content, desk.workspace));
  };
  void keeping(desk, refresh);
  return { show };
}

async function keeping(desk: Desk, refresh: () => Promise<void>): Promise<void> {
  while (!desk.stopping.aborted) {
    await pause(LOOK_EVERY_MS, desk.stopping);
    try {
      await refresh();
    } catch (error) {
      desk.log.debug('a Home tab could not be kept true', { error });
    }
  }
}

/** Without what is different each time it is read. */
function whatMatters({ waiting, mine, incidents, mutes, health }: HomeContent): string {
  const known = [...mine, ...incidents].map(({ id, version }) => `${id} ${version}`);
  const processes = health.processes.map((each) => ({ ...each, at: undefined }));
  return JSON.stringify([
    waiting.map(({ id, version }) => `${id} ${version}`),
    mine.length,
    known,
    mutes,
    processes,
    health.ailments,
  ]);
}

export async function publishHome(desk: Desk, person: string, view: ReturnType<typeof homeView>): Promise<void> {
  await calling({ method: 'views.publish', kind: 'read', meter: desk.meter }, () =>
    desk.client.views.publish({ user_id: person, view }),
  );
}
