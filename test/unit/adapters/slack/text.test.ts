// Text from clusters and people, held to its promises on whatever fast-check comes up with.

import { array, assert, constantFrom, integer, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  code,
  cut,
  cutMarkup,
  escapeText,
  fenced,
  mention,
  mentionGroup,
  moment,
  prose,
} from '../../../../src/adapters/slack/text.ts';
import { NOW } from '../../../support/build.ts';

const HOSTILE = [
  '<!channel>',
  '<@U0001>',
  '<https://evil.example|click>',
  '&lt;',
  '`',
  '```',
  '*',
  '\n',
  '\u0000',
  '\u202E',
  '🧨',
  '</',
  '&',
];

/** Any text, with the marks that mean something to Slack all through it. */
const hostile = array(oneof(constantFrom(...HOSTILE), string({ unit: 'binary' })), { maxLength: 12 }).map((parts) =>
  parts.join(''),
);

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

describe('text from outside', () => {
  it.each([
    ['escapeText', escapeText],
    ['code', code],
    ['prose', prose],
    ['fenced', (text: string) => fenced([text], 3000)],
  ])('holds no control sequence after %s', (_name, treat) => {
    assert(property(hostile, (text) => !/[<>]|&(?!amp;|lt;|gt;)/.test(treat(text))));
  });

  it('says the same after escaping, but for control characters', () => {
    assert(
      property(hostile, (text) => {
        const plain = text.replaceAll(/(?![\t\n])[\p{Cc}\p{Bidi_Control}]/gu, '');
        if (plain === text) expect(unescaped(escapeText(text))).toBe(text);
      }),
    );
  });

  it('stays inside its backticks, on one line', () => {
    assert(property(hostile, (text) => /^`[^`\n]*`$/.test(code(text))));
  });

  it('stays inside its fence', () => {
    assert(
      property(hostile, integer({ min: 20, max: 400 }), (text, budget) => {
        const block = fenced([text], budget);
        expect(block.startsWith('```\n') && block.endsWith('\n```')).toBe(true);
        expect(block.slice(3, -3)).not.toContain('```');
        expect(block.length).toBeLessThanOrEqual(budget);
      }),
    );
  });

  it('turns no reading direction', () => {
    expect(prose('abc\u202Edef\u200F')).toBe('abc\\x202edef\\x200f');
  });
});

describe('cut', () => {
  it('keeps to the budget and never leaves half a character', () => {
    assert(
      property(hostile, integer({ min: 1, max: 60 }), (text, budget) => {
        const short = cut(escapeText(text), budget);
        expect(short.length).toBeLessThanOrEqual(budget);
        if (text.isWellFormed()) expect(short.isWellFormed()).toBe(true);
        expect(short).not.toMatch(/&[a-z]{0,3}…$/);
      }),
    );
  });

  it('says that something is missing', () => {
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(cut('abcd', 4)).toBe('abcd');
  });
});

describe('cutMarkup', () => {
  /** Marked up as the views do it. */
  const marked = array(
    oneof(
      hostile.map(code),
      hostile.map(prose),
      hostile.map((text) => fenced([text], 200)),
      constantFrom('<@U0ALICE>', '<https://example.com/pull/1|pull request>', moment(NOW), '*bold* '),
    ),
    { maxLength: 12 },
  ).map((parts) => parts.join(' '));

  it('leaves no half mention, link, date or escape, and no open code', () => {
    assert(
      property(marked, integer({ min: 12, max: 400 }), (text, budget) => {
        const short = cutMarkup(text, budget);
        expect(short.length).toBeLessThanOrEqual(budget);
        expect(short.replaceAll(/<[^<>]*>/g, '')).not.toMatch(/[<>]/);
        expect(short).not.toMatch(/&(?!amp;|lt;|gt;)/);
        expect(short.split('```').length % 2).toBe(1);
        const outside = short.replaceAll(/```[^]*?```/g, '').match(/(?<!\u200B)`/g) ?? [];
        expect(outside.length % 2).toBe(0);
      }),
    );
  });
});

describe('mentions', () => {
  it('mentions people and groups by their ids only', () => {
    expect(mention('U0ALICE')).toBe('<@U0ALICE>');
    expect(mentionGroup('S0LEADS')).toBe('<!subteam^S0LEADS>');
    assert(property(hostile, (text) => !/[<>]/.test(mention(text)) && !/[<>]/.test(mentionGroup(text))));
  });
});
