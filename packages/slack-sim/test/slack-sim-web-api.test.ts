// The local Slack's Web API, asked by the real @slack/web-api: what is kept, what is refused and in which words.

import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';
import { expect, it } from 'vitest';
import { buttonBlocks, localSlack, plain, section, webClient } from './support/bolt.ts';

/** Slack's word for a refused call, and its pointers. */
async function refusal(
  call: Promise<unknown>,
): Promise<{ readonly word: string; readonly messages: readonly string[]; readonly data: unknown }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof WebAPIPlatformError) {
      return { word: error.data.error, messages: error.data.response_metadata?.messages ?? [], data: error.data };
    }
    throw error;
  }
  throw new Error('the call was accepted');
}

it('keeps a post, its thread and its metadata, and edits it', async () => {
  const slack = await localSlack();
  const client = webClient(slack);
  const metadata = { event_type: 'oom_incident', event_payload: { key: 'root', n: 7 } };

  const { ts = '' } = await client.chat.postMessage({
    channel: slack.channelId,
    text: 'Root',
    blocks: [section('Root')],
    metadata,
  });
  const reply = await client.chat.postMessage({ channel: slack.channelId, thread_ts: ts, text: 'Reply' });
  await client.chat.update({ channel: slack.channelId, ts, text: 'Edited' });

  const history = await client.conversations.history({ channel: slack.channelId, include_all_metadata: true });
  const thread = await client.conversations.replies({ channel: slack.channelId, ts });
  expect(history.messages).toMatchObject([{ ts, text: 'Edited', metadata, reply_count: 1, blocks: [], edited: {} }]);
  expect(thread.messages?.map((message) => [message.ts, message.thread_ts])).toEqual([
    [ts, ts],
    [reply.ts, ts],
  ]);
});

it('gives blocks an id and elements an action_id where they had none', async () => {
  const slack = await localSlack();

  const { message } = await webClient(slack).chat.postMessage({
    channel: slack.channelId,
    text: 'x',
    blocks: [section('a'), { type: 'actions', elements: [{ type: 'button', text: plain('b') }] }],
  });

  const [first, second] = message?.blocks ?? [];
  expect(first?.block_id).toMatch(/^.{5}$/);
  expect(JSON.stringify(second)).toMatch(/"action_id":".{5}"/);
});

const button = (more: object) => ({ type: 'button', text: { type: 'plain_text', text: 'x' }, ...more });
const line = (more: object) => ({
  type: 'data_visualization',
  title: 'Memory',
  chart: { type: 'line', axis_config: { categories: ['a'] }, series: [{ name: 's', data: [{ label: 'a', value: 1 }] }], ...more },
});
const many = (count: number, each: object): readonly object[] => Array.from({ length: count }, () => each);

