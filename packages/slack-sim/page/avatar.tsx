// Draws a person's or the app's picture: initials on a steady colour, or the app's gauge.
// In: a user. Out: a square that screen readers skip, since the name stands beside it.

import type { ReactNode } from 'react';
import type { UiUser } from '../src/ui/ui-types.ts';

const COLOURS = ['#7c3085', '#1264a3', '#b5541c', '#2b7a4b', '#8a5a00', '#99204f'] as const;

export function Avatar({ user, small }: { readonly user: UiUser | undefined; readonly small?: boolean | undefined }): ReactNode {
  const size = small === true ? 'avatar small' : 'avatar';
  if (user === undefined || (user.isBot && user.name !== 'slackbot')) {
    return (
      <svg className={size} viewBox="0 0 36 36" aria-hidden="true">
        <rect width="36" height="36" rx="8" fill="#12324a" />
        <path d="M8 24a10 10 0 1 1 20 0" fill="none" stroke="#3d627d" strokeWidth="4" strokeLinecap="round" />
        <path d="M8 24a10 10 0 0 1 7-9.5" fill="none" stroke="#36c5a0" strokeWidth="4" strokeLinecap="round" />
        <path d="M18 24 23 16" stroke="#fff" strokeWidth="2.5" strokeLinecap="round" />
        <circle cx="18" cy="24" r="2.5" fill="#fff" />
      </svg>
    );
  }
  return (
    <span className={size} style={{ background: COLOURS[colourOf(user.id)] }} aria-hidden="true">
      {initials(user.realName)}
    </span>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/);
  return `${words[0]?.[0] ?? ''}${words.length > 1 ? (words.at(-1)?.[0] ?? '') : ''}`.toUpperCase();
}

function colourOf(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  return sum % COLOURS.length;
}
