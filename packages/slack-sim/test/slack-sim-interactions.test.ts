// What people do on the local Slack, told to a real Bolt app: commands, clicks, modals, and what Slack refuses or shows by itself.

import type { App, ViewResponseAction } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { expect, it } from 'vitest';
import type { LocalSlack } from '../src/start.ts';
import { boltApp, buttonBlocks, containing, localSlack, plain, WITHIN_MS, webClient } from './support/bolt.ts';

const NUMBER: ModalView = {
  type: 'modal',
  callback_id: 'raise',
  private_metadata: 'secret',
  title: plain('Raise'),
  submit: plain('Send'),
  blocks: [
    {
      type: 'input',
      block_id: 'limit',
      label: plain('Limit'),
      element: {
        type: 'number_input',
        action_id: 'limit',
        is_decimal_allowed: false,
        min_value: '100',
        max_value: '200',
        initial_value: '150',
      },
    },
    {
      type: 'input',
      block_id: 'why',
      label: plain('Why'),
      element: { type: 'plain_text_input', action_id: 'why', min_length: 3 },
    },
  ],
};

/** A message with a button that opens the modal, and what the app was told. */
async function opened(slack: LocalSlack, answer: () => ViewResponseAction | undefined = () => undefined) {
  const submissions: unknown[] = [];
  const listen = (app: App): void => {
    app.action('press', async ({ ack, client, body }) => {
      await ack();
      if ('trigger_id' in body) await client.views.open({ trigger_id: body.trigger_id, view: NUMBER });
    });
    app.view('raise', async ({ ack, view }) => {
      submissions.push(view.state.values);
      const action = answer();
      await (action === undefined ? ack() : ack(action));
    });
  };
  await boltApp(slack, listen);
  const { alice } = slack.people;
  const { ts = '' } = await webClient(slack).chat.postMessage({ channel: slack.channelId, text: 'x', blocks: buttonBlocks() });
  const where = { kind: 'message', channel: slack.channelId, ts } as const;
  await slack.control.action({ as: alice, where, blockId: 'acts', actionId: 'press' });
  const view = await slack.control.until(() => slack.control.modals(alice)[0], { withinMs: WITHIN_MS, words: 'the modal' });
  return { view, submissions, where };
}

it('carries a command there and its answers back, private unless told otherwise', async () => {
  const slack = await localSlack();
  await boltApp(slack, (app) =>
    app.command('/oom', async ({ ack, respond, command }) => {
      await ack('one moment');
      await respond(`you said ${command.text}`);
      await respond({ response_type: 'in_channel', text: 'for everybody' });
    }),
  );

  const answer = await slack.control.say({ as: slack.people.alice, channel: slack.channelId, text: '/oom pod a/b  c' });
  await slack.control.until(() => slack.control.messages()[0], { withinMs: WITHIN_MS, words: 'the public answer' });

  expect(answer).toEqual({ ok: true });
  expect(slack.control.ephemeral(slack.people.alice).map(({ text }) => text)).toEqual(['one moment', 'you said pod a/b  c']);
  expect(slack.control.ephemeral(slack.people.bob)).toEqual([]);
  expect(slack.control.messages().map(({ text }) => text)).toEqual(['for everybody']);
});

it.each([
  { name: 'a command nobody knows', text: '/dance', threadTs: undefined, words: 'not a valid command' },
  { name: 'a command in a thread', text: '/oom list', threadTs: '1.2', words: 'not supported in threads' },
  { name: 'a command while no app is connected', text: '/oom list', threadTs: undefined, words: 'dispatch_failed' },
])('tells the person about $name', async ({ text, threadTs, words }) => {
  const slack = await localSlack();

  const answer = await slack.control.say({ as: slack.people.alice, channel: slack.channelId, text, threadTs });

  expect(answer.ok).toBe(false);
  expect(slack.control.ephemeral(slack.people.alice).map((message) => message.text)).toEqual([containing(words)]);
});

