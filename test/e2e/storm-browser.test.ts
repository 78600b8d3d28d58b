// Many containers die at once, in two people's browser: one message in the channel tells them all in a table, and its thread holds each of them, with its buttons
// and, when somebody asks, its explanation.

import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from './support/browser.ts';
import { openBrowser, personOn, picture, showFromTop } from './support/browser.ts';
import { startDemoTarget } from './support/demo-target.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const PATIENCE_MS = 120_000;
/** An emoji and a number come before it. */
const HEADING = 'containers ran out of memory';
/** So many of the demo cluster's workloads die within a minute that the first begins no storm, and the others are it. */
const MEMBERS = 6;

describe('a storm in the browser', () => {
  let world: TestWorld;
  let browser: Browser;
  let page: Page;
  let alice: Person;
  let bob: Person;

  beforeAll(async () => {
    world = await startTestWorld({ ...(await startDemoTarget()), namespaces: [] });
    await world.headroom({ stormAfter: 1 });
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1760, height: 1100 } });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(`${world.slack.url}/?theme=light`);
    alice = personOn(page, 'alice');
    bob = personOn(page, 'bob');
  });

  afterAll(async () => {
    await browser.close();
    await world.stop();
  });

  function rows(storm: Locator): Locator {
    return storm.locator('tbody tr');
  }

  /** The incidents that its table names now. */
  async function incidents(storm: Locator): Promise<readonly string[]> {
    const named = await rows(storm).locator('td:last-child').allTextContents();
    return named.flatMap((text) => /OOM-\d+/.exec(text)?.[0] ?? []);
  }

  it('is one message that tells them all in a table', async () => {
    const storm = alice.root(HEADING);
    await rows(storm)
      .nth(MEMBERS - 1)
      .waitFor();
    expect(new Set(await incidents(storm)).size).toBeGreaterThanOrEqual(MEMBERS);
    const loud = world.slack.control.messages(world.slack.channelId).filter(({ threadTs }) => threadTs === undefined);
    expect(loud).toHaveLength(2);
  });

  it('shows each column whole', async () => {
    const overhangs = await page.evaluate(
      `[...document.querySelectorAll('.table-box')].map((box) => box.scrollWidth - box.clientWidth)`,
    );
    expect(overhangs).toEqual([0, 0]);
    await inBothThemes('storm', alice.root(HEADING));
  });

  it('leads each of them to every incident', async () => {
    for (const person of [alice, bob]) {
      const storm = person.root(HEADING);
      const named = await incidents(storm);
      await person.openThread(storm);
      for (const id of named) await person.reply(new RegExp(`^(?!.*${HEADING}).*${id}\\b`, 's')).waitFor();
    }
  });

  it('has the buttons of each in its thread, and one explanation when somebody asks', async () => {
    const card = alice.reply('Likely cause');
    await card.waitFor();
    await alice.press(card, 'explain_incident');
    const explained = alice.reply('Why it was killed');
    await explained.waitFor();
    expect(await alice.pane.locator('[data-thread] [data-ts]').filter({ hasText: 'Why it was killed' }).count()).toBe(1);
    await bob.press(bob.reply('Likely cause'), 'care:acknowledge');
    await alice
      .reply(/OOM-\d+.*acknowledged it/s)
      .getByText('Bob Becker')
      .waitFor();
    await showFromTop(explained);
    await inBothThemes('storm-thread', alice.pane);
  });

  /** Pictures for the README, of what is there now. */
  async function inBothThemes(name: string, part: Locator): Promise<void> {
    for (const theme of ['dark', 'light'] as const) {
      await page.locator(`[data-theme-choice="${theme}"]`).click();
      await picture(part, `${name}-${theme}`);
    }
  }
});
