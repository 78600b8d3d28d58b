// The real messenger on the local Slack: charts as pictures where they are refused, files, closed channels, deleted messages, lost answers, full lines.

import { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { LocalSlack } from '../../../packages/slack-sim/src/start.ts';
import { startLocalSlack } from '../../../packages/slack-sim/src/start.ts';
import { clientOptions } from '../../../src/adapters/slack/client/client.ts';
import { createMessenger } from '../../../src/adapters/slack/messenger.ts';
import { toInstant } from '../../../src/domain/base/time.ts';
import type { Message, Messenger } from '../../../src/ports/messenger.ts';
import { silentLog, silentMeter } from '../../fakes/telemetry.ts';
import { dossier, incident, series, withUsage } from '../../support/build.ts';

const EXPLAINED: Message = {
  kind: 'explanation',
  incident: incident(),
  dossier: dossier({ evidence: withUsage(series(2, (hours) => 256 - 60 * hours)) }),
};
const ROOT: Message = { kind: 'root', incident: incident(), dossier: dossier() };
const image = z.looseObject({ type: z.literal('image'), slack_file: z.object({ id: z.string() }), alt_text: z.string() });

describe('messages on the local Slack', () => {
  let slack: LocalSlack;
  let client: WebClient;
  let messenger: Messenger;

  beforeAll(async () => {
    slack = await startLocalSlack({ port: 0, limits: 'off' });
    client = new WebClient(slack.botToken, clientOptions(slack.apiUrl));
    messenger = createMessenger({
      client,
      log: silentLog,
      meter: silentMeter,
      limits: { posts: { perSecond: 1000, burst: 1000 }, edits: { perSecond: 1000, burst: 1000 } },
    });
  });

  afterAll(async () => {
    await slack.stop();
  });

  const place = (key: string, thread?: string) => ({ channel: slack.channelId, key, thread });
  const shown = (ts: string) => slack.control.messages(slack.channelId).find((message) => message.ts === ts);

  it('show a chart of Slack’s own, said in words for whoever does not see it', async () => {
    const posted = await messenger.post(EXPLAINED, place('chart/own'));
    const message = shown(posted.id);
    expect(message?.blocks.map(({ type }) => type)).toContain('data_visualization');
    expect(message?.text).toMatch(/Memory from \d\d:\d\d to \d\d:\d\d UTC: .* at most 256 MiB, limit 256 MiB/);
  });

  it('show it as a picture with a description where the workspace refuses charts', async () => {
    slack.control.break({ noCharts: true });
    const fresh = createMessenger({ client, log: silentLog, meter: silentMeter });
    const posted = await fresh.post(EXPLAINED, place('chart/picture'));
    slack.control.break({ noCharts: false });
    const blocks = shown(posted.id)?.blocks ?? [];
    const picture = blocks.map((block) => image.safeParse(block).data).find((block) => block !== undefined);
    expect(picture?.alt_text).toMatch(/^Memory from .* limit 256 MiB\.$/);
    const answer = await fetch(`${slack.url}/file/${picture?.slack_file.id}`);
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect([...new Uint8Array(await answer.arrayBuffer()).slice(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    expect(messenger.fingerprint(EXPLAINED)).toBe(posted.fingerprint);
  });

  it('link to everything that was read as a text file', async () => {
    const posted = await messenger.post({ kind: 'output', incident: incident(), dossier: dossier() }, place('output'));
    const link = /<(http[^|>]+)\|/.exec(shown(posted.id)?.text ?? '')?.[1] ?? '';
    const content = await (await fetch(link)).text();
    expect(content).toContain('==== Pod, as kubectl describe shows it (pod status, read ');
    expect(content).toContain('==== Log (pod log, read ');
  });

  it('name a channel that takes nothing, however it is closed', async () => {
    for (const state of ['archived', 'without-bot'] as const) {
      slack.control.setChannel(slack.channelId, state);
      await expect(messenger.post(ROOT, place(`closed/${state}`))).rejects.toMatchObject({ code: 'OOM_SLACK_CHANNEL_CLOSED' });
    }
    slack.control.setChannel(slack.channelId, 'open');
    const unknown = { channel: 'C0NOTHERE', key: 'closed/unknown' };
    await expect(messenger.post(ROOT, unknown)).rejects.toMatchObject({ code: 'OOM_SLACK_CHANNEL_CLOSED' });
  });

  it('name a message that was deleted, edited or replied to', async () => {
    const posted = await messenger.post(ROOT, place('gone'));
    slack.control.remove(slack.channelId, posted.id);
    await expect(messenger.edit(ROOT, posted)).rejects.toMatchObject({ code: 'OOM_SLACK_MESSAGE_GONE' });
    await expect(messenger.post(EXPLAINED, place('gone/reply', posted.id))).rejects.toMatchObject({
      code: 'OOM_SLACK_MESSAGE_GONE',
    });
  });

  it('are found again when the answer was lost, in the channel and in a thread', async () => {
    const since = toInstant(Date.now());
    slack.control.break({ dropAnswerNext: 1 });
    await expect(messenger.post(ROOT, place('lost/root'))).rejects.toMatchObject({ name: 'UnknownResultError' });
    const root = await messenger.find(place('lost/root'), since);
    slack.control.break({ dropAnswerNext: 1 });
    await expect(messenger.post(EXPLAINED, place('lost/reply', root?.id))).rejects.toMatchObject({ name: 'UnknownResultError' });
    expect(await messenger.find(place('lost/reply', root?.id), since)).toMatchObject({ channel: slack.channelId });
    expect(await messenger.find(place('never', root?.id), since)).toBeUndefined();
  });

  it('wait as long as Slack says, in that channel only', async () => {
    const paced = createMessenger({ client, log: silentLog, meter: silentMeter });
    slack.control.break({ rateLimitNext: 1 });
    await expect(paced.post(ROOT, place('limited'))).rejects.toMatchObject({
      code: 'OOM_SLACK_RATE_LIMITED',
      retryAfterMs: 2000,
    });
    await expect(paced.post(ROOT, place('behind'))).rejects.toMatchObject({ code: 'OOM_SLACK_RATE_LIMITED' });
    const other = { channel: slack.fallbackChannelId, key: 'elsewhere' };
    await expect(paced.post(ROOT, other)).resolves.toMatchObject({ channel: slack.fallbackChannelId });
  });

  it('are shown in the channel too when a reply is news', async () => {
    const root = await messenger.post(ROOT, place('news/root'));
    const news: Message = { kind: 'reminder', incident: incident(), kills: 10 };
    const posted = await messenger.post(news, { ...place('news/reminder', root.id), broadcast: true });
    expect(shown(posted.id)).toMatchObject({ threadTs: root.id, broadcast: true });
  });
});
