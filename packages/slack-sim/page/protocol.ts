// The page's side of ui-types.ts: checks what the server sends, and posts what a person did.
// In: JSON from the loopback server. Out: typed states and answers. Refuses a state of another shape by throwing.

import { z } from 'zod';
import type { UiAnswer, UiRequests, UiState } from '../src/ui/ui-types.ts';

const json = z.record(z.string(), z.unknown());

const user = z.object({ id: z.string(), name: z.string(), realName: z.string(), title: z.string(), isBot: z.boolean() });

const message = z.object({
  ts: z.string(),
  user: z.string(),
  text: z.string(),
  blocks: z.array(json),
  attachments: z.array(json),
  threadTs: z.string().optional(),
  broadcast: z.boolean().optional(),
  replyCount: z.number(),
  edited: z.boolean(),
  ephemeral: z.boolean(),
});

const stateFields = z.object({
  team: z.string(),
  me: user,
  users: z.array(user),
  groups: z.array(z.object({ id: z.string(), handle: z.string(), members: z.array(z.string()) })),
  channels: z.array(z.object({ id: z.string(), name: z.string(), topic: z.string(), messages: z.array(message) })),
  modals: z.array(z.object({ id: z.string(), hash: z.string(), view: json, errors: z.record(z.string(), z.string()) })),
  home: json.optional(),
  commands: z.array(z.object({ command: z.string(), usageHint: z.string() })),
  shortcuts: z.array(z.object({ callbackId: z.string(), name: z.string() })),
  faults: z.object({
    rateLimitNext: z.number(),
    slowMs: z.number(),
    dropAnswerNext: z.number(),
    noUserGroups: z.boolean(),
    noCharts: z.boolean(),
  }),
  connections: z.number(),
});

// JSON has no `undefined`: a Home tab that was never published is simply not there.
const state: z.ZodType<UiState> = stateFields.transform((fields) => ({ ...fields, home: fields.home }));

const answer = z.union([z.object({ ok: z.literal(true) }), z.object({ ok: z.literal(false), error: z.string() })]);

const people = z.object({ alice: z.string(), bob: z.string() });

/** User ids of the two people of the page. */
export type People = z.infer<typeof people>;

/** Checks one frame of the WebSocket. Throws when it is not a UiState. */
export function readState(frame: unknown): UiState {
  return state.parse(typeof frame === 'string' ? JSON.parse(frame) : frame);
}

/** Asks the server who sits left and right. Throws when the server does not say. */
export async function fetchPeople(): Promise<People> {
  const response = await fetch('ui/people');
  return people.parse(await response.json());
}

/** Sends what a person did. Never throws: a lost server is an answer with an error. */
export async function post<K extends keyof UiRequests>(request: K, body: UiRequests[K]): Promise<UiAnswer> {
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`ui/${request}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return answer.parse(await response.json());
  } catch (cause) {
    return { ok: false, error: `the local Slack did not answer (${cause instanceof Error ? cause.message : 'unknown'})` };
  }
}