it('does not repeat a command or a click that is not acknowledged, and says so', async () => {
  const slack = await localSlack({ answerWithinMs: 100 });
  const heard: string[] = [];
  await boltApp(slack, (app) => {
    app.command('/oom', async () => void heard.push('command'));
    app.action('press', async () => void heard.push('click'));
  });
  const { ts = '' } = await webClient(slack).chat.postMessage({ channel: slack.channelId, text: 'x', blocks: buttonBlocks() });
  const { alice } = slack.people;

  const command = await slack.control.say({ as: alice, channel: slack.channelId, text: '/oom list' });
  const where = { kind: 'message', channel: slack.channelId, ts } as const;
  const click = await slack.control.action({ as: alice, where, blockId: 'acts', actionId: 'press' });

  await slack.control.until(() => (heard.includes('command') && heard.includes('click') ? true : undefined), {
    withinMs: WITHIN_MS,
    words: 'what was not acknowledged',
  });
  expect(heard.toSorted()).toEqual(['click', 'command']);
  expect(command).toEqual({ ok: false, error: 'operation_timeout' });
  expect(click).toMatchObject({ ok: false, error: containing('did not respond') });
  expect(slack.control.ephemeral(alice)).toMatchObject([{ user: 'USLACKBOT', text: containing('operation_timeout') }]);
});

it('tells the app what was clicked, by whom and where', async () => {
  const slack = await localSlack();
  const clicks: unknown[] = [];
  await boltApp(slack, (app) =>
    app.action('press', async ({ ack, body }) => {
      clicks.push(body);
      await ack();
    }),
  );
  const { ts = '' } = await webClient(slack).chat.postMessage({
    channel: slack.channelId,
    text: 'x',
    blocks: buttonBlocks('seven'),
  });
  const where = { kind: 'message', channel: slack.channelId, ts } as const;

  await slack.control.action({ as: slack.people.bob, where, blockId: 'acts', actionId: 'press' });

  expect(clicks).toMatchObject([
    {
      type: 'block_actions',
      user: { id: slack.people.bob },
      channel: { id: slack.channelId },
      message: { ts },
      container: { type: 'message', message_ts: ts, is_ephemeral: false },
      actions: [{ type: 'button', action_id: 'press', block_id: 'acts', value: 'seven' }],
    },
  ]);
});

it.each([
  { name: 'an element that is not there', as: 'U0ALICE01', actionId: 'other', error: 'that button is not there any more' },
  { name: 'a person who does not exist', as: 'U404', actionId: 'press', error: 'nobody of that name can click' },
])('passes no click on for $name', async ({ as, actionId, error }) => {
  const slack = await localSlack();
  const { ts = '' } = await webClient(slack).chat.postMessage({ channel: slack.channelId, text: 'x', blocks: buttonBlocks() });

  const answer = await slack.control.action({
    as,
    where: { kind: 'message', channel: slack.channelId, ts },
    blockId: 'acts',
    actionId,
  });

  expect(answer).toEqual({ ok: false, error });
});

it('submits every value, untouched ones with their initial value, and closes the modal', async () => {
  const slack = await localSlack();
  const { view, submissions } = await opened(slack);

  const answer = await slack.control.submit({ as: slack.people.alice, viewId: view.id, values: { why: { why: 'because' } } });

  expect(answer).toEqual({ ok: true });
  expect(submissions).toEqual([
    { limit: { limit: { type: 'number_input', value: '150' } }, why: { why: { type: 'plain_text_input', value: 'because' } } },
  ]);
  expect(slack.control.modals(slack.people.alice)).toEqual([]);
});

it.each([
  {
    name: 'a number over the maximum',
    values: { limit: { limit: '201' }, why: { why: 'because' } },
    errors: { limit: 'Enter 200 or less.' },
  },
  {
    name: 'a number under the minimum',
    values: { limit: { limit: '99' }, why: { why: 'because' } },
    errors: { limit: 'Enter 100 or more.' },
  },
  {
    name: 'a fraction',
    values: { limit: { limit: '150.5' }, why: { why: 'because' } },
    errors: { limit: 'Enter a whole number.' },
  },
  { name: 'too short a text', values: { why: { why: 'ab' } }, errors: { why: 'Must be at least 3 characters.' } },
  { name: 'a missing text', values: {}, errors: { why: 'Please complete this required field.' } },
])('asks nobody about $name', async ({ values, errors }) => {
  const slack = await localSlack();
  const { view, submissions } = await opened(slack);

  await slack.control.submit({ as: slack.people.alice, viewId: view.id, values });

  expect(slack.control.modals(slack.people.alice)[0]?.errors).toEqual(errors);
  expect(submissions).toEqual([]);
});

