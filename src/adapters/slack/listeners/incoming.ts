// What Slack sends us, checked at the edge: only the parts we read, the person always from the payload itself.

import { z } from 'zod';

export const click = z
  .object({
    trigger_id: z.string(),
    user: z.object({ id: z.string() }),
    channel: z.object({ id: z.string() }).optional(),
    message: z.object({ ts: z.string(), thread_ts: z.string().optional() }).optional(),
    container: z.object({ is_ephemeral: z.boolean().optional() }).optional(),
    actions: z
      .array(
        z.object({
          action_id: z.string(),
          value: z.string().optional(),
          selected_option: z.object({ value: z.string() }).nullish(),
        }),
      )
      .min(1),
  })
  .transform(({ trigger_id, user, channel, message, container, actions }) => ({
    trigger: trigger_id,
    person: user.id,
    value: actions[0]?.value,
    /** What was chosen in a select or an overflow menu. */
    selected: actions[0]?.selected_option?.value,
    /** Only this person sees the clicked message. */
    isPrivate: container?.is_ephemeral === true,
    /** Where the clicked message is; undefined on the Home tab. */
    origin: channel === undefined ? undefined : { channel: channel.id, ...threadOf(message) },
  }));

function threadOf(message: { readonly ts: string; readonly thread_ts?: string | undefined } | undefined): {
  readonly thread?: string;
} {
  return message === undefined ? {} : { thread: message.thread_ts ?? message.ts };
}

const text = z.object({ value: z.string().nullish() });
const choice = z.object({ selected_option: z.object({ value: z.string() }).nullish() });
const chosenPerson = z.object({ selected_user: z.string().nullish() });
const checks = z.object({ selected_options: z.array(z.object({ value: z.string() })).optional() });

export const submission = z
  .object({
    user: z.object({ id: z.string() }),
    view: z.object({
      id: z.string(),
      private_metadata: z.string(),
      state: z.object({ values: z.record(z.string(), z.record(z.string(), z.looseObject({}))) }),
    }),
  })
  .transform(({ user: { id }, view }) => ({
    person: id,
    viewId: view.id,
    metadata: view.private_metadata,
    /** The text of an input whose block and action have that name; empty when it was left empty. */
    textOf: (field: string): string => text.safeParse(view.state.values[field]?.[field]).data?.value ?? '',
    /** The option of a choice; undefined when none was chosen or there was nothing to choose. */
    choiceOf: (field: string): string | undefined =>
      choice.safeParse(view.state.values[field]?.[field]).data?.selected_option?.value,
    /** The person chosen; empty when there is none. */
    userOf: (field: string): string => chosenPerson.safeParse(view.state.values[field]?.[field]).data?.selected_user ?? '',
    isChecked: (field: string): boolean =>
      (checks.safeParse(view.state.values[field]?.[field]).data?.selected_options ?? []).length > 0,
  }));

export const command = z
  .object({ trigger_id: z.string(), user_id: z.string(), text: z.string().default('') })
  .transform(({ trigger_id, user_id, text: words }) => ({ trigger: trigger_id, person: user_id, text: words }));

export const homeOpened = z.object({ event_id: z.string(), event: z.object({ user: z.string(), tab: z.string().optional() }) });

export const mentioned = z.object({
  event_id: z.string(),
  event: z.object({
    channel: z.string(),
    ts: z.string(),
    thread_ts: z.string().optional(),
    text: z.string().default(''),
    user: z.string(),
  }),
});

/** A message shortcut: the message it was used on, with everything written in it. */
export const shortcut = z
  .object({
    trigger_id: z.string(),
    user: z.object({ id: z.string() }),
    channel: z.object({ id: z.string() }),
    message: z.looseObject({ ts: z.string(), thread_ts: z.string().optional() }),
  })
  .transform(({ trigger_id, user, channel, message }) => ({
    trigger: trigger_id,
    person: user.id,
    channel: channel.id,
    messageIds: [message.ts, ...(message.thread_ts === undefined ? [] : [message.thread_ts])],
    text: written([message['text'], message['attachments'], message['blocks']]).join('\n').slice(0, LONGEST_TEXT),
  }));

const LONGEST_TEXT = 20_000;
/** Where in a message people read something. */
const READ = ['text', 'fallback', 'title', 'pretext', 'value', 'alt_text', 'title_link', 'url'];

function written(content: unknown, name = 'text'): readonly string[] {
  if (typeof content === 'string') return READ.includes(name) ? [content] : [];
  if (Array.isArray(content)) return content.flatMap((each: unknown) => written(each, name));
  if (typeof content !== 'object' || content === null) return [];
  return Object.entries(content).flatMap(([key, value]) => written(value, key));
}

export type Click = z.infer<typeof click>;
export type Submission = z.infer<typeof submission>;
