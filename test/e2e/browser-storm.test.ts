// Many containers die at once, in a browser: one message in the channel tells them all, and its thread holds each with its buttons and, when somebody asks, its
// explanation. Pictures of both themes are taken here too.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, personOn, picture } from './support/browser.ts';
import { startDemoTarget } from './support/demo-target.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const PATIENCE_MS = 90_000;
const HEADING = 'containers ran out of memory';

describe('a storm in the browser', () => {
  let world: TestWorld;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    world = await startTestWorld({ ...(await startDemoTarget()), namespaces: [] });
    await world.headroom({ stormAfter: 1 });
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1760, height: 1300 } });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(`${world.slack.url}/?theme=light`);
  });

  afterAll(async () => {
    await browser.close();
    await world.stop();
  });

  it('is one message with a table, and a thread in which each can be explained', async () => {
    const alice = personOn(page, 'alice');
    const storm = alice.root(HEADING);
    await storm
      .getByText(/^[5-9] containers|1\d containers/)
      .first()
      .waitFor();
    await picture(storm, 'storm-light');
    await alice.openThread(storm);
    const card = alice.reply('Likely cause');
    await card.waitFor();
    await alice.press(card, 'explain_incident');
    await alice.reply('Why it was killed').waitFor();
    await picture(alice.pane, 'storm-thread-light');
    const loud = world.slack.control.messages(world.slack.channelId).filter(({ threadTs }) => threadTs === undefined);
    expect(loud).toHaveLength(2);
  });

  it('reads as well in the dark', async () => {
    await page.goto(`${world.slack.url}/?theme=dark`);
    const alice = personOn(page, 'alice');
    await alice.root(HEADING).waitFor();
    await picture(alice.root(HEADING), 'storm-dark');
    await alice.openThread(alice.root(HEADING));
    await alice.reply('Why it was killed').waitFor();
    await picture(alice.pane, 'storm-thread-dark');
  });
});
