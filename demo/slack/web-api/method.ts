// What a Web API method is: the token it wants, the scope, and what it does. Errors are Slack's own words.

import { z } from 'zod';
import { checkBlocks, MOST_CHARACTERS } from '../blocks-check.ts';
import type { Surface } from '../blocks-check.ts';
import { channelOf } from '../world.ts';
import type { Channel, Json, World } from '../world.ts';

export type Args = Json;

/** `ok: false` with Slack's word, and what Slack adds to it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly more: Json;

  constructor(word: string, more: Json = {}) {
    super(word);
    this.more = more;
  }
}

/** 429 with Retry-After. */
export class TooMany extends Error {
  override readonly name = 'TooMany';
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super('ratelimited');
    this.retryAfter = retryAfter;
  }
}

export type Context = {
  readonly world: World;
  /** Counts a message in a channel; throws TooMany. */
  readonly pace: (channel: string) => void;
  readonly baseUrl: string;
  /** Lets a Socket Mode client in. */
  readonly newTicket: () => string;
};

export type Method = {
  readonly token: 'bot' | 'app';
  readonly scope?: string;
  readonly run: (context: Context, args: Args) => Json;
};

/** The scopes of deploy/slack/manifest.yaml: a call that needs another one is refused here as it would be by Slack. */
export const SCOPES: ReadonlySet<string> = new Set([
  'app_mentions:read',
  'channels:history',
  'channels:read',
  'chat:write',
  'commands',
  'groups:history',
  'groups:read',
  'usergroups:read',
  'users:read',
]);

export function textArg(args: Args, name: string): string {
  const value = args[name];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

export function flagArg(args: Args, name: string): boolean {
  return args[name] === true || args[name] === 'true' || args[name] === '1';
}

const jsonObject = z.record(z.string(), z.unknown());

export function objectArg(args: Args, name: string): Json | undefined {
  const parsed = jsonObject.safeParse(args[name]);
  return parsed.success ? parsed.data : undefined;
}

export function listArg(args: Args, name: string): readonly Json[] | undefined {
  const parsed = z.array(jsonObject).safeParse(args[name]);
  return parsed.success ? parsed.data : undefined;
}

/** The channel, if the bot may use it. */
export function channelArg({ world }: Context, args: Args): Channel {
  const channel = channelOf(world, textArg(args, 'channel'));
  if (channel === undefined) throw new Refusal('channel_not_found');
  if (!channel.members.includes(world.botUserId)) throw new Refusal('not_in_channel');
  return channel;
}

/** Blocks with ids where they had none. Throws Refusal as Slack would. */
export function acceptBlocks(blocks: unknown, surface: Surface): readonly Json[] {
  const problems = checkBlocks(blocks, surface);
  if (problems.length > 0) throw new Refusal(surface === 'message' ? 'invalid_blocks' : 'invalid_arguments', { response_metadata: { messages: problems } });
  if (surface === 'message' && JSON.stringify(blocks).length > MOST_CHARACTERS) throw new Refusal('msg_blocks_too_long');
  return z.array(jsonObject).parse(blocks).map(withId);
}

function withId(block: Json, index: number): Json {
  if (typeof block['block_id'] === 'string') return block;
  const digest = JSON.stringify(block).length.toString(36);
  return { ...block, block_id: `b${index}${digest}` };
}
