// How a question is answered: at once when it can be, announced when it takes longer, privately unless shared, and without the chart where that is refused.

import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Asking, Sending } from '../../../../../src/adapters/slack/listeners/asking.ts';
import { ask } from '../../../../../src/adapters/slack/listeners/asking.ts';
import type { Conversation, Desk } from '../../../../../src/adapters/slack/listeners/desk.ts';
import type { Answer } from '../../../../../src/api/answer.ts';
import { fakeOnce } from '../../../../fakes/stores.ts';
import { silentLog, silentMeter } from '../../../../fakes/telemetry.ts';

const unused = () => Promise.reject(new Error('not asked for here'));

function deskFor(query: Conversation['query']): Desk {
  return {
    conversation: {
      query,
      explainMessage: unused,
      reviewDraft: unused,
      propose: unused,
      decisionDraft: unused,
      decide: unused,
      undo: unused,
      care: unused,
      explain: unused,
      attachOutput: unused,
      home: unused,
    },
    workspace: undefined,
    client: new WebClient(),
    once: fakeOnce(() => 0),
    log: silentLog,
    meter: silentMeter,
    newReference: () => 'R1',
    stopping: new AbortController().signal,
  };
}

type Sent = Sending & { readonly text: string };

function asking(text: string, refuse: (sent: readonly Sent[]) => boolean = () => false) {
  const sent: Sent[] = [];
  const send: Asking['send'] = async ({ text: words }, how) => {
    sent.push({ text: words, ...how });
    if (refuse(sent)) throw new Error('invalid_blocks');
  };
  return { sent, asking: { text, page: 0, person: 'U0ALICE', send } };
}

describe('a question', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('answered at once is not announced', async () => {
    const { sent, asking: question } = asking('help');
    await ask(
      deskFor(async () => ({ kind: 'help' })),
      question,
    );
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toMatchObject([{ shared: false, progress: false }]);
  });

  it('that takes longer than a second is announced, once, and then answered', async () => {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const { sent, asking: question } = asking('pod checkout');
    const asked = ask(
      deskFor(() => promise),
      question,
    );
    await vi.advanceTimersByTimeAsync(700);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toMatchObject([{ progress: true, shared: false }]);
    resolve({ kind: 'help' });
    await asked;
    expect(sent).toMatchObject([{ progress: true }, { progress: false, shared: false }]);
  });

  it('that fails is not announced afterwards', async () => {
    const { sent, asking: question } = asking('top');
    await expect(ask(deskFor(unused), question)).rejects.toThrow('not asked for here');
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toEqual([]);
  });

  it('is shared only with the word for it, and asked without it', async () => {
    const texts: string[] = [];
    const desk = deskFor(async ({ text }) => {
      texts.push(text);
      return { kind: 'help' };
    });
    const [alone, together] = [asking('top payments'), asking('top payments share')];
    await ask(desk, alone.asking);
    await ask(desk, together.asking);
    expect([...alone.sent, ...together.sent].map(({ shared }) => shared)).toEqual([false, true]);
    expect(texts).toEqual(['top payments', 'top payments']);
  });

  it('is answered without its chart where that is refused', async () => {
    const { sent, asking: question } = asking('help', (all) => all.length === 1);
    await ask(
      deskFor(async () => ({ kind: 'help' })),
      question,
    );
    expect(sent).toHaveLength(2);
  });
});
