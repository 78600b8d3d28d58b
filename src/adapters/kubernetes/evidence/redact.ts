// A net for secrets in what a cluster shows: tokens, passwords, keys, credentials in URLs. A net, not a proof: what looks like an ordinary word
// passes, and an ordinary number after "password:" does not. Text in, text out, line ends kept.

const REDACTED = '[redacted]';

/** Names of variables whose values are never shown. */
const SECRET_NAME =
  /pass(word|wd|phrase)?|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|account[_-]?key|credential|auth|cookie|signature|(^|_)(pwd|dsn)($|_)/i;

/** A flag that takes its secret as the next argument: --db-password hunter2. */
const SECRET_FLAG = /^--?[\w-]*(pass(word|wd|phrase)?|secret|token|api[_-]?key|credentials?)$/i;

const KEY_WORDS = 'pass(?:word|wd|phrase)?|pwd|secret|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|credentials?';
const VALUE = String.raw`(?:\\?"(?:[^"\\\n]|\\[^"\n])*\\?"|'[^'\n]*'|[^\s"',;&]+)`;
/** What describe prints instead of a value tells no secret. */
const NO_VALUE = String.raw`(?!\[redacted\]|<set to |\(v1:)`;
const ASSIGNED = String.raw`(?:_[a-z0-9_]+)?(?:\\?["'])?[ \t]*[:=][ \t]*`;

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // PEM blocks, also when the text begins or ends inside one
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
  [/(?:^|(?<=\n))(?:[A-Za-z0-9+/=]{16,}\s*\n)*-----END [A-Z ]*PRIVATE KEY-----/g, REDACTED],
  // scheme://user:password@host, scheme://token@host
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s]+@/gi, `$1${REDACTED}@`],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s:/@]{12,}@/gi, `$1${REDACTED}@`],
  // Authorization headers and bearer tokens; "basic arithmetic" is prose
  [/\b(bearer|basic)\s+(?=[A-Za-z._~+/-]*[0-9=])[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  // JSON web tokens
  [/\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.?[A-Za-z0-9_-]*/g, REDACTED],
  // Keys of AWS, GitHub, GitLab, Slack, Google, Stripe, OpenAI by their public prefixes
  [/\b(AKIA|ASIA)[A-Z0-9]{12,}/g, REDACTED],
  [/\b(gh[pousr]_|github_pat_|glpat-)[A-Za-z0-9_-]{16,}/g, REDACTED],
  [/\b(xox[abeprs]|xapp)-[A-Za-z0-9-]{8,}/g, REDACTED],
  [/\bhooks\.slack\.com\/services\/[A-Za-z0-9/]+/g, `hooks.slack.com/services/${REDACTED}`],
  [/\bAIza[A-Za-z0-9_-]{20,}/g, REDACTED],
  [/\b(sk|pk|rk)[-_](live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{16,}/g, REDACTED],
  // password=…, "api_key": …, SECRET_KEY_BASE=…; of tokens only what is no count of them
  [new RegExp(String.raw`((?:${KEY_WORDS})${ASSIGNED})${NO_VALUE}${VALUE}`, 'gi'), `$1${REDACTED}`],
  [new RegExp(String.raw`(token${ASSIGNED})${NO_VALUE}(?![0-9]{1,7}(?![\w-]))${VALUE}`, 'gi'), `$1${REDACTED}`],
];

export function redactText(text: string): string {
  return PATTERNS.reduce((redacted, [pattern, replacement]) => redacted.replace(pattern, replacement), text);
}

/** The value of an environment variable as it may be shown. */
export function redactValue(name: string, value: string): string {
  if (value === '') return value;
  return SECRET_NAME.test(name) ? REDACTED : redactText(value);
}

/** Arguments of a program as they may be shown: also those that are secret only because of the one before. */
export function redactWords(words: readonly string[]): readonly string[] {
  return words.map((word, index) =>
    SECRET_FLAG.test(words[index - 1] ?? '') && !word.startsWith('-') ? REDACTED : redactText(word),
  );
}
