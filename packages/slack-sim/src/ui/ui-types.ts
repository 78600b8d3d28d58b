// What the local Slack's server tells its page, and what the page asks of it. JSON over loopback only.
//
//   GET  /                      the page (two frames side by side: Alice and Bob)
//   WS   /ui?as=<user id>       the server sends a UiState on connect and after every change
//   POST /ui/<request>          one of the requests below as JSON; answers UiAnswer
//
// Blocks, views and attachments are passed on as the bot sent them.

export type UiUser = {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly title: string;
  readonly isBot: boolean;
};

export type UiMessage = {
  readonly ts: string;
  readonly user: string;
  readonly text: string;
  readonly blocks: readonly Readonly<Record<string, unknown>>[];
  readonly attachments: readonly Readonly<Record<string, unknown>>[];
  readonly threadTs?: string | undefined;
  /** A reply that the channel shows too. */
  readonly broadcast?: boolean | undefined;
  readonly replyCount: number;
  readonly edited: boolean;
  /** Only this person sees it, and it is gone when the page is loaded again. */
  readonly ephemeral: boolean;
};

export type UiView = {
  readonly id: string;
  readonly hash: string;
  /** The view as the bot sent it: title, blocks, submit, close, private_metadata … */
  readonly view: Readonly<Record<string, unknown>>;
  /** Errors of the last submission, by block_id. */
  readonly errors: Readonly<Record<string, string>>;
};

export type UiChannel = {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly messages: readonly UiMessage[];
};

/** What is broken on purpose. */
export type UiFaults = {
  /** The next so many Web API calls of the bot answer 429 with Retry-After 2. */
  readonly rateLimitNext: number;
  /** Every Web API call of the bot waits so long before its answer, in ms. */
  readonly slowMs: number;
  /** The next so many calls of chat.postMessage do their work and then drop the connection instead of answering. */
  readonly dropAnswerNext: number;
  /** usergroups.* answer missing_scope. */
  readonly noUserGroups: boolean;
  /** The workspace does not know charts yet: a message with one is refused. */
  readonly noCharts: boolean;
};

export type UiState = {
  readonly team: string;
  readonly me: UiUser;
  readonly users: readonly UiUser[];
  readonly groups: readonly { readonly id: string; readonly handle: string; readonly members: readonly string[] }[];
  readonly channels: readonly UiChannel[];
  /** This person's open modals, the topmost last. */
  readonly modals: readonly UiView[];
  readonly home: Readonly<Record<string, unknown>> | undefined;
  readonly commands: readonly { readonly command: string; readonly usageHint: string }[];
  /** Of the app's manifest, for messages. */
  readonly shortcuts: readonly { readonly callbackId: string; readonly name: string }[];
  readonly faults: UiFaults;
  /** Socket Mode connections of the bot that are open now. */
  readonly connections: number;
};

/** An element of a message, a modal or the Home tab was used. */
export type UiAction = {
  readonly as: string;
  readonly where:
    | { readonly kind: 'message'; readonly channel: string; readonly ts: string }
    | { readonly kind: 'view'; readonly viewId: string }
    | { readonly kind: 'home' };
  readonly blockId: string;
  readonly actionId: string;
  /** The new value for anything but a button: text for inputs and selects, texts for multiple choices. */
  readonly value?: string | readonly string[] | undefined;
  /** What else was typed in the modal so far, by block_id, then action_id: it goes into the payload's state. */
  readonly values?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>> | undefined;
};

export type UiRequests = {
  readonly action: UiAction;
  /** Values by block_id, then action_id; what was not touched is filled from initial values by the server. */
  readonly submit: {
    readonly as: string;
    readonly viewId: string;
    readonly values: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  };
  readonly close: { readonly as: string; readonly viewId: string };
  /** A message or, when it begins with a slash, a command. */
  readonly say: { readonly as: string; readonly channel: string; readonly threadTs?: string | undefined; readonly text: string };
  readonly home: { readonly as: string };
  /** A message shortcut is used on a message. */
  readonly shortcut: {
    readonly as: string;
    readonly channel: string;
    readonly ts: string;
    readonly callbackId: string;
  };
  readonly break: { readonly [Fault in keyof UiFaults]?: UiFaults[Fault] | undefined } & {
    /** Every Socket Mode connection gets a disconnect frame; 'drop' cuts the TCP connections instead. */
    readonly disconnect?: 'refresh_requested' | 'warning' | 'drop' | undefined;
    /** Only the connection that was opened first; all when left out. */
    readonly which?: 'all' | 'oldest' | undefined;
  };
};

export type UiAnswer = { readonly ok: true } | { readonly ok: false; readonly error: string };
