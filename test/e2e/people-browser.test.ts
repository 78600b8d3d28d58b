// Two people and the bot in a browser, beside the fix: they look after an incident and see each other's names, ask in the composer and about a message,
// and read their Home tab. What the page itself draws passes the accessibility rules of axe.

import { createRequire } from 'node:module';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Person } from './support/browser.ts';
import { openBrowser, personOn, picture } from './support/browser.ts';
import type { DemoTarget } from './support/demo-target.ts';
import { startDemoTarget } from './support/demo-target.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const HEADING = 'checkout-api ran out of memory';
const PATIENCE_MS = 120_000;
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const found = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      help: z.string(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
});

describe('two people beside the fix', () => {
  let target: DemoTarget;
  let world: TestWorld;
  let browser: Browser;
  let page: Page;
  let alice: Person;
  let bob: Person;

  beforeAll(async () => {
    target = await startDemoTarget();
    world = await startTestWorld({ ...target, namespaces: [] });
    const { sreLeads } = world.slack.groups;
    await world.headroom({
      environment: { PROCESS_NAME: 'headroom-0' },
      rules: `routes:\n  - { namespaces: ["pay*"], kinds: [Deployment], severities: [warning, critical], owner: ${sreLeads} }`,
    });
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1760, height: 1100 }, colorScheme: 'light' });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(`${world.slack.url}/?theme=light`);
    alice = personOn(page, 'alice');
    bob = personOn(page, 'bob');
    await alice.root(HEADING).getByText('Likely cause').waitFor();
  });

  afterAll(async () => {
    await browser.close();
    await world.stop();
  });

  /** The channel's composer, which a thread may cover. */
  async function ask({ pane }: Person, words: string): Promise<void> {
    await pane.locator('[data-channel]').first().click();
    await pane.locator('[data-composer="channel"]').fill(words);
    await pane.locator('[data-composer="channel"]').press('Enter');
  }

  function whispered({ pane }: Person, words: string): Locator {
    return pane.locator('[data-ephemeral]').filter({ hasText: words }).last();
  }

  it('see whose it is', async () => {
    await alice.root(HEADING).getByText('@sre-leads').waitFor();
  });

  it('look after an incident, each with a name, and take it back', async () => {
    await alice.openThread(alice.root(HEADING));
    await bob.openThread(bob.root(HEADING));
    // Three more kills end a snooze.
    target.demo.control.pause();
    await alice.press(alice.threadRoot, 'care:acknowledge');
    await bob.reply('acknowledged it').getByText('Alice Archer').waitFor();
    await bob.threadRoot.locator('[data-action-id="care:snooze"]').selectOption({ label: 'Snooze 1 hour' });
    await alice.reply('put it off until').getByText('Bob Becker').waitFor();
    await alice.threadRoot.getByText('Snoozed', { exact: true }).waitFor();
    await alice.press(alice.reply('put it off until'), 'care:undo');
    await bob.reply('ended the snooze').getByText('Alice Archer').waitFor();
    // Slack takes so many edits a minute: this one may come after what is new.
    await bob.reply('put it off until').locator('[data-action-id="care:undo"]').waitFor({ state: 'detached' });
    target.demo.control.resume();
  });

  it('assign it, and expect its kills for a time', async () => {
    await choose(bob, 'Assign');
    await bob.send();
    await alice.reply('assigned it to').waitFor();
    await choose(bob, 'Expected');
    await bob.modal.getByLabel('Why').fill('We run a load test.');
    await bob.send();
    await alice.reply('We run a load test.').waitFor();
    await alice.threadRoot.getByText('Expected', { exact: true }).waitFor();
    await ask(alice, '/oom mute');
    await alice.press(whispered(alice, 'are expected until'), 'ask');
    await whispered(alice, 'are told again').waitFor();
    await bob.reply('wants its kills told again').getByText('Alice Archer').waitFor();
  });

  it('ask by a short name, choose, turn the page, and share', async () => {
    await ask(alice, '/oom c');
    await whispered(alice, 'fits several').locator('[data-action-id="ask"]').first().click();
    await whispered(alice, 'Share in the channel').waitFor();
    await ask(alice, '/oom top');
    await whispered(alice, 'Who is closest to the limit').locator('[data-action-id="ask:next"]').click();
    await whispered(alice, 'Page 2 of').waitFor();
    await inBothThemes('top', alice.pane);
    await whispered(alice, 'Page 2 of').locator('[data-action-id="ask:share"]').click();
    await bob.pane.locator('[data-channel]').first().click();
    await bob.root('asked:').getByText('Who is closest to the limit').waitFor();
    expect(await bob.pane.locator('[data-ephemeral]').filter({ hasText: 'Page 2 of' }).count()).toBe(0);
  });

  it('ask about a message, and the bot by its name', async () => {
    const root = alice.root(HEADING);
    await root.hover();
    await root.locator('[data-message-menu]').click();
    await root.locator('[data-shortcut="explain_oom"]').click();
    await whispered(alice, 'Why it was killed').waitFor();
    await ask(bob, '@headroom recommend checkout-api');
    await whispered(bob, 'New limit').waitFor();
  });

  it('see on their Home tab what waits for them, and how the bot is', async () => {
    await bob.pane.locator('[data-home-tab]').click();
    await bob.pane.locator('[data-home]').getByText('Headroom itself is well').waitFor();
    await bob.pane.locator('[data-home]').getByText('Yours', { exact: true }).waitFor();
    await ask(alice, '/oom list');
    await alice.openThread(alice.root(HEADING));
    await alice.press(alice.threadRoot, 'review_fix');
    await alice.modal.getByLabel('Reason').fill('Normal load needs more than this.');
    await alice.send();
    const waiting = bob.pane.locator('[data-home]').getByText('Waiting for your approval', { exact: true });
    await waiting.waitFor();
    await inBothThemes('home', bob.pane);
    await bob.pane.locator('[data-home] [data-action-id="approve_change"]').first().click();
    await bob.modal.getByText('exactly this').waitFor();
  });

  it('use a page that axe finds nothing wrong with', async () => {
    await page.addScriptTag({ path: AXE });
    for (const theme of ['light', 'dark'] as const) {
      await page.locator(`[data-theme-choice="${theme}"]`).click();
      const { violations } = found.parse(await page.evaluate(AUDIT));
      expect(
        violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.failureSummary ?? ''} ${nodes[0]?.html ?? ''}`),
      ).toEqual([]);
    }
  });

  /** Pictures for the README, of what is there now. */
  async function inBothThemes(name: string, part: Locator): Promise<void> {
    for (const theme of ['dark', 'light'] as const) {
      await page.locator(`[data-theme-choice="${theme}"]`).click();
      await picture(part, `${name}-${theme}`);
    }
  }

  async function choose({ threadRoot }: Person, label: string): Promise<void> {
    await threadRoot.locator('[data-action-id="care:more"]').click();
    await threadRoot.locator('.menu-item').filter({ hasText: label }).click();
  }
});

/** The whole page; but the colours of what the block renderer draws are its own business, as they are Slack's. */
const AUDIT = `axe
  .run(document, { rules: { 'color-contrast': { enabled: false } } })
  .then((all) =>
    axe
      .run({ exclude: [['#slack_blocks_to_jsx']] }, { runOnly: ['color-contrast'] })
      .then((colours) => ({ violations: [...all.violations, ...colours.violations] })),
  )`;
