// The local Slack's page side, over plain HTTP and WebSocket: who may ask, what the page is told, what is kept between starts.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { startLocalSlack } from '../src/start.ts';
import { containing, localSlack, WITHIN_MS, webClient } from './support/bolt.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'local-slack-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** The status of a request with exactly these headers; fetch would not let Host through. */
function statusOf(url: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end('{}');
  });
}

it('serves the built page, and says what to do while there is none', async () => {
  const pageDir = await temporaryFolder();
  const slack = await localSlack({ pageDir });

  const missing = await fetch(slack.url);
  await writeFile(join(pageDir, 'index.html'), '<p>here</p>');
  const there = await fetch(slack.url);

  expect([missing.status, await missing.text()]).toEqual([503, containing('npm run build')]);
  expect([there.status, await there.text(), there.headers.get('content-type')]).toEqual([
    200,
    '<p>here</p>',
    'text/html; charset=utf-8',
  ]);
});

it.each([
  { name: 'a name that only points here', path: '/ui/home', headers: { host: 'evil.example' } },
  { name: 'another site, to the page side', path: '/ui/home', headers: { origin: 'http://evil.example' } },
  { name: 'another site, to the Web API', path: '/api/auth.test', headers: { origin: 'http://evil.example' } },
])('refuses $name', async ({ path, headers }) => {
  const slack = await localSlack();

  await expect(statusOf(`${slack.url}${path}`, headers)).resolves.toBe(403);
});

it('tells a page its person’s state, at once and after changes', async () => {
  const slack = await localSlack();
  const states: string[] = [];
  const socket = new WebSocket(`${slack.url.replace('http', 'ws')}/ui?as=${slack.people.alice}`);
  socket.on('message', (data) => states.push(Buffer.isBuffer(data) ? data.toString('utf8') : ''));
  await slack.control.until(() => states[0], { withinMs: WITHIN_MS, words: 'the first state' });

  await webClient(slack).chat.postMessage({ channel: slack.channelId, text: 'news' });
  const after = await slack.control.until(() => states.find((state) => state.includes('news')), {
    withinMs: WITHIN_MS,
    words: 'the news',
  });

  const parsed: unknown = JSON.parse(after);
  expect(parsed).toMatchObject({
    me: { id: slack.people.alice, realName: 'Alice Archer' },
    channels: [{ id: slack.channelId, name: 'oom-alerts', messages: [{ text: 'news', ephemeral: false }] }, { messages: [] }],
    commands: [{ command: '/oom' }],
    groups: [{ handle: 'sre-leads', members: [slack.people.bob] }],
  });
});

it.each([
  {
    name: 'a message',
    path: 'say',
    body: { as: 'U0ALICE01', channel: 'C0ALERTS1', text: 'hi' },
    status: 200,
    answer: { ok: true },
  },
  { name: 'a fault', path: 'break', body: { slowMs: 5 }, status: 200, answer: { ok: true } },
  { name: 'a malformed request', path: 'say', body: { as: 1 }, status: 409, answer: { ok: false } },
  { name: 'an unknown request', path: 'dance', body: {}, status: 409, answer: { ok: false, error: 'unknown request' } },
  {
    name: 'a modal that is not there',
    path: 'close',
    body: { as: 'U0ALICE01', viewId: 'V1' },
    status: 409,
    answer: { ok: false },
  },
])('answers the page about $name', async ({ path, body, status, answer }) => {
  const slack = await localSlack();

  const response = await fetch(`${slack.url}/ui/${path}`, { method: 'POST', body: JSON.stringify(body) });

  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject(answer);
});

it('forgets what only one person saw when the page is loaded again', async () => {
  const pageDir = await temporaryFolder();
  await writeFile(join(pageDir, 'index.html'), '');
  const slack = await localSlack({ pageDir });
  const whisper = (text: string) =>
    webClient(slack).chat.postEphemeral({ channel: slack.channelId, user: slack.people.alice, text });
  await whisper('before');
  await fetch(slack.url);
  await whisper('after');
  const states: string[] = [];
  const socket = new WebSocket(`${slack.url.replace('http', 'ws')}/ui?as=${slack.people.alice}`);
  socket.on('message', (data) => states.push(Buffer.isBuffer(data) ? data.toString('utf8') : ''));

  const first = await slack.control.until(() => states[0], { withinMs: WITHIN_MS, words: 'the state' });

  expect(first).toContain('"after"');
  expect(first).not.toContain('"before"');
});

it('says which port is taken and which setting changes it', async () => {
  const slack = await localSlack();
  const port = Number(new URL(slack.url).port);

  await expect(startLocalSlack({ port })).rejects.toThrow(`LOCAL_SLACK_PORT: port ${port} is in use`);
});

it('keeps messages between starts, with their metadata, and whispers not', async () => {
  const dataFile = join(await temporaryFolder(), 'slack.json');
  const first = await startLocalSlack({ port: 0, dataFile });
  const metadata = { event_type: 'oom_incident', event_payload: { key: 'root' } };
  await webClient(first).chat.postMessage({ channel: first.channelId, text: 'kept', metadata });
  await webClient(first).chat.postEphemeral({ channel: first.channelId, user: first.people.alice, text: 'gone' });
  await first.stop();

  const second = await localSlack({ dataFile });

  expect(second.control.messages()).toMatchObject([{ text: 'kept', metadata }]);
  expect(second.control.ephemeral(second.people.alice)).toEqual([]);
});

it('refuses a file that is not its own', async () => {
  const dataFile = join(await temporaryFolder(), 'slack.json');
  await writeFile(dataFile, '{"other": true}');

  await expect(startLocalSlack({ port: 0, dataFile })).rejects.toThrow(dataFile);
});

it('takes as long as it is told to', async () => {
  const slack = await localSlack();
  slack.control.break({ slowMs: 80 });
  const started = performance.now();

  await webClient(slack).auth.test();

  expect(performance.now() - started).toBeGreaterThanOrEqual(79);
});
