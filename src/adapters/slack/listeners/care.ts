// Looking after an incident: the button Acknowledge, the choices of Snooze, the menu with Assign and Expected, and every Undo. What needs more to be
// said opens a modal; who may not hears it privately.

import type { App } from '@slack/bolt';
import type { CareInput, CareWish } from '../../../api/conversation.ts';
import { toMillis } from '../../../domain/base/time.ts';
import { ACTION, decodeCare, decodeOpened, FIELD } from '../ids.ts';
import { assignModal, expectModal } from '../views/modals/care-modals.ts';
import type { Desk } from './desk.ts';
import { once, openModal, whisper } from './desk.ts';
import type { Click, Submission } from './incoming.ts';
import { click } from './incoming.ts';
import type { Reply, Working } from './reply.ts';

const STALE = 'This belongs to an older message. Use the newest one.';

export function registerCare(app: App, desk: Desk): void {
  app.action(new RegExp(`^${ACTION.care}(:|$)`), async ({ ack, body }) => {
    await ack();
    const parsed = click.safeParse(body);
    if (!parsed.success) {
      desk.log.warn('a click could not be read', { action: ACTION.care });
      return;
    }
    const clicked = parsed.data;
    const tell = (words: string): Promise<unknown> => answer(desk, clicked, words);
    await once(desk, { key: `click:${clicked.trigger}`, what: ACTION.care, tell }, () => act(desk, clicked));
  });
}

async function answer(desk: Desk, { person, origin }: Click, words: string): Promise<void> {
  if (origin !== undefined) await whisper(desk, { person, origin }, words);
}

async function act(desk: Desk, clicked: Click): Promise<void> {
  const { person, origin, trigger } = clicked;
  const ref = decodeCare(clicked.selected ?? clicked.value);
  if (ref === undefined || origin === undefined) return answer(desk, clicked, STALE);
  if (ref.care === 'assign') return void (await openModal(desk, trigger, assignModal(ref.incident, person)));
  if (ref.care === 'expect') return void (await openModal(desk, trigger, expectModal(ref.incident)));
  const outcome = await desk.conversation.care({ incidentId: ref.incident, person, wish: wishOf(ref.care) });
  if (outcome.kind !== 'done') await answer(desk, clicked, outcome.reason);
}

type Chosen = Exclude<NonNullable<ReturnType<typeof decodeCare>>['care'], 'assign' | 'expect'>;

function wishOf(care: Chosen): CareWish {
  switch (care) {
    case 'acknowledge':
      return { kind: 'acknowledge' };
    case '1h':
    case 'tomorrow':
    case '1w':
      return { kind: 'snooze', choice: care };
    case 'undo-acknowledge':
      return { kind: 'undo', what: 'acknowledge' };
    case 'undo-assign':
      return { kind: 'undo', what: 'assign' };
    case 'undo-snooze':
      return { kind: 'undo', what: 'snooze' };
    case 'undo-expect':
      return { kind: 'undo', what: 'expect' };
  }
}

const OUTDATED: Reply = {
  kind: 'notice',
  title: 'Headroom',
  words: 'This form is outdated. Close it and open it again from the message.',
};

/** Assign came back. */
export function assigned(desk: Desk, { person, metadata, userOf }: Submission): Working {
  const title = 'Assign';
  const ref = decodeOpened(metadata);
  const to = userOf(FIELD.person);
  if (ref === undefined) return { title, reply: Promise.resolve(OUTDATED) };
  if (to === '') return { title, reply: Promise.resolve({ kind: 'errors', errors: { [FIELD.person]: 'Choose somebody.' } }) };
  return { title, reply: caring(desk, { incidentId: ref.incident, person, wish: { kind: 'assign', to } }, FIELD.person) };
}

/** Expected came back. */
export function expected(desk: Desk, { person, metadata, choiceOf, textOf }: Submission): Working {
  const title = 'Expected kills';
  const ref = decodeOpened(metadata);
  const lengthMs = Number(choiceOf(FIELD.length) ?? '');
  if (ref === undefined || !Number.isSafeInteger(lengthMs) || lengthMs <= 0) return { title, reply: Promise.resolve(OUTDATED) };
  const wish = { kind: 'expect', length: toMillis(lengthMs), reason: textOf(FIELD.reason) } as const;
  return { title, reply: caring(desk, { incidentId: ref.incident, person, wish }, FIELD.reason) };
}

async function caring(desk: Desk, input: CareInput, field: string): Promise<Reply> {
  const outcome = await desk.conversation.care(input);
  return outcome.kind === 'done' ? { kind: 'close' } : { kind: 'errors', errors: { [field]: outcome.reason } };
}
