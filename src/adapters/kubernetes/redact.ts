// A net for secrets in what a cluster shows: tokens, passwords, keys, credentials in URLs. A net, not a proof: what looks like an ordinary word passes.

const REDACTED = '[redacted]';

/** Names of variables whose values are never shown. */
const SECRET_NAME = /pass(word|wd|phrase)?|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential|auth|cookie|signature|(^|_)(pwd|dsn)($|_)/i;

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // scheme://user:password@host
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@]+@/gi, `$1${REDACTED}@`],
  // Authorization headers and bearer tokens
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  // JSON web tokens
  [/\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.?[A-Za-z0-9_-]*/g, REDACTED],
  // Keys of AWS, GitHub, Slack, Google, Stripe, OpenAI by their public prefixes
  [/\b(AKIA|ASIA)[A-Z0-9]{12,}/g, REDACTED],
  [/\b(gh[pousr]_|github_pat_)[A-Za-z0-9_]{16,}/g, REDACTED],
  [/\b(xox[abeprs]|xapp)-[A-Za-z0-9-]{8,}/g, REDACTED],
  [/\bAIza[A-Za-z0-9_-]{20,}/g, REDACTED],
  [/\b(sk|pk|rk)[-_](live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{16,}/g, REDACTED],
  // PEM blocks
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
  // password=…, "token": "…", api_key: …
  [/((?:pass(?:word|wd)?|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi, `$1${REDACTED}`],
];

export function redactText(text: string): string {
  return PATTERNS.reduce((redacted, [pattern, replacement]) => redacted.replace(pattern, replacement), text);
}

/** The value of an environment variable as it may be shown. */
export function redactValue(name: string, value: string): string {
  if (value === '') return value;
  return SECRET_NAME.test(name) ? REDACTED : redactText(value);
}