it.each([
  { name: '51 blocks', blocks: many(51, { type: 'divider' }), pointer: '/blocks', words: 'no more than 50 items' },
  {
    name: 'a header of 151',
    blocks: [{ type: 'header', text: plain('x'.repeat(151)) }],
    pointer: '/blocks/0/text/text',
    words: 'less than 151',
  },
  { name: 'a section of 3001', blocks: [section('x'.repeat(3001))], pointer: '/blocks/0/text/text', words: 'less than 3001' },
  {
    name: '11 fields',
    blocks: [{ type: 'section', fields: many(11, plain('x')) }],
    pointer: '/blocks/0/fields',
    words: 'more than 10',
  },
  {
    name: 'a field of 2001',
    blocks: [{ type: 'section', fields: [plain('x'.repeat(2001))] }],
    pointer: '/blocks/0/fields/0/text',
    words: '2001',
  },
  {
    name: '26 buttons',
    blocks: [{ type: 'actions', elements: many(26, button({})) }],
    pointer: '/blocks/0/elements',
    words: 'more than 25',
  },
  {
    name: '11 in a context',
    blocks: [{ type: 'context', elements: many(11, plain('x')) }],
    pointer: '/blocks/0/elements',
    words: 'more than 10',
  },
  {
    name: 'a button text of 76',
    blocks: [{ type: 'actions', elements: [button({ text: plain('x'.repeat(76)) })] }],
    pointer: '/blocks/0/elements/0/text/text',
    words: 'less than 76',
  },
  {
    name: 'a button value of 2001',
    blocks: [{ type: 'actions', elements: [button({ value: 'x'.repeat(2001) })] }],
    pointer: '/blocks/0/elements/0/value',
    words: 'less than 2001',
  },
  {
    name: 'the same block_id twice',
    blocks: many(2, { type: 'divider', block_id: 'b' }),
    pointer: '/blocks',
    words: 'block_id "b" already exists',
  },
  {
    name: 'the same action_id twice',
    blocks: [{ type: 'actions', elements: many(2, button({ action_id: 'a' })) }],
    pointer: '/blocks/0/elements',
    words: 'action_id "a" already exists',
  },
  { name: 'an unknown block', blocks: [{ type: 'sparkline' }], pointer: '/blocks/0/type', words: 'unsupported type: sparkline' },
  {
    name: 'an alert outside a modal',
    blocks: [{ type: 'alert', text: plain('x') }],
    pointer: '/blocks/0/type',
    words: 'unsupported type: alert',
  },
  { name: 'empty text', blocks: [section('')], pointer: '/blocks/0/text/text', words: 'more than 0 characters' },
  { name: 'three charts', blocks: many(3, line({})), pointer: '/blocks', words: 'no more than 2 data_visualization' },
  {
    name: 'a chart of no known type',
    blocks: [line({ type: 'radar' })],
    pointer: '/blocks/0/chart/type',
    words: 'must be one of line',
  },
  {
    name: 'a chart of 7 series',
    blocks: [line({ series: many(7, {}) })],
    pointer: '/blocks/0/chart/series',
    words: 'no more than 6',
  },
  {
    name: 'a series that misses a category',
    blocks: [line({ axis_config: { categories: ['a', 'b'] } })],
    pointer: '/blocks/0/chart/series/0/data',
    words: 'one data point per category',
  },
  {
    name: 'a pie of nothing',
    blocks: [line({ type: 'pie', segments: [{ label: 'a', value: 0 }] })],
    pointer: '/blocks/0/chart/segments/0/value',
    words: 'greater than 0',
  },
])('refuses $name with invalid_blocks and a pointer', async ({ blocks, pointer, words }) => {
  const slack = await localSlack();

  const { word, messages } = await refusal(
    webClient(slack).apiCall('chat.postMessage', { channel: slack.channelId, text: 'x', blocks }),
  );

  expect(word).toBe('invalid_blocks');
  expect(messages.join('\n')).toContain(words);
  expect(messages.some((message) => message.startsWith('[ERROR] ') && message.includes(`[json-pointer:${pointer}`))).toBe(true);
  expect(slack.control.messages()).toEqual([]);
});

it.each([
  { name: 'no text at all', method: 'chat.postMessage', args: {}, word: 'no_text' },
  { name: 'text of 40,001', method: 'chat.postMessage', args: { text: 'x'.repeat(40_001) }, word: 'msg_too_long' },
  {
    name: 'blocks over 13,000 together',
    method: 'chat.postMessage',
    args: { blocks: many(5, section('x'.repeat(2900))) },
    word: 'msg_blocks_too_long',
  },
  { name: 'blocks that are no list', method: 'chat.postMessage', args: { blocks: 'nonsense' }, word: 'invalid_blocks_format' },
  {
    name: 'a channel that is not there',
    method: 'chat.postMessage',
    args: { channel: 'C404', text: 'x' },
    word: 'channel_not_found',
  },
  {
    name: 'a channel the bot is not in',
    method: 'chat.postMessage',
    args: { channel: 'C0PRIVAT1', text: 'x' },
    word: 'not_in_channel',
  },
  { name: 'an edit of nothing', method: 'chat.update', args: { ts: '1.2', text: 'x' }, word: 'message_not_found' },
  { name: 'an unknown method', method: 'chat.dance', args: {}, word: 'unknown_method' },
  {
    name: 'a file not processed yet',
    method: 'chat.postMessage',
    args: { blocks: [{ type: 'image', alt_text: 'x', slack_file: { id: 'F1' } }] },
    word: 'invalid_blocks',
  },
  {
    name: 'to join a channel without the scope',
    method: 'conversations.join',
    args: {},
    word: 'missing_scope',
  },
])('refuses $name: $word', async ({ method, args, word }) => {
  const slack = await localSlack();

  const answer = await refusal(webClient(slack).apiCall(method, { channel: slack.channelId, ...args }));

  expect(answer.word).toBe(word);
});

