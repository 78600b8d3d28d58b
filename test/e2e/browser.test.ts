// Two people click the loop through in a browser: Alice asks, Bob approves exactly that diff, and the container is quiet. Pictures of the README are
// taken here (npm run pictures).

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, personOn, picture, showFromTop } from './support/browser.ts';
import { startDemoTarget } from './support/demo-target.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const HEADING = 'checkout-api ran out of memory';
const PATIENCE_MS = 120_000;

describe.each(['light', 'dark'] as const)('two people in the browser, %s', (theme) => {
  let world: TestWorld;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    world = await startTestWorld({ ...(await startDemoTarget()), namespaces: [] });
    await world.headroom();
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1760, height: 1100 }, colorScheme: theme });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(`${world.slack.url}/?theme=${theme}`);
  });

  afterAll(async () => {
    await browser.close();
    await world.stop();
  });

  it('go from the kill to a quiet container', async () => {
    const [alice, bob] = [personOn(page, 'alice'), personOn(page, 'bob')];
    const root = alice.root(HEADING);
    await root.getByText('Likely cause').waitFor();
    await picture(root, `root-${theme}`);
    await alice.openThread(root);
    await alice.reply('Why it was killed').waitFor();
    await showFromTop(alice.reply('Why it was killed'));
    await picture(alice.pane, `thread-${theme}`);

    await alice.press(alice.threadRoot, 'review_fix');
    await alice.modal.getByLabel('Reason').fill('Normal load needs more than this, see the chart.');
    await picture(alice.pane, `review-${theme}`);
    await alice.send();

    await bob.openThread(bob.root(HEADING));
    await bob.press(bob.reply('asks to change'), 'approve_change');
    await bob.modal.getByText('exactly this').waitFor();
    await bob.modal.getByRole('checkbox').check();
    await picture(bob.pane, `approve-${theme}`);
    await bob.send();

    const quiet = alice.threadRoot.filter({ hasText: 'checkout-api is quiet again' });
    await quiet.waitFor();
    await picture(alice.pane, `quiet-${theme}`);
    expect(await quiet.locator('[data-action-id]').count()).toBe(0);
  });

  it('does not scroll sideways', async () => {
    const [inner, outer] = await page
      .evaluate('[document.documentElement.scrollWidth, document.documentElement.clientWidth]')
      .then((sizes) => (Array.isArray(sizes) ? sizes.map(Number) : []));
    expect(inner).toBeLessThanOrEqual(Number(outer));
  });
});
