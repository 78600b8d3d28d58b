// What is said some time after a change, in words and within Slack's rules.

import { describe, expect, it } from 'vitest';
import { checkBlocks } from '../../../../../../packages/slack-sim/src/checks/blocks-check.ts';
import { renderMessage } from '../../../../../../src/adapters/slack/render.ts';
import { HOUR } from '../../../../../../src/domain/base/time.ts';
import type { FollowUp } from '../../../../../../src/domain/sizing/follow-up.ts';
import { ago, incident, mi, NOW } from '../../../../../support/build.ts';

const HELD: FollowUp = {
  proposalId: 'P-1',
  stage: '24h',
  at: NOW,
  limit: mi(512),
  kills: 0,
  peak: { at: ago(HOUR), bytes: mi(256) },
};

function shown(over: Partial<FollowUp>): string {
  const { blocks } = renderMessage(
    { kind: 'follow-up', incident: incident({ container: '<!channel>' }), followUp: { ...HELD, ...over } },
    false,
  );
  expect(checkBlocks(blocks, 'message')).toEqual([]);
  const text = JSON.stringify(blocks);
  expect(text).not.toContain('<!channel>');
  return text;
}

describe('a follow-up', () => {
  it.each([
    {
      name: 'that held, with what was measured',
      over: {},
      words: ['A day after P-1', 'limit of *512 MiB* held', '256 MiB', '50 % of the limit'],
    },
    {
      name: 'that held as far as anybody watched',
      over: { gaps: [{ from: ago(3 * HOUR), until: ago(HOUR) }] },
      words: ['held (not watched from'],
    },
    { name: 'of a week', over: { stage: '7d' as const }, words: ['A week after'] },
    { name: 'that was killed again', over: { kills: 2 }, words: ['killed *2* more times'] },
    { name: 'that was killed once more', over: { kills: 1 }, words: ['killed *1* more time since'] },
    {
      name: 'that was killed at another limit than it set',
      over: { kills: 2, atOtherLimit: 2 },
      words: ['more times since, not at 512 MiB.'],
    },
    {
      name: 'that was killed once at another limit',
      over: { kills: 2, atOtherLimit: 1 },
      words: ['more times since, 1 of them not at 512 MiB.'],
    },
    { name: 'without samples', over: { peak: undefined }, words: ['not known'] },
    {
      name: 'with a lower limit to offer',
      over: { stage: '14d' as const, lowering: { kind: 'lower' as const, limit: mi(384), arithmetic: 'New limit 384Mi = …' } },
      words: ['Two weeks after', 'may be lowered', '384Mi'],
    },
    {
      name: 'with a lower request to offer beside the limit that stays',
      over: {
        stage: '14d' as const,
        lowering: { kind: 'lower' as const, limit: mi(512), request: mi(256), arithmetic: 'New request 256Mi = …' },
      },
      words: ['The limit may stay; less may be requested', 'New request 256Mi'],
    },
    {
      name: 'with nothing to lower',
      over: { lowering: { kind: 'keep' as const, because: 'little-to-gain' as const } },
      words: ['Leave it'],
    },
  ])('$name', ({ over, words }) => {
    const text = shown(over);
    for (const word of words) expect(text).toContain(word);
  });

  it('lets a lower request be reviewed under its name, once the incident is resolved', () => {
    const followUp: FollowUp = { ...HELD, lowering: { kind: 'lower', limit: mi(512), request: mi(256), arithmetic: '…' } };
    const resolved = incident({ state: 'resolved', followUps: [followUp] });
    const { blocks } = renderMessage({ kind: 'follow-up', incident: resolved, followUp }, false);
    expect(JSON.stringify(blocks)).toContain('Review lower request');
  });
});
