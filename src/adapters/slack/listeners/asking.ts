// A question, wherever it was asked: answered once, privately unless it says `share`. What takes longer than a moment says so first. A workspace that
// refuses the chart gets the answer without it.

import type { App, RespondFn } from '@slack/bolt';
import type { Answer } from '../../../api/answer.ts';
import type { PersonId } from '../../../domain/change/proposal.ts';
import { readAsk } from '../../../domain/query/ask.ts';
import { callAfter } from '../../../ports/timers.ts';
import { ACTION, decodeAsk } from '../ids.ts';
import { prose } from '../text.ts';
import type { AnswerLook } from '../views/answers/answers.ts';
import { answerView } from '../views/answers/answers.ts';
import type { Rendered } from '../views/rendered.ts';
import type { Desk } from './desk.ts';
import { once, signalFor } from './desk.ts';
import type { Click } from './incoming.ts';
import { click } from './incoming.ts';

/** shared: everybody in the channel sees it. progress: the answer still comes. */
export type Sending = { readonly shared: boolean; readonly progress: boolean };

export type Asking = {
  readonly text: string;
  readonly page: number;
  readonly person: PersonId;
  readonly send: (content: Pick<Rendered, 'text' | 'blocks'>, how: Sending) => Promise<unknown>;
};

/** A first sign within a second: what is not answered by then is announced. */
const ANNOUNCE_AFTER_MS = 800;
const STILL_READING = 'One moment: still reading the cluster. The answer comes here, within half a minute at the latest.';

export async function ask(desk: Desk, asking: Asking): Promise<void> {
  const { text, page, person, send } = asking;
  const { share, text: question } = readAsk(text);
  await answering(desk, {
    seenBy: share ? { kind: 'shared', ask: question, person } : { kind: 'private', ask: question },
    send,
    answer: () => desk.conversation.query({ text: question, page, person }, signalFor(desk)),
  });
}

export type Answering = {
  readonly seenBy: AnswerLook['seenBy'];
  readonly send: Asking['send'];
  readonly answer: () => Promise<Answer>;
};

export async function answering(desk: Desk, { seenBy, send, answer }: Answering): Promise<void> {
  const found = await announced(desk, send, answer());
  const { workspace } = desk;
  const sending = { shared: seenBy.kind === 'shared', progress: false };
  try {
    await send(answerView(found, { plain: false, workspace, seenBy }), sending);
  } catch (error) {
    desk.log.warn('an answer was refused; sending it without chart', { error });
    await send(answerView(found, { plain: true, workspace, seenBy }), sending);
  }
}

async function announced(desk: Desk, send: Asking['send'], answer: Promise<Answer>): Promise<Answer> {
  const timer = callAfter(ANNOUNCE_AFTER_MS, () => {
    send({ text: STILL_READING, blocks: [] }, { shared: false, progress: true }).catch((error: unknown) =>
      desk.log.warn('could not say that an answer takes longer', { error }),
    );
  });
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
  }
}

/** Through the response URL of a command, a click or a shortcut. */
export function sendBy(respond: RespondFn, replaces: boolean): Asking['send'] {
  return ({ text, blocks }, { shared, progress }) =>
    respond({
      response_type: shared ? 'in_channel' : 'ephemeral',
      replace_original: replaces && !shared && !progress,
      text,
      ...(blocks.length === 0 ? {} : { blocks: [...blocks] }),
    });
}

/** The buttons and selects of answers: they ask further, in the place of the answer they are in when only its reader sees it. */
export function registerAsking(app: App, desk: Desk): void {
  app.action(new RegExp(`^${ACTION.ask}(:|$)`), async ({ ack, body, respond }) => {
    await ack();
    const parsed = click.safeParse(body);
    const question = parsed.success ? questionOf(parsed.data) : undefined;
    if (!parsed.success || question === undefined) {
      desk.log.warn('a click could not be read', { action: ACTION.ask });
      return;
    }
    const { trigger, person, isPrivate } = parsed.data;
    const tell = (words: string): Promise<unknown> =>
      respond({ response_type: 'ephemeral', replace_original: false, text: prose(words) });
    await once(desk, { key: `click:${trigger}`, what: ACTION.ask, tell }, () =>
      ask(desk, { text: question.ask, page: question.page, person, send: sendBy(respond, isPrivate) }),
    );
  });
}

function questionOf({ value, selected }: Click): { readonly ask: string; readonly page: number } | undefined {
  return selected === undefined ? decodeAsk(value) : { ask: selected, page: 0 };
}