const other: ModalView = { type: 'modal', title: plain('Other'), blocks: [{ type: 'divider' }] };
it.each([
  {
    name: 'errors beside their inputs',
    answer: { response_action: 'errors' as const, errors: { limit: 'No.' } },
    titles: ['Raise'],
    errors: { limit: 'No.' },
  },
  {
    name: 'errors for no input as trouble',
    answer: { response_action: 'errors' as const, errors: { x: 'No.' } },
    titles: ['Raise'],
    errors: { '': containing('trouble') },
  },
  {
    name: 'another view in its place',
    answer: { response_action: 'update' as const, view: other },
    titles: ['Other'],
    errors: {},
  },
  {
    name: 'another view on top',
    answer: { response_action: 'push' as const, view: other },
    titles: ['Raise', 'Other'],
    errors: {},
  },
  { name: 'nothing any more', answer: { response_action: 'clear' as const }, titles: [], errors: undefined },
])('shows $name when the app says so', async ({ answer, titles, errors }) => {
  const slack = await localSlack();
  const { view } = await opened(slack, () => answer);

  await slack.control.submit({ as: slack.people.alice, viewId: view.id, values: { why: { why: 'because' } } });

  const modals = slack.control.modals(slack.people.alice);
  expect(modals.map((modal) => modal.view['title'])).toEqual(titles.map((title) => plain(title)));
  expect(modals[0]?.errors).toEqual(errors);
});

it('keeps a modal for the person who opened it', async () => {
  const slack = await localSlack();
  const { view, submissions } = await opened(slack);
  const { bob } = slack.people;

  const answer = await slack.control.submit({ as: bob, viewId: view.id, values: { why: { why: 'because' } } });

  expect(answer).toEqual({ ok: false, error: 'this modal is not yours' });
  expect([slack.control.state(bob).modals, submissions]).toEqual([[], []]);
});

it('refuses a view update with an old hash', async () => {
  const slack = await localSlack();
  const { view } = await opened(slack);
  const client = webClient(slack);
  const { hash } = view;
  await client.views.update({ view_id: view.id, hash, view: other });

  await expect(client.views.update({ view_id: view.id, hash, view: other })).rejects.toThrow('hash_conflict');
});

it.each([
  { name: 'used before', waitMs: 0, times: 2, word: 'exchanged_trigger_id' },
  { name: 'older than three seconds', waitMs: 3001, times: 1, word: 'expired_trigger_id' },
])('refuses a trigger $name', async ({ waitMs, times, word }) => {
  let now = 1_800_000_000_000;
  const slack = await localSlack({ clock: () => now });
  const words: unknown[] = [];
  await boltApp(slack, (app) =>
    app.command('/oom', async ({ ack, client, command }) => {
      await ack();
      now += waitMs;
      for (let count = 0; count < times; count += 1) {
        const error = await client.views.open({ trigger_id: command.trigger_id, view: other }).catch((thrown: unknown) => thrown);
        words.push(error instanceof Error ? error.message : 'ok');
      }
    }),
  );

  await slack.control.say({ as: slack.people.alice, channel: slack.channelId, text: '/oom' });
  await slack.control.until(() => (words.length === times ? true : undefined), { withinMs: WITHIN_MS, words: 'the answers' });

  expect(words.at(-1)).toContain(word);
});

