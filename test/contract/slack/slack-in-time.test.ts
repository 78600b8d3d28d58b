// Slack waits three seconds for an answer and lets a trigger live as long. So a click is acknowledged and its modal opened before the work for it is done, and
// a form whose work takes longer is answered meanwhile and told the end.

import { WebClient } from '@slack/web-api';
import { expect, it } from 'vitest';
import type { LocalSlack } from '../../../packages/slack-sim/src/start.ts';
import { localSlack } from '../../../packages/slack-sim/test/support/bolt.ts';
import { clientOptions } from '../../../src/adapters/slack/client/client.ts';
import { ACTION, CALLBACK } from '../../../src/adapters/slack/ids.ts';
import { createMessenger } from '../../../src/adapters/slack/messenger.ts';
import type { DecideOutcome, DecisionDraft } from '../../../src/api/conversation.ts';
import { silentLog, silentMeter } from '../../fakes/telemetry.ts';
import { incident, proposal } from '../../support/build.ts';
import { slackSide } from './support/slack-side.ts';

const WITHIN_MS = 20_000;
/** What is in question is the order, whatever the machine takes for it. */
const PATIENT = { answerWithinMs: WITHIN_MS, triggerMs: WITHIN_MS };

async function click({ apiUrl, botToken, channelId: channel, people, control }: LocalSlack, actionId: string) {
  const client = new WebClient(botToken, clientOptions(apiUrl));
  const messenger = createMessenger({ client, log: silentLog, meter: silentMeter });
  const message = { kind: 'proposal' as const, incident: incident(), proposal: proposal(), approvers: { users: [], groups: [] } };
  const { id: ts } = await messenger.post(message, { channel, key: 'OOM-1001/proposal' });
  const blocks = control.messages(channel).find((each) => each.ts === ts)?.blocks ?? [];
  const blockId = String(blocks.find((block) => JSON.stringify(block).includes(`"${actionId}"`))?.['block_id']);
  return control.action({ as: people.alice, where: { kind: 'message', channel, ts }, blockId, actionId });
}

function modalSaying({ control, people }: LocalSlack, words: string): Promise<string> {
  const look = (): string | undefined =>
    control.modals(people.alice).find(({ view }) => JSON.stringify(view).includes(words))?.id;
  return control.until(look, { withinMs: WITHIN_MS, words: `a modal that says ${words}` });
}

it('a click is acknowledged and its modal opened while what the modal shows is still being read', async () => {
  const slack = await localSlack(PATIENT);
  const read = Promise.withResolvers<DecisionDraft>();
  await slackSide(slack, { decisionDraft: () => read.promise });
  expect(await click(slack, ACTION.approve)).toEqual({ ok: true });
  await modalSaying(slack, 'Approve this change');
  read.resolve({ kind: 'ready', proposal: proposal(), incident: incident() });
  await modalSaying(slack, CALLBACK.approve);
});

it('a form is answered while the work for it goes on, and told the end', async () => {
  const slack = await localSlack(PATIENT);
  const decided = Promise.withResolvers<DecideOutcome>();
  await slackSide(slack, { decide: () => decided.promise });
  await click(slack, ACTION.refuse);
  const viewId = await modalSaying(slack, CALLBACK.refuse);
  const values = { reason: { reason: 'The leak should be found instead.' } };
  expect(await slack.control.submit({ as: slack.people.alice, viewId, values })).toEqual({ ok: true });
  await modalSaying(slack, 'Still working on it');
  decided.resolve({ kind: 'refused-by-you' });
  await modalSaying(slack, 'Done; see the thread.');
});
