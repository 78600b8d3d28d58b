// Slack over HTTP instead of Socket Mode: the bot takes only what Slack has signed, and lately; what is delivered again runs once.

import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoTarget } from './support/demo-target.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const WITHIN_MS = 20_000;
const SECRET = '0123456789abcdef0123456789abcdef';

describe('Slack over HTTP', () => {
  let world: TestWorld;
  let address = '';

  beforeAll(async () => {
    world = await startTestWorld(await startDemoTarget());
    const headroom = await world.headroom({
      environment: { SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: SECRET, SLACK_HTTP_PORT: '0' },
    });
    await headroom.said('listening for Slack');
    const port = /"port":(\d+),"msg":"listening for Slack"/.exec(headroom.output())?.[1];
    address = `http://127.0.0.1:${port}/slack/events`;
  });

  afterAll(async () => {
    await world.stop();
  });

  type Signing = { readonly secret?: string; readonly agoS?: number; readonly type?: string };

  async function send(body: string, { secret = SECRET, agoS = 0, type = 'application/json' }: Signing = {}): Promise<number> {
    const time = String(Math.floor(Date.now() / 1000) - agoS);
    const signature = `v0=${createHmac('sha256', secret).update(`v0:${time}:${body}`).digest('hex')}`;
    const headers = { 'content-type': type, 'x-slack-request-timestamp': time, 'x-slack-signature': signature };
    const answer = await fetch(address, { method: 'POST', headers, body });
    await answer.arrayBuffer();
    return answer.status;
  }

  function homeOpened(user: string, eventId: string): string {
    const event = { type: 'app_home_opened', user, channel: 'D1', tab: 'home', event_ts: '1.1' };
    return JSON.stringify({ type: 'event_callback', team_id: world.slack.teamId, api_app_id: 'A1', event_id: eventId, event });
  }

  function asksForHelp(user: string, eventId: string): string {
    const { teamId, channelId, botUserId } = world.slack;
    const event = { type: 'app_mention', user, channel: channelId, text: `<@${botUserId}> help`, ts: '1.1', event_ts: '1.1' };
    return JSON.stringify({ type: 'event_callback', team_id: teamId, api_app_id: 'A1', event_id: eventId, event });
  }

  /** Nothing else brings them; a Home tab is published anew whenever something in it changes. */
  function answers(user: string): number {
    return world.slack.control.ephemeral(user).filter(({ text }) => text.includes('What you can ask')).length;
  }

  function answered(user: string): Promise<number> {
    const wanted = { withinMs: WITHIN_MS, words: `an answer to ${user}` };
    return world.slack.control.until(() => answers(user) || undefined, wanted);
  }

  it('needs no Socket Mode connection', () => {
    expect(world.slack.control.state(world.slack.people.alice).connections).toBe(0);
  });

  it('answers what Slack has signed', async () => {
    const { alice } = world.slack.people;
    expect(await send(homeOpened(alice, 'Ev0'))).toBe(200);
    const home = () => world.slack.control.homeOf(alice);
    await world.slack.control.until(home, { withinMs: WITHIN_MS, words: 'the Home tab of Alice' });
  });

  it('answers once for each event', async () => {
    const { alice, bob } = world.slack.people;
    expect(await send(asksForHelp(alice, 'Ev1'))).toBe(200);
    await answered(alice);
    expect(await send(asksForHelp(alice, 'Ev1'))).toBe(200);
    // Whoever comes after it is there when it would have been.
    expect(await send(asksForHelp(bob, 'Ev2'))).toBe(200);
    await answered(bob);
    expect(answers(alice)).toBe(1);
  });

  it('takes a command', async () => {
    const fields = {
      command: '/oom',
      text: 'help',
      user_id: world.slack.people.alice,
      trigger_id: '1.2.3',
      team_id: world.slack.teamId,
    };
    const form = new URLSearchParams({
      ...fields,
      channel_id: world.slack.channelId,
      response_url: `${world.slack.url}/response/none`,
    });
    expect(await send(form.toString(), { type: 'application/x-www-form-urlencoded' })).toBe(200);
  });

  it.each([
    { why: 'signed with another secret', signing: { secret: 'f'.repeat(32) } },
    { why: 'signed more than five minutes ago', signing: { agoS: 301 } },
  ])('refuses what is $why', async ({ signing }) => {
    const { carol } = world.slack.people;
    expect(await send(homeOpened(carol, 'Ev3'), signing)).toBe(401);
    expect(world.slack.control.homeOf(carol)).toBeUndefined();
  });
});
