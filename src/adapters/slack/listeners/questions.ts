// /oom, mentions and the Home tab.

import type { App, RespondFn } from '@slack/bolt';
import type { Answer } from '../../../ports/conversation.ts';
import { section } from '../blocks.ts';
import { calling } from '../client.ts';
import { prose } from '../text.ts';
import { answerView } from '../views/answers.ts';
import { homeView } from '../views/home.ts';
import type { Desk } from './desk.ts';
import { once, signalFor } from './desk.ts';
import { command, homeOpened, mentioned } from './incoming.ts';

export function registerQuestions(app: App, desk: Desk): void {
  app.command('/oom', async ({ ack, body, respond }) => {
    const parsed = command.safeParse(body);
    if (!parsed.success) {
      await ack('That could not be read. Try /oom help.');
      return;
    }
    const { text, trigger } = parsed.data;
    await ack(/^\s*pod\s/i.test(text) ? { response_type: 'ephemeral', text: 'One moment: reading the cluster …' } : undefined);
    const tell = (words: string): Promise<unknown> => respond({ response_type: 'ephemeral', text: prose(words) });
    await once(desk, { key: `command:${trigger}`, what: '/oom', tell }, async () => {
      await respondWith(desk, respond, await desk.conversation.query({ text }, signalFor(desk)));
    });
  });

  app.event('app_mention', async ({ body }) => {
    const parsed = mentioned.safeParse(body);
    if (parsed.success) await answerMention(desk, parsed.data);
  });

  app.event('app_home_opened', async ({ body }) => {
    const parsed = homeOpened.safeParse(body);
    if (!parsed.success || parsed.data.event.tab === 'messages') return;
    const person = parsed.data.event.user;
    const tell = (words: string): Promise<unknown> => publish(desk, person, { type: 'home', blocks: [section(prose(words))] });
    await once(desk, { key: `event:${parsed.data.event_id}`, what: 'home', tell }, async () => {
      await publish(desk, person, homeView(await desk.conversation.home({ person })));
    });
  });
}

/** The full layout first; the plain one where the workspace refuses the chart. */
async function respondWith(desk: Desk, respond: RespondFn, answer: Answer): Promise<void> {
  const send = async (plain: boolean): Promise<void> => {
    const { text, blocks } = answerView(answer, plain);
    await respond({ response_type: 'ephemeral', text, blocks: [...blocks] });
  };
  try {
    await send(false);
  } catch (error) {
    desk.log.warn('an answer was refused; sending it without chart', { error });
    await send(true);
  }
}

async function publish(desk: Desk, person: string, view: ReturnType<typeof homeView>): Promise<void> {
  await calling({ method: 'views.publish', kind: 'read', meter: desk.meter }, () =>
    desk.client.views.publish({ user_id: person, view }),
  );
}

async function answerMention(
  desk: Desk,
  {
    event_id,
    event,
  }: {
    readonly event_id: string;
    readonly event: {
      readonly channel: string;
      readonly ts: string;
      readonly thread_ts?: string | undefined;
      readonly text: string;
    };
  },
): Promise<void> {
  const thread = event.thread_ts ?? event.ts;
  const say = (content: { readonly text: string; readonly blocks?: ReturnType<typeof answerView>['blocks'] }): Promise<unknown> =>
    calling({ method: 'chat.postMessage', kind: 'write', meter: desk.meter }, () =>
      desk.client.chat.postMessage({
        channel: event.channel,
        thread_ts: thread,
        text: content.text,
        ...(content.blocks === undefined ? {} : { blocks: [...content.blocks] }),
      }),
    );
  await once(desk, { key: `event:${event_id}`, what: 'mention', tell: (words) => say({ text: prose(words) }) }, async () => {
    const text = event.text.replaceAll(/<@[^>]+>/g, ' ').trim();
    await say(answerView(await desk.conversation.query({ text }, signalFor(desk)), false));
  });
}
