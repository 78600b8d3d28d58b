// Headless Chromium on the local Slack page, as two people use it side by side. Pictures go to the folder of E2E_PICTURES, or nowhere.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

/** Usually a second or two. */
const LAUNCH_MS = 120_000;
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'] as const;

/** CHROMIUM_PATH, else the first on the PATH. Throws with a sentence when there is none. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
    timeout: LAUNCH_MS,
  });
}

function chromiumPath(): string {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') return given;
  for (const name of NAMES) {
    const found = spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim();
    if (found !== '' && existsSync(found)) return found;
  }
  throw new Error('no Chromium found: install chromium, or set CHROMIUM_PATH');
}

export type Person = {
  /** The root message of the channel with that heading. */
  root(heading: string): Locator;
  /** The same message at the top of the open thread, which takes the channel's place in a narrow pane. */
  readonly threadRoot: Locator;
  /** A reply in the open thread. */
  reply(words: string | RegExp): Locator;
  openThread(root: Locator): Promise<void>;
  /** Presses a button of a message. */
  press(message: Locator, action: string): Promise<void>;
  readonly modal: Locator;
  /** Sends the modal and sees it go. What takes longer than Slack waits for is told in it, and then it is closed. */
  send(): Promise<void>;
  readonly pane: Locator;
};

const DONE = 'Done; see the thread.';

export function personOn(page: Page, who: 'alice' | 'bob'): Person {
  const pane = page.locator(`[data-person="${who}"]`);
  const thread = pane.locator('[data-thread]');
  const modal = pane.locator('[data-modal]');
  return {
    pane,
    root: (heading) => pane.locator('[data-messages] [data-ts]').filter({ hasText: heading }).last(),
    threadRoot: thread.locator('[data-ts]').first(),
    reply: (words) => thread.locator('[data-ts]').filter({ hasText: words }).last(),
    async openThread(root) {
      await root.locator('[data-reply]').last().click();
      await thread.waitFor();
    },
    press: (message, action) => message.locator(`[data-action-id="${action}"]`).click(),
    modal,
    async send() {
      await modal.locator('[data-modal-submit]').click();
      await modal.filter({ hasNotText: DONE }).waitFor({ state: 'detached' });
      const done = modal.filter({ hasText: DONE });
      if ((await done.count()) === 0) return;
      await done.locator('[data-modal-x]').click();
      await done.waitFor({ state: 'detached' });
    },
  };
}

/** Scrolls so that a reply begins at the top of the threads that show it. */
export async function showFromTop(reply: Locator): Promise<void> {
  const ts = await reply.getAttribute('data-ts');
  await reply.page().mouse.move(0, 0);
  const nodes = `document.querySelectorAll('[data-thread] [data-ts="${ts ?? ''}"]')`;
  await reply.page().evaluate(`${nodes}.forEach((node) => node.scrollIntoView({ block: 'start' }))`);
}

/** Keeps a picture of a part of the page, when pictures are wanted. */
export async function picture(part: Locator | Page, name: string): Promise<void> {
  const folder = process.env['E2E_PICTURES'];
  if (folder === undefined || folder === '') return;
  await mkdir(folder, { recursive: true });
  await part.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}
