// Draws preformatted text as it was written, blanks and all; a diff gets coloured lines.
// In: the text and, when known, its language. Out: one scrollable box. A text is a diff when it says so or looks like one.

import type { ReactNode } from 'react';

/** `added` and `removed` lines of a diff; anything else is `same`, hunk headers are `place`. */
type LineKind = 'added' | 'removed' | 'place' | 'same';

export function Code({ text, language }: { readonly text: string; readonly language?: string | undefined }): ReactNode {
  const lines = text.replace(/^\n/, '').replace(/\s+$/, '').split('\n');
  const isDiff = language === 'diff' || looksLikeDiff(lines);
  if (!isDiff) {
    return (
      <pre className="code" tabIndex={0}>
        {lines.join('\n')}
      </pre>
    );
  }
  return (
    <pre className="code diff" data-diff tabIndex={0}>
      {lines.map((line, at) => (
        <span key={`${at}${line}`} className={`line ${lineKind(line)}`}>
          {line}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}

function looksLikeDiff(lines: readonly string[]): boolean {
  const changes = lines.some((line) => /^\+(?!\+)/.test(line)) && lines.some((line) => /^-(?!-)/.test(line));
  return changes && lines.every((line) => line === '' || /^[ +\-@\\]/.test(line));
}

function lineKind(line: string): LineKind {
  if (/^(@@|\+\+\+|---)/.test(line)) return 'place';
  if (line.startsWith('+')) return 'added';
  return line.startsWith('-') ? 'removed' : 'same';
}

export type Part = { readonly kind: 'text' | 'code'; readonly text: string };

/** Takes the fenced parts out of a mrkdwn text, in order; escapes inside of them are undone. */
export function splitFences(text: string): readonly Part[] {
  return text
    .split('```')
    .map((part, at): Part => (at % 2 === 1 ? { kind: 'code', text: unescape(part) } : { kind: 'text', text: part }))
    .filter((part) => part.text.trim() !== '');
}

function unescape(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
