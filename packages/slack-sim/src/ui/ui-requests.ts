// The page's requests, read as ui-types.ts says and carried out. What does not fit is refused with what is wrong with it.

import { z } from 'zod';
import type { Control } from '../control.ts';
import type { UiAnswer } from './ui-types.ts';

const as = z.string();
const values = z.record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())])));
const requests = {
  action: z.object({
    as,
    where: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('message'), channel: z.string(), ts: z.string() }),
      z.object({ kind: z.literal('view'), viewId: z.string() }),
      z.object({ kind: z.literal('home') }),
    ]),
    blockId: z.string(),
    actionId: z.string(),
    value: z.union([z.string(), z.array(z.string())]).optional(),
    values: values.optional(),
  }),
  submit: z.object({ as, viewId: z.string(), values }),
  close: z.object({ as, viewId: z.string() }),
  say: z.object({ as, channel: z.string(), threadTs: z.string().optional(), text: z.string().max(4000) }),
  home: z.object({ as }),
  shortcut: z.object({ as, channel: z.string(), ts: z.string(), callbackId: z.string() }),
  break: z.object({
    rateLimitNext: z.int().min(0).max(1000).optional(),
    slowMs: z.int().min(0).max(60_000).optional(),
    dropAnswerNext: z.int().min(0).max(1000).optional(),
    noUserGroups: z.boolean().optional(),
    noCharts: z.boolean().optional(),
    disconnect: z.enum(['refresh_requested', 'warning', 'drop']).optional(),
    which: z.enum(['all', 'oldest']).optional(),
  }),
};

/** Carries out the request of that name. */
export async function perform(control: Control, what: string, body: unknown): Promise<UiAnswer> {
  switch (what) {
    case 'action':
      return checked(requests.action.safeParse(body), control.action);
    case 'submit':
      return checked(requests.submit.safeParse(body), control.submit);
    case 'close':
      return checked(requests.close.safeParse(body), control.close);
    case 'say':
      return checked(requests.say.safeParse(body), control.say);
    case 'home':
      return checked(requests.home.safeParse(body), control.home);
    case 'shortcut':
      return checked(requests.shortcut.safeParse(body), control.shortcut);
    case 'break':
      return checked(requests.break.safeParse(body), control.break);
    default:
      return { ok: false, error: 'unknown request' };
  }
}

async function checked<Input>(
  parsed: z.ZodSafeParseResult<Input>,
  run: (input: Input) => Promise<UiAnswer> | UiAnswer,
): Promise<UiAnswer> {
  return parsed.success ? run(parsed.data) : { ok: false, error: parsed.error.issues.map(({ message }) => message).join('; ') };
}