it.each([
  {
    name: 'a title of 25',
    view: { ...other, title: plain('x'.repeat(25)) },
    words: 'less than 25 characters [json-pointer:/view/title/text]',
  },
  {
    name: 'metadata of 3001',
    view: { ...other, private_metadata: 'x'.repeat(3001) },
    words: 'less than 3001 characters [json-pointer:/view/private',
  },
  { name: 'inputs without submit', view: { ...other, blocks: NUMBER.blocks }, words: 'missing required field: submit' },
  { name: 'a bad block', view: { ...other, blocks: [{ type: 'table', rows: [] }] }, words: '[json-pointer:/view/blocks/0/type]' },
])('refuses a modal with $name', async ({ view, words }) => {
  const slack = await localSlack();

  const answer = await webClient(slack)
    .apiCall('views.open', { trigger_id: '1', view })
    .catch((error: unknown) => error);

  expect(JSON.stringify(answer)).toContain('invalid_arguments');
  expect(JSON.stringify(answer)).toContain(words);
});

it('takes five answers at a response_url, for half an hour, and can replace and delete', async () => {
  let now = 1_800_000_000_000;
  const slack = await localSlack({ clock: () => now });
  const urls: string[] = [];
  await boltApp(slack, (app) =>
    app.action('press', async ({ ack, body }) => {
      await ack();
      if ('response_url' in body) urls.push(body.response_url);
    }),
  );
  const { ts = '' } = await webClient(slack).chat.postMessage({ channel: slack.channelId, text: 'x', blocks: buttonBlocks() });
  const where = { kind: 'message', channel: slack.channelId, ts } as const;
  const press = () => slack.control.action({ as: slack.people.alice, where, blockId: 'acts', actionId: 'press' });
  await press();
  await press();
  const [first = '', second = ''] = await slack.control.until(() => (urls.length === 2 ? urls : undefined), {
    withinMs: WITHIN_MS,
    words: 'two urls',
  });
  const send = async (url: string, body: object) => (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).text();

  const replaced = await send(first, { text: 'new', replace_original: true });
  const textThen = slack.control.messages()[0]?.text;
  const whispered = await send(first, { text: 'psst' });
  const deleted = await send(first, { delete_original: true });
  const refused = await send(first, { blocks: [{ type: 'nonsense' }] });
  const fifth = await send(first, { text: 'fifth' });
  const sixth = await send(first, { text: 'sixth' });
  now += 31 * 60_000;
  const late = await send(second, { text: 'late' });

  expect([replaced, whispered, deleted, refused, fifth, sixth, late]).toEqual([
    'ok',
    'ok',
    'ok',
    'invalid_blocks',
    'ok',
    'used_url',
    'expired_url',
  ]);
  expect(textThen).toBe('new');
  expect(slack.control.messages()).toEqual([]);
  expect(slack.control.ephemeral(slack.people.alice).map(({ text }) => text)).toEqual(['psst', 'fifth']);
});

it('hands a message over to a shortcut, and shows its answer to that person only', async () => {
  const slack = await localSlack();
  const used: unknown[] = [];
  await boltApp(slack, (app) => {
    app.shortcut('explain_oom', async ({ ack, body, respond }) => {
      await ack();
      used.push(body);
      await respond({ response_type: 'ephemeral', text: 'explained' });
    });
  });
  const { alice, bob } = slack.people;
  const { ts = '' } = await webClient(slack).chat.postMessage({ channel: slack.channelId, text: 'pod a/b was killed' });
  const use = { as: alice, channel: slack.channelId, ts, callbackId: 'explain_oom' };
  expect(await slack.control.shortcut(use)).toEqual({ ok: true });
  const answer = await slack.control.until(() => slack.control.ephemeral(alice)[0], { withinMs: WITHIN_MS, words: 'the answer' });
  expect(answer.text).toBe('explained');
  expect(slack.control.ephemeral(bob)).toEqual([]);
  expect(used).toMatchObject([
    { type: 'message_action', callback_id: 'explain_oom', message: { ts, text: 'pod a/b was killed' } },
  ]);
  expect(await slack.control.shortcut({ ...use, callbackId: 'another' })).toMatchObject({ ok: false });
  expect(await slack.control.shortcut({ ...use, ts: answer.ts })).toMatchObject({ ok: false });
});
