// Posts, edits and finds the thread's messages. A message carries its key as metadata, so that it can be found again when the answer to its
// posting was lost. A workspace that refuses charts or folding gets the plain layout, and that is remembered for a day.

import { createHash } from 'node:crypto';
import type { ChatPostMessageArguments, ConversationsHistoryResponse, WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { PostedMessage } from '../../domain/incident.ts';
import { DAY, SECOND } from '../../domain/time.ts';
import { PermanentError, TransientError } from '../../ports/fault.ts';
import type { Log } from '../../ports/log.ts';
import type { Message, Messenger, Place } from '../../ports/messenger.ts';
import type { Meter } from '../../ports/meter.ts';
import { calling, isContentRefused } from './client.ts';
import { EVENT_TYPE } from './ids.ts';
import type { Pace } from './pace.ts';
import { createPace } from './pace.ts';
import { renderMessage } from './render.ts';
import type { Rendered } from './views/rendered.ts';

export type MessengerOptions = { readonly client: WebClient; readonly log: Log; readonly meter: Meter };

const POSTS = { perSecond: 1, burst: 4 } as const;
const EDITS = { perSecond: 50 / 60, burst: 15 } as const;
/** Clocks differ: look this much further back than the first attempt. */
const LOOK_BACK_S = 120;
const PAGE = 200;
/** Far more than a channel gets between a lost answer and the next attempt. */
const PAGES = 10;

const metadataSchema = z.object({ event_type: z.literal(EVENT_TYPE), event_payload: z.object({ key: z.string() }) });

type Sender = {
  readonly posts: Pace;
  readonly edits: Pace;
  /** The full layout first; the plain one where the workspace refuses the full one. */
  readonly inLayout: <Result>(message: Message, send: (rendered: Rendered) => Promise<Result>) => Promise<Result>;
} & MessengerOptions;

export function createMessenger(options: MessengerOptions): Messenger {
  const sender: Sender = {
    ...options,
    posts: createPace(POSTS),
    edits: createPace(EDITS),
    inLayout: createLayoutChoice(options.log),
  };
  return {
    fingerprint: (message) => fingerprintOf(renderMessage(message, false)),
    post: (message, place) => inTurn(sender.posts, place.channel, () => post(sender, message, place)),
    edit: (message, posted) => inTurn(sender.edits, 'all', () => edit(sender, message, posted)),
    find: (place, sinceMs) => find(sender, { place, sinceMs }),
  };
}

async function inTurn<Result>(pace: Pace, key: string, call: () => Promise<Result>): Promise<Result> {
  pace.take(key, performance.now());
  try {
    return await call();
  } catch (error) {
    const isLimit = error instanceof TransientError && error.code === 'OOM_SLACK_RATE_LIMITED';
    if (isLimit && error.retryAfterMs !== undefined) pace.hold(key, performance.now() + error.retryAfterMs);
    throw error;
  }
}

function createLayoutChoice(log: Log): Sender['inLayout'] {
  let plainUntil = 0;
  return async (message, send) => {
    if (performance.now() < plainUntil) return send(renderMessage(message, true));
    try {
      return await send(renderMessage(message, false));
    } catch (error) {
      if ((message.kind !== 'explanation' && message.kind !== 'digest') || !isContentRefused(error)) throw error;
      log.warn('this workspace refuses charts; using plain messages for a day', { error });
      plainUntil = performance.now() + DAY;
      return send(renderMessage(message, true));
    }
  };
}

function post({ client, meter, inLayout }: Sender, message: Message, place: Place): Promise<PostedMessage> {
  return inLayout(message, async (rendered) => {
    const answer = await calling({ method: 'chat.postMessage', kind: 'write', meter }, () =>
      client.chat.postMessage(postArguments(rendered, place)),
    );
    return postedOf(answer, message, place.channel);
  });
}

function edit({ client, meter, inLayout }: Sender, message: Message, posted: PostedMessage): Promise<PostedMessage> {
  return inLayout(message, async (rendered) => {
    await calling({ method: 'chat.update', kind: 'read', meter }, () =>
      client.chat.update({ channel: posted.channel, ts: posted.id, ...contentOf(rendered) }),
    );
    return { ...posted, fingerprint: fingerprintOf(renderMessage(message, false)) };
  });
}

type Looking = { readonly place: Place; readonly sinceMs: number };

async function find(sender: Sender, { place, sinceMs }: Looking): Promise<PostedMessage | undefined> {
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const { messages = [], response_metadata: next } = await read(sender, { place, sinceMs }, cursor);
    const found = messages.find((candidate) => keyOf(candidate) === place.key);
    // How it looks is not known: it may have been sent with older facts, so it is edited once.
    if (found?.ts !== undefined) return { channel: place.channel, id: found.ts, fingerprint: 'unknown' };
    cursor = next?.next_cursor ?? '';
    if (cursor === '') return undefined;
  }
  return undefined;
}

function read({ client, meter }: Sender, { place, sinceMs }: Looking, cursor: string | undefined) {
  const { channel, thread } = place;
  const common = {
    channel,
    oldest: String(Math.floor(sinceMs / SECOND) - LOOK_BACK_S),
    inclusive: true,
    include_all_metadata: true,
    limit: PAGE,
    ...(cursor === undefined ? {} : { cursor }),
  };
  return thread === undefined
    ? calling({ method: 'conversations.history', kind: 'read', meter }, () => client.conversations.history(common))
    : calling({ method: 'conversations.replies', kind: 'read', meter }, () =>
        client.conversations.replies({ ...common, ts: thread }),
      );
}

type Found = NonNullable<ConversationsHistoryResponse['messages']>[number];

function keyOf({ metadata }: Pick<Found, 'metadata'>): string | undefined {
  const parsed = metadataSchema.safeParse(metadata);
  return parsed.success ? parsed.data.event_payload.key : undefined;
}

function postedOf(
  answer: { readonly ts?: string | undefined; readonly channel?: string | undefined },
  message: Message,
  channel: string,
): PostedMessage {
  if (answer.ts === undefined)
    throw new PermanentError('Slack accepted a message without naming it', { code: 'OOM_SLACK_REFUSED' });
  return { channel: answer.channel ?? channel, id: answer.ts, fingerprint: fingerprintOf(renderMessage(message, false)) };
}

function postArguments(rendered: Rendered, place: Place): ChatPostMessageArguments {
  return {
    channel: place.channel,
    ...contentOf(rendered),
    ...(place.thread === undefined ? {} : { thread_ts: place.thread }),
    metadata: { event_type: EVENT_TYPE, event_payload: { key: place.key } },
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** `attachments` is sent even when empty: an edit that leaves it out keeps the old strip. */
function contentOf({ text, blocks, strip }: Rendered) {
  const attachments =
    strip === undefined
      ? []
      : [
          {
            color: strip.color,
            fallback: `${strip.word}. ${strip.text}`,
            text: `*${strip.word}*${strip.text === '' ? '' : ` · ${strip.text}`}`,
            mrkdwn_in: ['text' as const],
          },
        ];
  return { text, blocks: [...blocks], attachments };
}

function fingerprintOf(rendered: Rendered): string {
  return createHash('sha256').update(JSON.stringify(rendered)).digest('hex').slice(0, 24);
}
