// The Home tab: published when somebody opens it or asks anew.

import type { App } from '@slack/bolt';
import { section } from '../blocks.ts';
import { ACTION } from '../ids.ts';
import { prose } from '../text.ts';
import type { Desk } from './desk.ts';
import { once } from './desk.ts';
import type { Homes } from './homes.ts';
import { publishHome } from './homes.ts';
import { click, homeOpened } from './incoming.ts';

export function registerHome(app: App, desk: Desk, homes: Homes): void {
  app.event('app_home_opened', async ({ body }) => {
    const parsed = homeOpened.safeParse(body);
    if (!parsed.success || parsed.data.event.tab === 'messages') return;
    const person = parsed.data.event.user;
    await once(desk, { key: `event:${parsed.data.event_id}`, what: 'home', tell: sorry(desk, person) }, () => homes.show(person));
  });
  app.action(ACTION.home, async ({ ack, body }) => {
    await ack();
    const parsed = click.safeParse(body);
    if (!parsed.success) return;
    const { person, trigger } = parsed.data;
    await once(desk, { key: `click:${trigger}`, what: 'home', tell: sorry(desk, person) }, () => homes.show(person));
  });
}

function sorry(desk: Desk, person: string): (words: string) => Promise<unknown> {
  return (words) => publishHome(desk, person, { type: 'home', blocks: [section(prose(words))] });
}
