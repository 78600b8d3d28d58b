// Two people at the local Slack, as a test sees them: what is in the channel, what only one of them sees, and what they do.

import type { LocalSlack } from '../../../packages/slack-sim/src/start.ts';
import type { UiAnswer, UiView } from '../../../packages/slack-sim/src/ui/ui-types.ts';
import type { Message } from '../../../packages/slack-sim/src/world.ts';

export type Stage = {
  readonly alice: string;
  readonly bob: string;
  /** The root message about that workload, once it is there and fits. */
  root(workload: string, fits?: (message: Message) => boolean): Promise<Message>;
  /** A reply in its thread, once it shows all of that: what a busy cluster answers too late for the first words is added to them. */
  reply(root: Message, words: string | RegExp, shows?: readonly (string | RegExp)[]): Promise<Message>;
  replies(root: Message): readonly Message[];
  roots(workload: string): readonly Message[];
  /** On the message as it is once that button is on it: a message is edited while its story goes on. */
  click(person: string, message: Message, action: string): Promise<UiAnswer>;
  /** The person's topmost modal, once it fits. */
  modal(person: string, fits: (view: UiView) => boolean): Promise<UiView>;
  /** Resolves once the bot is done with it, also when that takes longer than Slack waits for an answer. */
  submit(person: string, view: UiView, values: Readonly<Record<string, string | readonly string[]>>): Promise<UiAnswer>;
  command(person: string, text: string): Promise<UiAnswer>;
  /** Something only this person sees. */
  whisper(person: string, words: string | RegExp): Promise<Message>;
};

/** Characters of what was there instead. */
const MOST_TOLD = 3000;

export function createStage(slack: LocalSlack, patienceMs: number): Stage {
  const { control, channelId } = slack;
  const all = (): readonly Message[] => control.messages(channelId);
  /** `instead`: what is there when it does not come, for whoever has to find out why. */
  const waitFor = async <Value>(words: string, look: () => Value | undefined, instead?: () => unknown): Promise<Value> => {
    try {
      return await control.until(look, { withinMs: patienceMs, words });
    } catch (error) {
      throw new Error(`${words}: there is ${JSON.stringify(instead?.() ?? all().map(({ text }) => text)).slice(0, MOST_TOLD)}`, {
        cause: error,
      });
    }
  };
  const repliesTo = (root: Message): readonly Message[] => all().filter(({ threadTs }) => threadTs === root.ts);
  const rootsOf = (workload: string): readonly Message[] =>
    all().filter(({ threadTs, text }) => threadTs === undefined && text.includes(workload));
  return {
    alice: slack.people.alice,
    bob: slack.people.bob,
    root: (workload, fits = () => true) => waitFor(`a root message about ${workload}`, () => rootsOf(workload).find(fits)),
    reply(root, words, shows = []) {
      const fitting = (): readonly Message[] => repliesTo(root).filter(({ text }) => matches(text, words));
      return waitFor(
        `a reply with ${[words, ...shows].map(String).join(', ')}`,
        () => fitting().find((message) => shows.every((each) => matches(shownText(message), each))),
        () => (shows.length > 0 && fitting().length > 0 ? fitting() : repliesTo(root).map(({ text }) => text)),
      );
    },
    replies: repliesTo,
    roots: rootsOf,
    click: async (person, { ts }, action) => {
      const blockId = await waitFor(`a button ${action}`, () =>
        blockOf(
          all().find((each) => each.ts === ts),
          action,
        ),
      );
      return control.action({ as: person, where: { kind: 'message', channel: channelId, ts }, blockId, actionId: action });
    },
    modal: (person, fits) =>
      waitFor(
        'a modal',
        () => control.state(person).modals.findLast(fits),
        () => control.state(person).modals,
      ),
    async submit(person, view, values) {
      const answer = await control.submit({
        as: person,
        viewId: view.id,
        values: Object.fromEntries(Object.entries(values).map(([field, value]) => [field, { [field]: value }])),
      });
      await waitFor('the end of what was sent', () => !isWorkedOn(control.state(person).modals) || undefined);
      return answer;
    },
    command: (person, text) => control.say({ as: person, channel: channelId, text }),
    whisper: (person, words) =>
      waitFor(`a whisper with ${String(words)}`, () => control.ephemeral(person).find(({ text }) => matches(text, words))),
  };
}

/** As the bot says in a form whose work takes longer. */
function isWorkedOn(modals: readonly UiView[]): boolean {
  return JSON.stringify(modals).includes('Still working on it');
}

function matches(text: string, words: string | RegExp): boolean {
  return typeof words === 'string' ? text.includes(words) : words.test(text);
}

/** The block of that button, when it has one. */
function blockOf(message: Message | undefined, action: string): string | undefined {
  const block = message?.blocks.find(
    ({ elements }) => Array.isArray(elements) && elements.some((element: unknown) => hasAction(element, action)),
  );
  const id = block?.['block_id'];
  return typeof id === 'string' ? id : undefined;
}

function hasAction(element: unknown, action: string): boolean {
  return typeof element === 'object' && element !== null && 'action_id' in element && element.action_id === action;
}

/** Everything a message or modal shows, as one text. */
export function shownText(content: {
  readonly blocks?: unknown;
  readonly attachments?: unknown;
  readonly view?: unknown;
}): string {
  return JSON.stringify(content);
}
