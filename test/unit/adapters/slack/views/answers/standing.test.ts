// An answer about a workload tells its incident first, and where a number can be asked for as things stand.

import { describe, expect, it } from 'vitest';
import { answerView } from '../../../../../../src/adapters/slack/views/answers/answers.ts';
import type { Answer } from '../../../../../../src/api/answer.ts';
import type { Incident } from '../../../../../../src/domain/incident/incident.ts';
import { dossier, incident, kill, NOW, proposal } from '../../../../../support/build.ts';

const LOOK = { plain: false, workspace: 'https://example.slack.com/', seenBy: { kind: 'private', ask: 'checkout' } } as const;
const { ref } = kill();

function first(answer: Answer): string {
  return JSON.stringify(answerView(answer, LOOK).blocks[0]);
}

describe('what is known of the workload', () => {
  const standing = { incident: incident({ killCount: 5 }), proposal: proposal() };

  it.each(['explanation', 'recommendation'] as const)('comes before the %s', (kind) => {
    const words = first({ kind, ref, dossier: dossier(), note: '1 of 2 pods', standing });
    expect(words).toContain('*OOM-1001* `payments/checkout-api` (app, 256 MiB): killed 5 times, last');
    expect(words).toContain(':wrench: Proposal P-1 waits for approval.');
  });

  it('is said to who only hears it', () => {
    const { text } = answerView({ kind: 'explanation', ref, dossier: dossier(), standing }, LOOK);
    expect(text).toMatch(/^OOM-1001: killed 5 times\. /);
  });

  it('is said to be of another container', () => {
    const other = { incident: incident({ killCount: 5, container: 'proxy' }) };
    const { text } = answerView({ kind: 'explanation', ref, dossier: dossier(), standing: other }, LOOK);
    expect(text).toMatch(/^OOM-1001 \(container proxy\): killed 5 times\. /);
  });

  it.each([
    { state: 'open' as const, words: 'Ask for it in the thread of *OOM-1001*: *Review fix*.' },
    { state: 'observing' as const, words: 'A change is under way in the thread of *OOM-1001*.' },
    { state: 'resolved' as const, resolvedAt: NOW, words: '*OOM-1001* was resolved <!date' },
    { state: 'open' as const, container: 'proxy', words: 'There is no open incident of container `app`' },
    { state: undefined, words: 'There is no open incident for it' },
  ])('says where a number can be asked for: $state $container', ({ words, ...over }) => {
    const known = over.state === undefined ? undefined : { incident: incident(over satisfies Partial<Incident>) };
    const drawn = answerView({ kind: 'recommendation', ref, dossier: dossier(), standing: known }, LOOK);
    expect(JSON.stringify(drawn.blocks)).toContain(words);
  });
});
