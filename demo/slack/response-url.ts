// response_url: where an app answers a command or a click for half an hour, five times; private unless it says otherwise.

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { whisper } from './web-api/chat.ts';
import { acceptBlocks } from './web-api/method.ts';
import { channelOf } from './world.ts';
import type { Json, Message, World } from './world.ts';

export type ResponseUrls = {
  /** The path of a new one. */
  create(place: ResponsePlace): string;
  /** Status and text of the answer. */
  receive(id: string, body: unknown): { readonly status: number; readonly text: string };
};

export type ResponsePlace = { readonly channel: string; readonly user: string; readonly threadTs?: string | undefined; /** The clicked message. */ readonly original?: string | undefined };

const USES = 5;
const LIVES_MS = 30 * 60_000;

const message = z.object({
  text: z.string().default(''),
  blocks: z.array(z.record(z.string(), z.unknown())).optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).default('ephemeral'),
  replace_original: z.boolean().default(false),
  delete_original: z.boolean().default(false),
});

export function createResponseUrls(world: World): ResponseUrls {
  const known = new Map<string, { readonly place: ResponsePlace; readonly until: number; uses: number }>();
  return {
    create(place) {
      const id = randomBytes(12).toString('hex');
      known.set(id, { place, until: world.now() + LIVES_MS, uses: 0 });
      for (const [old, { until }] of known) if (until < world.now()) known.delete(old);
      return `/response/${id}`;
    },
    receive(id, body) {
      const entry = known.get(id);
      if (entry === undefined || entry.until < world.now()) return { status: 404, text: 'expired_url' };
      if (entry.uses >= USES) return { status: 404, text: 'used_url' };
      const parsed = message.safeParse(body);
      if (!parsed.success) return { status: 400, text: 'invalid_payload' };
      entry.uses += 1;
      try {
        respond(world, entry.place, parsed.data);
        return { status: 200, text: 'ok' };
      } catch (error) {
        return { status: 400, text: error instanceof Error ? error.message : 'invalid_blocks' };
      }
    },
  };
}

function respond(world: World, place: ResponsePlace, content: z.infer<typeof message>): void {
  const channel = channelOf(world, place.channel);
  if (channel === undefined) return;
  const blocks: readonly Json[] = content.blocks === undefined ? [] : acceptBlocks(content.blocks, 'message');
  const original = channel.messages.findIndex(({ ts }) => ts === place.original);
  if (content.delete_original && original >= 0) {
    channel.messages.splice(original, 1);
  } else if (content.replace_original && original >= 0) {
    replace(channel.messages, original, { text: content.text, blocks });
  } else if (content.response_type === 'ephemeral') {
    whisper({ world }, { channel: channel.id, user: place.user, content: { text: content.text, blocks, attachments: [] }, threadTs: place.threadTs });
  } else {
    channel.messages.push({ ts: world.nextTs(), channel: channel.id, user: world.botUserId, text: content.text, blocks, attachments: [], threadTs: place.threadTs, edited: false });
  }
  world.changed();
}

function replace(messages: Message[], index: number, content: { readonly text: string; readonly blocks: readonly Json[] }): void {
  const old = messages[index];
  if (old !== undefined) messages[index] = { ...old, ...content };
}
