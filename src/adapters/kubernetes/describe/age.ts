// kubectl's ages and times (apimachinery duration.HumanDuration; RFC 1123 with a numeric zone).

const STEPS: readonly (readonly [belowSeconds: number, write: (seconds: number) => string])[] = [
  [120, (s) => `${s}s`],
  [600, (s) => two(s, { unit: 60, name: 'm', rest: 1, restName: 's' })],
  [3 * 3600, (s) => `${Math.floor(s / 60)}m`],
  [8 * 3600, (s) => two(s, { unit: 3600, name: 'h', rest: 60, restName: 'm' })],
  [48 * 3600, (s) => `${Math.floor(s / 3600)}h`],
  [8 * 86_400, (s) => two(s, { unit: 86_400, name: 'd', rest: 3600, restName: 'h' })],
  [2 * 365 * 86_400, (s) => `${Math.floor(s / 86_400)}d`],
  [8 * 365 * 86_400, (s) => two(s, { unit: 365 * 86_400, name: 'y', rest: 86_400, restName: 'd' })],
];

type Units = { readonly unit: number; readonly name: string; readonly rest: number; readonly restName: string };

function two(seconds: number, { unit, name, rest, restName }: Units): string {
  const left = Math.floor((seconds % unit) / rest);
  return `${Math.floor(seconds / unit)}${name}${left === 0 ? '' : `${left}${restName}`}`;
}

export function humanDuration(lengthMs: number): string {
  const seconds = Math.trunc(lengthMs / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  const step = STEPS.find(([below]) => seconds < below);
  return step === undefined ? `${Math.floor(seconds / (365 * 86_400))}y` : step[1](seconds);
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const ZERO_TIME = 'Mon, 01 Jan 0001 00:00:00 +0000';

/** In UTC, whatever the reader's zone: the message says so. */
export function rfc1123z(text: string | null | undefined): string {
  const date = new Date(text ?? Number.NaN);
  if (Number.isNaN(date.getTime())) return ZERO_TIME;
  const [day, month] = [DAYS[date.getUTCDay()] ?? '', MONTHS[date.getUTCMonth()] ?? ''];
  const pad = (value: number): string => String(value).padStart(2, '0');
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(pad).join(':');
  return `${day}, ${pad(date.getUTCDate())} ${month} ${date.getUTCFullYear()} ${clock} +0000`;
}
