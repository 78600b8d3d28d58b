// Where a pod or a namespace asks that its incidents be told, and to whom they belong, by its annotations.

/** What a pod's or a namespace's annotations ask for. */
export type RouteWish = { readonly channel?: string | undefined; readonly owner?: string | undefined };

/** The channel for incidents, by its id: an annotation of a pod or of its namespace. */
export const CHANNEL_ANNOTATION = 'headroom.dev/channel';
/** Whose it is, by the id of a Slack user group or user. */
export const OWNER_ANNOTATION = 'headroom.dev/owner';

export const CHANNEL_ID = /^[CG][A-Z0-9]{2,20}$/;
export const OWNER_ID = /^[SUW][A-Z0-9]{2,20}$/;

/** Anybody may write anything into an annotation: only what can be an id counts. */
export function wishIn(annotations: Readonly<Record<string, string>>): RouteWish {
  return { channel: fits(annotations[CHANNEL_ANNOTATION], CHANNEL_ID), owner: fits(annotations[OWNER_ANNOTATION], OWNER_ID) };
}

function fits(text: string | undefined, pattern: RegExp): string | undefined {
  return text !== undefined && pattern.test(text) ? text : undefined;
}
