// A real Bolt app on a local Slack of its own, for contract tests: it differs from one on slack.com only by its tokens and the address of the API.

import type { Logger } from '@slack/bolt';
import { App, LogLevel } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { expect, onTestFinished } from 'vitest';
import type { LocalSlack, LocalSlackOptions } from '../../src/start.ts';
import { startLocalSlack } from '../../src/start.ts';

/** For what comes within milliseconds: on a busy machine everything may stand still for some seconds. */
export const WITHIN_MS = 20_000;

/** Slack's three seconds to acknowledge, and to use a trigger, are long enough for a machine that does nothing else. */
const TIMES_SLACK = 10;

/** A local Slack that stops with the test. Keeps nothing; a free port. Its clock is slow, and its patience as much longer. */
export async function localSlack(options: Partial<LocalSlackOptions> = {}): Promise<LocalSlack> {
  const slack = await startLocalSlack({
    ...{ port: 0, limits: 'off', answerWithinMs: 3000 * TIMES_SLACK, clock: slowClock() },
    ...options,
  });
  onTestFinished(() => slack.stop());
  return slack;
}

function slowClock(): () => number {
  const start = Date.now();
  return () => Math.floor(start + (Date.now() - start) / TIMES_SLACK);
}

/** Connections that are cut on purpose are no news. */
const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

export function webClient(slack: LocalSlack, token: string = slack.botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    logger: silent,
  });
}

/** A started Bolt app in Socket Mode that stops with the test. */
export async function boltApp(slack: LocalSlack, listen: (app: App) => void = () => undefined): Promise<App> {
  const app = new App({
    token: slack.botToken,
    appToken: slack.appToken,
    socketMode: true,
    clientOptions: { slackApiUrl: slack.apiUrl },
    logger: silent,
  });
  listen(app);
  const open = (): number => slack.control.state(slack.people.alice).connections;
  const before = open();
  await app.start();
  onTestFinished(async () => {
    const connected = open();
    await app.stop();
    // Bolt does not wait for the connection to be closed; a server that stops before it would look like an error to it.
    await slack.control.until(() => (connected === 0 || open() < connected ? true : undefined), {
      withinMs: WITHIN_MS,
      words: 'the app to leave',
    });
  });
  await slack.control.until(() => (open() > before ? true : undefined), { withinMs: WITHIN_MS, words: 'the app to connect' });
  return app;
}

export const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } });

export const plain = (text: string) => ({ type: 'plain_text' as const, text });

/** A message with one button. */
export const buttonBlocks = (value = 'v1') => [
  section('Press it'),
  {
    type: 'actions' as const,
    block_id: 'acts',
    elements: [{ type: 'button' as const, action_id: 'press', text: plain('Press'), value }],
  },
];

/** A text with these words in it, for comparing whole answers. */
export function containing(words: string): unknown {
  return expect.stringContaining(words);
}
