// What a person may not do is told once, where that person looks: in the modal that the click opened, and not in the thread as well.

import { WebClient } from '@slack/web-api';
import { expect, it } from 'vitest';
import type { LocalSlack } from '../../../packages/slack-sim/src/start.ts';
import { localSlack, WITHIN_MS } from '../../../packages/slack-sim/test/support/bolt.ts';
import { clientOptions } from '../../../src/adapters/slack/client/client.ts';
import { ACTION, CALLBACK } from '../../../src/adapters/slack/ids.ts';
import { createMessenger } from '../../../src/adapters/slack/messenger.ts';
import { silentLog, silentMeter } from '../../fakes/telemetry.ts';
import { incident, proposal } from '../../support/build.ts';
import { slackSide } from './support/slack-side.ts';

const REASON = 'You asked for it: somebody else has to approve it.';

async function click(slack: LocalSlack, actionId: string): Promise<void> {
  const messenger = createMessenger({
    client: new WebClient(slack.botToken, clientOptions(slack.apiUrl)),
    log: silentLog,
    meter: silentMeter,
  });
  const { channelId: channel, people, control } = slack;
  const message = { kind: 'proposal' as const, incident: incident(), proposal: proposal(), approvers: { users: [], groups: [] } };
  const { id: ts } = await messenger.post(message, { channel, key: 'OOM-1001/proposal' });
  const blocks = control.messages(channel).find((each) => each.ts === ts)?.blocks ?? [];
  const blockId = String(blocks.find((block) => JSON.stringify(block).includes(`"${actionId}"`))?.['block_id']);
  await control.action({ as: people.alice, where: { kind: 'message', channel, ts }, blockId, actionId });
}

function modalSaying({ control, people }: LocalSlack, words: string): Promise<string> {
  const look = (): string | undefined =>
    control.modals(people.alice).find(({ view }) => JSON.stringify(view).includes(words))?.id;
  return control.until(look, { withinMs: WITHIN_MS, words: `a modal that says ${words}` });
}

it('a refusal of a click is told in the modal that it opened, and nowhere else', async () => {
  const slack = await localSlack();
  await slackSide(slack, { decisionDraft: async () => ({ kind: 'refused', reason: REASON }) });
  await click(slack, ACTION.approve);
  await modalSaying(slack, REASON);
  expect(slack.control.ephemeral(slack.people.alice)).toEqual([]);
});

it('a refusal of what was sent takes the form’s place, and is told nowhere else', async () => {
  const slack = await localSlack();
  await slackSide(slack, { decide: async () => ({ kind: 'refused', reason: REASON }) });
  await click(slack, ACTION.refuse);
  const viewId = await modalSaying(slack, CALLBACK.refuse);
  const values = { reason: { reason: 'The leak should be found instead.' } };
  expect(await slack.control.submit({ as: slack.people.alice, viewId, values })).toEqual({ ok: true });
  await modalSaying(slack, REASON);
  expect(slack.control.ephemeral(slack.people.alice)).toEqual([]);
});
