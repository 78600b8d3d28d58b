// /oom, mentions and the message shortcut.

import type { App } from '@slack/bolt';
import { calling } from '../client/client.ts';
import { SHORTCUT } from '../ids.ts';
import { prose } from '../text.ts';
import type { Asking } from './asking.ts';
import { answering, ask, registerAsking, sendBy } from './asking.ts';
import type { Desk } from './desk.ts';
import { once, signalFor } from './desk.ts';
import { command, mentioned, shortcut } from './incoming.ts';

export function registerQuestions(app: App, desk: Desk): void {
  registerAsking(app, desk);
  registerCommand(app, desk);
  registerShortcut(app, desk);

  app.event('app_mention', async ({ body }) => {
    const parsed = mentioned.safeParse(body);
    if (parsed.success) await answerMention(desk, parsed.data);
  });
}

function registerCommand(app: App, desk: Desk): void {
  app.command('/oom', async ({ ack, body, respond }) => {
    const parsed = command.safeParse(body);
    if (!parsed.success) {
      await ack('That could not be read. Try /oom help.');
      return;
    }
    await ack();
    const { text, trigger, person } = parsed.data;
    const tell = (words: string): Promise<unknown> => respond({ response_type: 'ephemeral', text: prose(words) });
    await once(desk, { key: `command:${trigger}`, what: '/oom', tell }, () =>
      ask(desk, { text, page: 0, person, send: sendBy(respond, false) }),
    );
  });
}

/** "Explain this OOM", on our own messages and on anybody's that names a pod. */
function registerShortcut(app: App, desk: Desk): void {
  app.shortcut(SHORTCUT.explain, async ({ ack, body, respond }) => {
    await ack();
    const parsed = shortcut.safeParse(body);
    if (!parsed.success) {
      desk.log.warn('a shortcut could not be read', { shortcut: SHORTCUT.explain });
      return;
    }
    const { trigger, ...question } = parsed.data;
    const tell = (words: string): Promise<unknown> => respond({ response_type: 'ephemeral', text: prose(words) });
    await once(desk, { key: `shortcut:${trigger}`, what: SHORTCUT.explain, tell }, () =>
      answering(desk, {
        seenBy: { kind: 'private', ask: '' },
        send: sendBy(respond, false),
        answer: () => desk.conversation.explainMessage(question, signalFor(desk)),
      }),
    );
  });
}

type Mention = {
  readonly event_id: string;
  readonly event: {
    readonly channel: string;
    readonly ts: string;
    readonly thread_ts?: string | undefined;
    readonly text: string;
    readonly user: string;
  };
};

async function answerMention(desk: Desk, { event_id, event }: Mention): Promise<void> {
  const send = sendTo(desk, event);
  const tell = (words: string): Promise<unknown> => send({ text: prose(words), blocks: [] }, { shared: false, progress: false });
  await once(desk, { key: `event:${event_id}`, what: 'mention', tell }, async () => {
    const text = event.text.replaceAll(/<@[^>]+>/g, ' ').trim();
    await ask(desk, { text, page: 0, person: event.user, send });
  });
}

/** Shared answers go into the thread of the mention. A private one is shown there only when that thread is there already: Slack hides it else. */
function sendTo(desk: Desk, { channel, ts, thread_ts: thread, user }: Mention['event']): Asking['send'] {
  return ({ text, blocks }, { shared }) => {
    const content = { channel, text, ...(blocks.length === 0 ? {} : { blocks: [...blocks] }) };
    if (shared) {
      return calling({ method: 'chat.postMessage', kind: 'write', meter: desk.meter }, () =>
        desk.client.chat.postMessage({ ...content, thread_ts: thread ?? ts }),
      );
    }
    return calling({ method: 'chat.postEphemeral', kind: 'read', meter: desk.meter }, () =>
      desk.client.chat.postEphemeral({ ...content, user, ...(thread === undefined ? {} : { thread_ts: thread }) }),
    );
  };
}
