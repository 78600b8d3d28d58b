// A link to a message of this Slack opens it here, as Slack does with its own addresses.
// In: what was clicked. Out: the channel and the thread that the address of a message names; undefined for anything else.

export type LinkedMessage = { readonly channel: string; readonly thread: string };

export function linkedMessage(clicked: EventTarget): LinkedMessage | undefined {
  const anchor = clicked instanceof Element ? clicked.closest('a') : null;
  if (anchor === null || anchor.origin !== location.origin) return undefined;
  const [, channel, seconds, rest] = /^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(anchor.pathname) ?? [];
  if (channel === undefined || seconds === undefined || rest === undefined) return undefined;
  return { channel, thread: new URLSearchParams(anchor.search).get('thread_ts') ?? `${seconds}.${rest}` };
}
