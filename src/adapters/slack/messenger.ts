// Posts, edits and finds the thread's messages. A message carries its key as metadata, so that it can be found again when the answer to its
// posting was lost. A workspace that refuses charts or folding gets the plain layout, and that is remembered for a day.

import { createHash } from 'node:crypto';
import type { ChatPostMessageArguments, ConversationsHistoryResponse, WebClient } from '@slack/web-api';
import { z } from 'zod';
import { DAY, SECOND } from '../../domain/base/time.ts';
import type { PostedMessage } from '../../domain/incident/incident.ts';
import { PermanentError, TransientError } from '../../ports/fault.ts';
import type { Log } from '../../ports/log.ts';
import type { Message, Messenger, Place } from '../../ports/messenger.ts';
import type { Meter } from '../../ports/meter.ts';
import { chartPicture, outputFile } from './attachments.ts';
import { calling, isContentRefused } from './client/client.ts';
import type { Pace, PaceLimits, Turn } from './client/pace.ts';
import { createPace } from './client/pace.ts';
import { EVENT_TYPE } from './ids.ts';
import { renderMessage } from './render.ts';
import type { Rendered } from './views/rendered.ts';

export type MessengerOptions = {
  readonly client: WebClient;
  readonly log: Log;
  readonly meter: Meter;
  /** Other limits than Slack's, for a Slack whose clock runs faster. */
  readonly limits?: { readonly posts: PaceLimits; readonly edits: PaceLimits } | undefined;
};

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
    posts: createPace(options.limits?.posts ?? POSTS),
    edits: createPace(options.limits?.edits ?? EDITS),
    inLayout: createLayoutChoice(options),
  };
  return {
    fingerprint: (message) => fingerprintOf(renderMessage(message, false)),
    post: (message, place) => inTurn(sender.posts, { key: place.channel, ticket: place.key }, () => post(sender, message, place)),
    edit: (message, posted) => inTurn(sender.edits, { key: 'all', ticket: posted.id }, () => edit(sender, message, posted)),
    find: (place, sinceMs) => find(sender, { place, sinceMs }),
  };
}

async function inTurn<Result>(pace: Pace, turn: Turn, call: () => Promise<Result>): Promise<Result> {
  pace.take(turn, performance.now());
  try {
    return await call();
  } catch (error) {
    const isLimit = error instanceof TransientError && error.code === 'OOM_SLACK_RATE_LIMITED';
    if (isLimit && error.retryAfterMs !== undefined) {
      const nowMs = performance.now();
      pace.hold(turn, { nowMs, untilMs: nowMs + error.retryAfterMs });
    }
    throw error;
  }
}

type SendRendered<Result> = (rendered: Rendered) => Promise<Result>;

function createLayoutChoice(options: MessengerOptions): Sender['inLayout'] {
  let plainUntil = 0;
  return async (message, send) => {
    if (message.kind === 'output') return send(renderMessage(message, false, await outputFile(options, message)));
    if (message.kind !== 'explanation') return send(renderMessage(message, false));
    if (performance.now() < plainUntil) return sendPlain(options, message, send);
    try {
      return await send(renderMessage(message, false));
    } catch (error) {
      if (!isContentRefused(error)) throw error;
      options.log.warn('this workspace refuses charts; using pictures for a day', { error });
      plainUntil = performance.now() + DAY;
      return sendPlain(options, message, send);
    }
  };
}

type Explanation = Extract<Message, { readonly kind: 'explanation' }>;

/** With a picture in place of the chart, and without one where pictures cannot be had either. */
async function sendPlain<Result>(options: MessengerOptions, message: Explanation, send: SendRendered<Result>): Promise<Result> {
  const file = await chartPicture(options, message);
  if (file === undefined) return send(renderMessage(message, true));
  try {
    return await send(renderMessage(message, true, file));
  } catch (error) {
    if (!isContentRefused(error)) throw error;
    options.log.warn('this workspace refuses the picture too', { error });
    return send(renderMessage(message, true));
  }
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
    ...threadOf(place),
    metadata: { event_type: EVENT_TYPE, event_payload: { key: place.key } },
    unfurl_links: false,
    unfurl_media: false,
  };
}

function threadOf({ thread, broadcast }: Place) {
  if (thread === undefined) return {};
  return broadcast === true ? { thread_ts: thread, reply_broadcast: true as const } : { thread_ts: thread };
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
