// Says when a message was written, in the browser's time zone.
// In: a Slack ts (seconds since 1970, with a fraction, as text). Out: `14:03`, a day in words, or the full time.

function dateOf(ts: string): Date {
  return new Date(Number(ts) * 1000);
}

export function timeOf(ts: string): string {
  return dateOf(ts).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

export function fullTimeOf(ts: string): string {
  return dateOf(ts).toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'medium' });
}

export function dayOf(ts: string): string {
  const date = dateOf(ts);
  if (date.toDateString() === new Date().toDateString()) return 'Today';
  return date.toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
}

/** Fills Slack's date tokens (`{date_short_pretty} at {time}` …); undefined when the time cannot be read. */
export function formatDate(ts: string, format: string): string | undefined {
  const date = dateOf(ts);
  if (Number.isNaN(date.getTime())) return undefined;
  return format.replace(/\{(\w+)\}/g, (whole, token: string) => wordOf(date, token) ?? whole);
}

function wordOf(date: Date, token: string): string | undefined {
  const day = token.endsWith('_pretty') ? nearDay(date) : undefined;
  if (day !== undefined) return day;
  switch (token.replace('_pretty', '')) {
    case 'time':
      return date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
    case 'time_secs':
      return date.toLocaleTimeString('en-GB');
    case 'date_num':
      return date.toLocaleDateString('sv-SE');
    case 'date_slash':
      return date.toLocaleDateString('sv-SE').replaceAll('-', '/');
    case 'date_short':
      return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
    case 'date_long':
    case 'date_long_full':
      return date.toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
    case 'date':
      return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
    default:
      return token === 'ago' ? agoOf(date) : undefined;
  }
}

const DAY_MS = 86_400_000;

function nearDay(date: Date): string | undefined {
  const midnight = (of: Date): number => new Date(of.getFullYear(), of.getMonth(), of.getDate()).getTime();
  const days = Math.round((midnight(date) - midnight(new Date())) / DAY_MS);
  return new Map([
    [-1, 'yesterday'],
    [0, 'today'],
    [1, 'tomorrow'],
  ]).get(days);
}

function agoOf(date: Date): string {
  const minutes = Math.round((date.getTime() - Date.now()) / 60_000);
  const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  if (Math.abs(minutes) < 60) return words.format(minutes, 'minute');
  return Math.abs(minutes) < 1440
    ? words.format(Math.round(minutes / 60), 'hour')
    : words.format(Math.round(minutes / 1440), 'day');
}
