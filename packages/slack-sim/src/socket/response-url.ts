// response_url: where an app answers a command or a click for half an hour, five times; private unless it says otherwise. The answer a command is
// acknowledged with is the same kind of message.

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Content } from '../web-api/content.ts';
import { contentOf } from '../web-api/content.ts';
import { whisper } from '../web-api/wire.ts';
import type { Channel, World } from '../world.ts';
import { channelOf } from '../world.ts';

export type ResponseUrls = {
  /** The path of a new one. */
  create(place: ResponsePlace): string;
  /** Status and text of the answer. */
  receive(id: string, body: unknown): { readonly status: number; readonly text: string };
};

export type ResponsePlace = {
  readonly channel: string;
  readonly user: string;
  readonly threadTs?: string | undefined;
  /** The clicked message. */
  readonly original?: string | undefined;
};

const USES = 5;
const LIVES_MS = 30 * 60_000;

const message = z.looseObject({
  text: z.string().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).default('ephemeral'),
  replace_original: z.boolean().default(false),
  delete_original: z.boolean().default(false),
});

export function createResponseUrls(world: World): ResponseUrls {
  const known = new Map<string, { readonly place: ResponsePlace; readonly until: number; uses: number }>();
  return {
    create(place) {
      for (const [old, { until }] of known) if (until < world.now()) known.delete(old);
      const id = randomBytes(12).toString('hex');
      known.set(id, { place, until: world.now() + LIVES_MS, uses: 0 });
      return `/response/${id}`;
    },
    receive(id, body) {
      const entry = known.get(id);
      if (entry === undefined || entry.until < world.now()) return { status: 404, text: 'expired_url' };
      if (entry.uses >= USES) return { status: 404, text: 'used_url' };
      entry.uses += 1;
      try {
        respondAt(world, entry.place, body);
        return { status: 200, text: 'ok' };
      } catch (error) {
        return { status: 400, text: error instanceof Error ? error.message : 'invalid_payload' };
      }
    },
  };
}

/** Carries out one answer. Throws an Error with Slack's word when it is not acceptable. */
export function respondAt(world: World, place: ResponsePlace, body: unknown): void {
  const channel = channelOf(world, place.channel);
  const parsed = message.safeParse(body);
  if (!parsed.success || channel === undefined) throw new Error('invalid_payload');
  const { response_type: type, replace_original: replaces, delete_original: deletes } = parsed.data;
  const isThere = channel.messages.some(({ ts }) => ts === place.original);
  if (deletes && isThere) {
    channel.messages = channel.messages.filter(({ ts }) => ts !== place.original);
    world.changed();
    return;
  }
  const content = contentOf({ isFileReady: () => true, world }, parsed.data);
  if (replaces && isThere) replace(channel, place.original, content);
  else if (type === 'ephemeral') whisper(world, { channel: channel.id, user: place.user, content, threadTs: place.threadTs });
  else speak(world, channel, { content, threadTs: place.threadTs });
  world.changed();
}

function replace(channel: Channel, original: string | undefined, content: Content): void {
  channel.messages = channel.messages.map((each) => (each.ts === original ? { ...each, ...content } : each));
}

type Spoken = { readonly content: Content; readonly threadTs: string | undefined };

function speak(world: World, channel: Channel, { content, threadTs }: Spoken): void {
  channel.messages.push({ ts: world.nextTs(), channel: channel.id, user: world.botUserId, ...content, threadTs, edited: false });
}
