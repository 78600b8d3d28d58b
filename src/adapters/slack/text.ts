// Text for Slack. Everything that comes from a cluster or a person is hostile: it is escaped so that it can neither mention anybody, nor link,
// nor leave its code block. Lengths are cut by characters as Slack counts them (UTF-16 units), never through a surrogate pair.

import type { Instant } from '../../domain/base/time.ts';

/** Escapes Slack's three control characters and makes other control characters visible. For mrkdwn text. */
export function escapeText(text: string): string {
  return visible(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Text inside backticks: its own backticks become quotes, so that it stays inside. */
export function code(text: string): string {
  return `\`${escapeText(text.replaceAll(/\s+/g, ' ')).replaceAll('`', '’')}\``;
}

/** Lines inside a fence: a fence in the text is broken by zero-width spaces. */
export function fenced(lines: readonly string[], budget: number): string {
  const body = cut(
    escapeText(lines.join('\n')).replaceAll(/`{3,}/g, (run) => [...run].join('\u200B')),
    budget - 8,
  );
  return `\`\`\`\n${body === '' ? ' ' : body}\n\`\`\``;
}

/** Free text in a sentence: escaped, and its formatting marks taken out of action. */
export function prose(text: string): string {
  return escapeText(text).replaceAll(/[*_~`]/g, (mark) => `\u200B${mark}`);
}

/** The first characters up to the budget, with an ellipsis in place of what is missing; never half an entity or surrogate pair. */
export function cut(text: string, budget: number): string {
  if (text.length <= budget) return text;
  const kept = text
    .slice(0, Math.max(0, budget - 1))
    .replace(/[\uD800-\uDBFF]$/, '')
    .replace(/&[a-z]{0,3}$/, '');
  return `${kept}…`;
}

const FENCE = '```';
const FENCED = /```[^]*?```/g;
/** Of code; one that stands in prose has a zero-width space before it. */
const TICK = /(?<!\u200B)`/g;

/** Cuts marked-up text, and never through a mention, link or date; code that was opened is closed. What is long had better be cut before it is marked up. */
export function cutMarkup(text: string, budget: number): string {
  if (text.length <= budget) return text;
  const short = cut(text, budget - FENCE.length - 1).replace(/<[^<>]*…$/, '…');
  if ((short.split(FENCE).length - 1) % 2 === 1) return `${short}\n${FENCE}`;
  return (short.replaceAll(FENCED, '').match(TICK)?.length ?? 0) % 2 === 1 ? `${short}\`` : short;
}

/** A moment in the reader's own time zone, with UTC for clients that cannot. */
export function moment(at: Instant): string {
  const iso = new Date(at).toISOString();
  return `<!date^${Math.floor(at / 1000)}^{date_short_pretty} at {time_secs}|${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC>`;
}

/** A link to an http(s) address that holds nothing Slack would read otherwise; any other is shown as text. */
export function link(url: string, text: string): string {
  return /^https?:\/\/[^\s<>|]+$/.test(url) ? `<${url.replaceAll('&', '&amp;')}|${prose(text)}>` : prose(text);
}

export function mention(person: string): string {
  return /^[UW][A-Z0-9]+$/.test(person) ? `<@${person}>` : escapeText(person);
}

export function mentionChannel(channel: string): string {
  return /^[CGD][A-Z0-9]+$/.test(channel) ? `<#${channel}>` : prose(channel);
}

export function mentionGroup(group: string): string {
  return /^S[A-Z0-9]+$/.test(group) ? `<!subteam^${group}>` : escapeText(group);
}

/** Line ends and tabs stay; every other control character, and those that turn the reading direction, become their code. */
export function visible(text: string): string {
  return text.replaceAll(/(?![\t\n])[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, (character) => {
    const point = character.codePointAt(0) ?? 0;
    return `\\x${point.toString(16).padStart(2, '0')}`;
  });
}
