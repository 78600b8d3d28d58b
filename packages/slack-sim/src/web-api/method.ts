// What a Web API method is: the token it wants, the scope, and what it does. Errors are Slack's own words. Arguments arrive as texts from forms and
// as values from JSON; both are read.

import { z } from 'zod';
import type { Surface } from '../checks/blocks-check.ts';
import { checkBlocks, MOST_CHARACTERS } from '../checks/blocks-check.ts';
import { parseJson } from '../http-parts.ts';
import { fillIds } from '../people/fill-ids.ts';
import type { Channel, Json, World } from '../world.ts';
import { channelOf } from '../world.ts';

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
  /** Whether an uploaded file is there and processed. */
  readonly isFileReady: (id: string) => boolean;
};

export type Method = {
  readonly token: 'bot' | 'app';
  readonly scope?: string;
  readonly run: (context: Context, args: Args) => Json;
};

/** The scopes of deploy/slack/manifest.yaml: a call that needs another one is refused here as it would be by Slack. */
export const SCOPES: readonly string[] = [
  'app_mentions:read',
  'channels:history',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'usergroups:read',
  'users:read',
];

export function textArg(args: Args, name: string): string {
  const value = args[name];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

export function flagArg(args: Args, name: string): boolean {
  return args[name] === true || args[name] === 'true' || args[name] === '1';
}

const jsonObject = z.record(z.string(), z.unknown());

/** A value that forms carry as JSON text; undefined when it is not there or no JSON. */
export function jsonArg(args: Args, name: string): unknown {
  const value = args[name];
  return typeof value === 'string' ? parseJson(value) : value;
}

export function objectArg(args: Args, name: string): Json | undefined {
  const parsed = jsonObject.safeParse(jsonArg(args, name));
  return parsed.success ? parsed.data : undefined;
}

export function listArg(args: Args, name: string): readonly Json[] | undefined {
  const parsed = z.array(jsonObject).safeParse(jsonArg(args, name));
  return parsed.success ? parsed.data : undefined;
}

/** The channel, if the bot may use it. */
/** The channel, if the bot may write there. */
export function openChannelArg(context: Context, args: Args): Channel {
  const channel = channelArg(context, args);
  if (channel.isArchived === true) throw new Refusal('is_archived');
  return channel;
}

export function channelArg({ world }: Context, args: Args): Channel {
  const channel = channelOf(world, textArg(args, 'channel'));
  if (channel === undefined) throw new Refusal('channel_not_found');
  if (!channel.members.includes(world.botUserId)) throw new Refusal('not_in_channel');
  return channel;
}

/** Blocks with ids where they had none. Throws Refusal as Slack would. */
export function acceptBlocks(blocks: unknown, surface: Surface): readonly Json[] {
  if (surface === 'message' && !Array.isArray(blocks)) throw new Refusal('invalid_blocks_format');
  const root = surface === 'message' ? '/blocks' : '/view/blocks';
  const problems = checkBlocks(blocks, surface, root);
  if (problems.length > 0) throw refusalOf(surface === 'message' ? 'invalid_blocks' : 'invalid_arguments', problems);
  if (surface === 'message' && JSON.stringify(blocks).length > MOST_CHARACTERS) throw new Refusal('msg_blocks_too_long');
  return fillIds(z.array(jsonObject).parse(blocks));
}

/** Slack names the problems twice: as plain sentences and, in the metadata, marked as errors. */
export function refusalOf(word: string, problems: readonly string[]): Refusal {
  return new Refusal(word, {
    errors: problems.map((problem) => problem.replace('[ERROR] ', '')),
    response_metadata: { messages: problems },
  });
}
