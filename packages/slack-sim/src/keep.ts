// What survives a restart of the local Slack: messages and home tabs, in one file that is replaced whole, never half-written.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { parseJson } from './http-parts.ts';
import type { World } from './world.ts';
import { channelOf, directOf } from './world.ts';

const json = z.record(z.string(), z.unknown());
const kept = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      channel: z.string(),
      user: z.string(),
      text: z.string(),
      blocks: z.array(json),
      attachments: z.array(json),
      metadata: json.optional(),
      threadTs: z.string().optional(),
      broadcast: z.boolean().optional(),
      edited: z.boolean(),
      reactions: z.record(z.string(), z.array(z.string())).optional(),
    }),
  ),
  homes: z.array(z.tuple([z.string(), json])),
});

const WRITE_AFTER_MS = 300;
/** More would make the page slow. */
const MOST_MESSAGES = 2000;

/** `stop` writes once more, and throws when that fails. */
export type Keeper = { stop(): Promise<void> };

/** Throws an Error with the file's name when its content is not ours. */
export async function keepWorld(world: World, file: string): Promise<Keeper> {
  await load(world, file);
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();
  const write = (): void => {
    timer = undefined;
    // A write that failed is made good by the next one; when it was the last, stop() says so.
    writing = writing.catch(() => undefined).then(() => save(world, file));
    writing.catch(() => undefined);
  };
  const stopListening = world.onChange(() => {
    timer ??= setTimeout(write, WRITE_AFTER_MS);
  });
  return {
    async stop() {
      stopListening();
      clearTimeout(timer);
      write();
      await writing;
    },
  };
}

async function load(world: World, file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const parsed = kept.safeParse(parseJson(text));
  if (!parsed.success) throw new Error(`${file} is not the local Slack's file; move it away and start again`);
  for (const message of parsed.data.messages) {
    const { channel } = message;
    (channelOf(world, channel) ?? directOf(world, `U${channel.slice(1)}`))?.messages.push(message);
  }
  for (const [user, view] of parsed.data.homes) world.homes.set(user, view);
}

async function save(world: World, file: string): Promise<void> {
  const messages = world.channels
    .flatMap((channel) => channel.messages.filter(({ ephemeralFor }) => ephemeralFor === undefined))
    .slice(-MOST_MESSAGES);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify({ messages, homes: [...world.homes] }));
  await rename(`${file}.new`, file);
}
