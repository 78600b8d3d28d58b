// Who belongs to a group is asked of Slack at the moment of the question: on the local Slack, which counts the calls.

import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LocalSlack } from '../../../packages/slack-sim/src/start.ts';
import { startLocalSlack } from '../../../packages/slack-sim/src/start.ts';
import { clientOptions } from '../../../src/adapters/slack/client/client.ts';
import { createPeople } from '../../../src/adapters/slack/client/people.ts';
import { valueOf } from '../../../src/domain/base/piece.ts';
import { toInstant } from '../../../src/domain/base/time.ts';
import type { People } from '../../../src/ports/people.ts';
import { silentMeter } from '../../fakes/telemetry.ts';

let slack: LocalSlack;
let people: People;

beforeEach(async () => {
  slack = await startLocalSlack({ port: 0, limits: 'off' });
  const client = new WebClient(slack.botToken, clientOptions(slack.apiUrl));
  people = createPeople({ client, meter: silentMeter, teamId: () => slack.teamId, clock: { now: () => toInstant(Date.now()) } });
});

afterEach(async () => {
  await slack.stop();
});

async function members(): Promise<readonly string[]> {
  return valueOf(await people.members(slack.groups.sreLeads)) ?? [];
}

it('somebody who was just removed is no member any more, and who was just added is one', async () => {
  const { alice, bob } = slack.people;
  expect(await members()).toEqual([bob]);
  slack.control.setGroup(slack.groups.sreLeads, [alice]);
  expect(await members()).toEqual([alice]);
  slack.control.setGroup(slack.groups.sreLeads, []);
  expect(await members()).toEqual([]);
});

it('those who ask at once share a call that began after they asked', async () => {
  const { alice, bob } = slack.people;
  const first = members();
  // The first call is under way: what it answers may be of before the change.
  slack.control.setGroup(slack.groups.sreLeads, [alice]);
  const rest = await Promise.all(Array.from({ length: 20 }, () => members()));
  expect([[alice], [bob]]).toContainEqual(await first);
  expect(rest).toEqual(Array.from({ length: 20 }, () => [alice]));
  expect(slack.control.calls().filter(({ method }) => method === 'usergroups.users.list')).toHaveLength(2);
});
