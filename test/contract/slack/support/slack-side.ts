// The bot's Slack side alone, on any Slack: its real connections and listeners; what they lead to is whatever a test says.

import { WebClient } from '@slack/web-api';
import { onTestFinished } from 'vitest';
import { clientOptions } from '../../../../src/adapters/slack/client/client.ts';
import type { Conversation, Desk } from '../../../../src/adapters/slack/listeners/desk.ts';
import type { SlackSocket } from '../../../../src/adapters/slack/socket/socket.ts';
import { createSocket } from '../../../../src/adapters/slack/socket/socket.ts';
import { fakeOnce } from '../../../fakes/stores.ts';
import { silentLog, silentMeter } from '../../../fakes/telemetry.ts';
import { NOW } from '../../../support/build.ts';

export type AnySlack = {
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly botUserId: string;
};

/** Connected, and gone with the test. What the test does not expect fails. */
export async function slackSide(
  { apiUrl, botToken, appToken, botUserId }: AnySlack,
  expected: Partial<Conversation>,
): Promise<SlackSocket> {
  const stopping = new AbortController();
  const socket = createSocket({
    credentials: { botToken, incoming: { kind: 'socket', appToken }, apiUrl },
    desk: deskOn(new WebClient(botToken, clientOptions(apiUrl)), expected, stopping.signal),
    log: silentLog,
    meter: silentMeter,
    identity: { botId: 'B1', botUserId },
  });
  onTestFinished(async () => {
    stopping.abort();
    await socket.stop();
  });
  await socket.start();
  return socket;
}

export function deskOn(
  client: WebClient,
  expected: Partial<Conversation> = {},
  stopping: AbortSignal = new AbortController().signal,
): Desk {
  return {
    conversation: { ...NOTHING, ...expected },
    client,
    workspace: undefined,
    once: fakeOnce(() => NOW),
    log: silentLog,
    meter: silentMeter,
    newReference: () => 'R1',
    stopping,
  };
}

async function unexpected(): Promise<never> {
  throw new Error('nobody asked for this');
}

const NOTHING: Conversation = {
  reviewDraft: unexpected,
  propose: unexpected,
  undo: unexpected,
  decisionDraft: unexpected,
  decide: unexpected,
  care: unexpected,
  query: unexpected,
  explainMessage: unexpected,
  explain: unexpected,
  attachOutput: unexpected,
  home: unexpected,
};