it('names the missing scope and the ones there are', async () => {
  const slack = await localSlack({ scopes: ['chat:write'] });

  const { data } = await refusal(webClient(slack).usergroups.users.list({ usergroup: slack.groups.sreLeads }));

  expect(data).toMatchObject({ error: 'missing_scope', needed: 'usergroups:read', provided: 'chat:write' });
});

it.each([
  { name: 'an unknown token', token: () => 'xoxb-wrong', word: 'invalid_auth' },
  {
    name: 'the app token where the bot token belongs',
    token: ({ appToken }: { appToken: string }) => appToken,
    word: 'not_allowed_token_type',
  },
])('refuses $name: $word', async ({ token, word }) => {
  const slack = await localSlack();

  expect((await refusal(webClient(slack, token(slack)).auth.test())).word).toBe(word);
});

it('answers 429 with Retry-After past one message a second and a burst of five, per channel', async () => {
  let now = 1_800_000_000_000;
  const slack = await localSlack({ limits: 'slack', clock: () => now });
  const client = webClient(slack);
  const post = () => client.chat.postMessage({ channel: slack.channelId, text: 'x' });

  for (let count = 0; count < 5; count += 1) await post();
  const refused = await post().catch((error: unknown) => error);
  now += 1000;
  await post();

  expect(refused).toBeInstanceOf(WebAPIRateLimitedError);
  expect(refused).toMatchObject({ retryAfter: 1 });
});

it('edits fifty times a minute, with a burst of twenty, over all messages together', async () => {
  const now = 1_800_000_000_000;
  const slack = await localSlack({ limits: 'slack', clock: () => now });
  const client = webClient(slack);
  const { ts = '' } = await client.chat.postMessage({ channel: slack.channelId, text: 'x' });
  const edit = (text: string) => client.chat.update({ channel: slack.channelId, ts, text });

  for (let count = 0; count < 20; count += 1) await edit(`${count}`);

  await expect(edit('once more')).rejects.toBeInstanceOf(WebAPIRateLimitedError);
});

it('answers 429 as often as it was told to', async () => {
  const slack = await localSlack();
  const client = webClient(slack);
  slack.control.break({ rateLimitNext: 1 });

  const refused = await client.auth.test().catch((error: unknown) => error);

  expect(refused).toMatchObject({ retryAfter: 2 });
  await expect(client.auth.test()).resolves.toMatchObject({ ok: true, user_id: slack.botUserId, team_id: slack.teamId });
});

it('loses the answer of a post that it kept', async () => {
  const slack = await localSlack();
  slack.control.break({ dropAnswerNext: 1 });

  await expect(webClient(slack).chat.postMessage({ channel: slack.channelId, text: 'kept' })).rejects.toThrow();

  expect(slack.control.messages(slack.channelId)).toMatchObject([{ text: 'kept' }]);
});

it('shows a whisper to its person only, and in no history', async () => {
  const slack = await localSlack();
  const client = webClient(slack);
  await client.chat.postEphemeral({ channel: slack.channelId, user: slack.people.alice, text: 'for Alice' });

  const seen = (user: string) => slack.control.state(user).channels.flatMap(({ messages }) => messages.map(({ text }) => text));
  const history = await client.conversations.history({ channel: slack.channelId });

  expect(seen(slack.people.alice)).toEqual(['for Alice']);
  expect(seen(slack.people.bob)).toEqual([]);
  expect(history.messages).toEqual([]);
});

it('pages through history and bounds it by time', async () => {
  const slack = await localSlack();
  const client = webClient(slack);
  for (const text of ['1', '2', '3']) await client.chat.postMessage({ channel: slack.channelId, text });
  const [first] = slack.control.messages();

  const page = await client.conversations.history({ channel: slack.channelId, limit: 2 });
  const rest = await client.conversations.history({
    channel: slack.channelId,
    limit: 2,
    cursor: page.response_metadata?.next_cursor ?? '',
  });
  const later = await client.conversations.history({ channel: slack.channelId, oldest: first?.ts ?? '' });

  expect([page, rest, later].map(({ messages }) => messages?.map(({ text }) => text))).toEqual([['3', '2'], ['1'], ['3', '2']]);
  expect([page.has_more, rest.has_more]).toEqual([true, false]);
});

it('knows people, guests and groups', async () => {
  const slack = await localSlack();
  const client = webClient(slack);

  const gina = await client.users.info({ user: slack.people.gina });
  const before = await client.usergroups.users.list({ usergroup: slack.groups.sreLeads });
  slack.control.setGroup(slack.groups.sreLeads, [slack.people.alice]);
  const after = await client.usergroups.users.list({ usergroup: slack.groups.sreLeads });

  expect(gina.user).toMatchObject({ is_restricted: true, real_name: 'Gina Guest' });
  expect([before.users, after.users]).toEqual([[slack.people.bob], [slack.people.alice]]);
});

it('takes a file in three steps and shows it when it is processed', async () => {
  let now = 1_800_000_000_000;
  const slack = await localSlack({ clock: () => now, scopes: ['files:write', 'files:read', 'chat:write'] });
  const client = webClient(slack);
  const { upload_url: url = '', file_id: id = '' } = await client.files.getUploadURLExternal({
    filename: 'chart.png',
    length: 3,
  });
  await fetch(url, { method: 'POST', body: new Uint8Array([1, 2, 3]) });
  await client.files.completeUploadExternal({ files: [{ id }] });
  const post = () =>
    client.chat.postMessage({
      channel: slack.channelId,
      text: 'x',
      blocks: [{ type: 'image', alt_text: 'chart', slack_file: { id } }],
    });

  const early = await refusal(post());
  now += 1000;
  const info = await client.files.info({ file: id });
  await post();

  expect(early).toMatchObject({
    word: 'invalid_blocks',
    messages: ['[ERROR] invalid slack file [json-pointer:/blocks/0/slack_file]'],
  });
  expect(info.file).toMatchObject({ id, mimetype: 'image/png', size: 3 });
});

it('joins channels, opens direct messages and reacts, with the scopes for it', async () => {
  const slack = await localSlack({ scopes: ['channels:join', 'im:write', 'chat:write', 'reactions:write'] });
  const client = webClient(slack);

  await client.conversations.join({ channel: 'C0PRIVAT1' });
  const posted = await client.chat.postMessage({ channel: 'C0PRIVAT1', text: 'hello' });
  const direct = await client.conversations.open({ users: slack.people.alice });
  await client.chat.postMessage({ channel: direct.channel?.id ?? '', text: 'only for you' });
  const react = () => client.reactions.add({ channel: 'C0PRIVAT1', timestamp: posted.ts ?? '', name: 'eyes' });
  await react();

  expect((await refusal(react())).word).toBe('already_reacted');
  expect(slack.control.state(slack.people.alice).channels.map(({ name }) => name)).toContain('headroom');
  expect(slack.control.state(slack.people.bob).channels.map(({ name }) => name)).not.toContain('headroom');
});

it('validates blocks without posting them', async () => {
  const slack = await localSlack();
  const client = webClient(slack);

  await expect(client.apiCall('blocks.validate', { blocks: buttonBlocks() })).resolves.toMatchObject({ ok: true });

  expect((await refusal(client.apiCall('blocks.validate', { blocks: [section('')] }))).word).toBe('invalid_blocks');
});

it('keeps a text that looks like JSON a text', async () => {
  const slack = await localSlack();

  await webClient(slack).chat.postMessage({ channel: slack.channelId, text: '{"a": 1}' });

  expect(slack.control.messages()).toMatchObject([{ text: '{"a": 1}' }]);
});
