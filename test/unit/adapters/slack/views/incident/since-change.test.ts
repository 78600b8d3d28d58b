// What an open incident says of its last change: a kill is not blamed on a limit that was not in force, and a sample not set beside another time's limit.

import { describe, expect, it } from 'vitest';
import { renderMessage } from '../../../../../../src/adapters/slack/render.ts';
import type { Bytes } from '../../../../../../src/domain/base/memory.ts';
import { known } from '../../../../../../src/domain/base/piece.ts';
import { HOUR, MINUTE, toMillis } from '../../../../../../src/domain/base/time.ts';
import type { Change } from '../../../../../../src/domain/change/change.ts';
import type { Proposal } from '../../../../../../src/domain/change/proposal.ts';
import type { Verdict } from '../../../../../../src/domain/change/verdict.ts';
import type { Evidence } from '../../../../../../src/domain/evidence/evidence.ts';
import type { Dossier, Incident } from '../../../../../../src/domain/incident/incident.ts';
import { ago, dossier, evidence, incident, kill, mi, NOW, proposal, series, size } from '../../../../../support/build.ts';

const CLOSED = ago(HOUR);
const QUIET: Verdict = { kind: 'quiet', watchedMs: toMillis(10 * MINUTE), delaysOnly: false };
const AGAIN: Verdict = { kind: 'killed-again', at: CLOSED, afterMs: toMillis(MINUTE) };

function raised(verdict: Verdict, over: Partial<Change> = {}): Proposal {
  const { change } = proposal();
  return proposal({ change: { ...change, ...over }, state: { kind: 'closed', by: 'U0BOB', at: CLOSED, verdict } });
}

function lowered(verdict: Verdict): Proposal {
  return raised(verdict, { before: { limit: size(512) }, after: { limit: mi(256) } });
}

function killedAt(limit: Bytes | undefined, finishedAt = ago(MINUTE)): Incident {
  return incident({ lastKill: kill({ limit, finishedAt }) });
}

function read(rollout: Evidence['rollout']): Dossier {
  return dossier({ evidence: evidence({ rollout }) });
}

const OLD_TEMPLATE = known({ running: { number: '3', limit: mi(256) } }, 'ReplicaSets', NOW);
const UNDER_NEWER = known({ running: { number: '1', limit: mi(256) }, newest: { number: '2' } }, 'ReplicaSets', NOW);

type Told = { readonly incident: Incident; readonly change: Proposal; readonly dossier?: Dossier };

function strip({ change, ...told }: Told): string {
  return renderMessage({ kind: 'root', ...told, lastChange: change }, false).strip?.text ?? '';
}

describe('of the last change an open incident says', () => {
  const cases: readonly (Told & { readonly name: string; readonly words: string })[] = [
    {
      name: 'that the limit was set back, where the newest template has the old one',
      incident: killedAt(mi(256)),
      change: raised(QUIET),
      dossier: read(OLD_TEMPLATE),
      words: 'the limit was set back to 256 MiB since P-1 made it 384 MiB',
    },
    {
      name: 'that the limit was changed, where it has another',
      incident: killedAt(mi(300)),
      change: raised(QUIET),
      dossier: read(known({ running: { number: '3', limit: mi(300) } }, 'ReplicaSets', NOW)),
      words: 'the limit was changed to 300 MiB since P-1 made it 384 MiB',
    },
    {
      name: 'that the limit was taken away, where it has none',
      incident: killedAt(undefined),
      change: raised(QUIET),
      dossier: read(known({ running: { number: '3' } }, 'ReplicaSets', NOW)),
      words: 'the limit of 384 MiB that P-1 set was taken away since',
    },
    {
      name: 'only at which limit it was killed, as long as the template was not read',
      incident: killedAt(mi(256)),
      change: raised(QUIET),
      words: 'killed at 256 MiB, not at the 384 MiB of P-1',
    },
    {
      name: 'the same of a pod from before the newest template',
      incident: killedAt(mi(256)),
      change: raised(QUIET),
      dossier: read(UNDER_NEWER),
      words: 'killed at 256 MiB, not at the 384 MiB of P-1',
    },
    {
      name: 'the same where the template was read before the change was over',
      incident: killedAt(undefined),
      change: raised(QUIET),
      dossier: read({ ...OLD_TEMPLATE, at: ago(2 * HOUR) }),
      words: 'killed without a limit, not at the 384 MiB of P-1',
    },
    {
      name: 'that it was killed with it',
      incident: killedAt(mi(384)),
      change: raised(QUIET),
      words: 'killed with the 384 MiB of P-1',
    },
    {
      name: 'that it was not enough, also while older pods die',
      incident: killedAt(mi(256)),
      change: raised(AGAIN),
      words: 'P-1 did not settle it, see the thread',
    },
    {
      name: 'that it was killed with it, where it got less than before, also while older pods die',
      incident: killedAt(mi(512)),
      change: lowered(AGAIN),
      words: 'killed with the 256 MiB of P-1',
    },
    {
      name: 'that the lower limit was set back after that',
      incident: killedAt(mi(512)),
      change: lowered(AGAIN),
      dossier: read(known({ running: { number: '3', limit: mi(512) } }, 'ReplicaSets', NOW)),
      words: 'the limit was set back to 512 MiB since P-1 made it 256 MiB',
    },
    {
      name: 'that it was set back after it was not enough',
      incident: killedAt(mi(256)),
      change: raised(AGAIN),
      dossier: read(OLD_TEMPLATE),
      words: 'the limit was set back to 256 MiB since P-1',
    },
    {
      name: 'that only running pods got it',
      incident: killedAt(mi(256), ago(2 * HOUR)),
      change: raised(QUIET, { way: 'resize' }),
      words: 'P-1 changed only the pods that ran then',
    },
    {
      name: 'that another pod did not get it',
      incident: killedAt(mi(256)),
      change: raised(QUIET, { way: 'resize' }),
      dossier: read(OLD_TEMPLATE),
      words: 'killed at 256 MiB, not at the 384 MiB of P-1',
    },
    {
      name: 'that it did not roll out',
      incident: killedAt(mi(256)),
      change: raised({ kind: 'not-rolled-out', reason: 'no room' }),
      words: 'P-1 did not roll out',
    },
    {
      name: 'that somebody took it back',
      incident: killedAt(mi(256)),
      change: raised({ kind: 'undone', foundLimit: '256Mi' }),
      words: 'somebody or something took P-1 back',
    },
    {
      name: 'that an undo took it back',
      incident: killedAt(mi(256)),
      change: { ...raised({ kind: 'restored' }), id: 'P-2', undoes: 'P-1' },
      words: 'P-2 took P-1 back',
    },
    {
      name: 'that it was not applied',
      incident: killedAt(mi(256)),
      change: raised({ kind: 'not-applied', reason: 'drift' }),
      words: 'P-1 was not applied',
    },
  ];

  it.each(cases)('$name', ({ words, ...told }) => {
    expect(strip(told)).toContain(words);
  });

  it.each([
    { name: 'its end', change: proposal() },
    { name: 'a kill after it', change: raised(QUIET) },
  ])('nothing before $name', ({ change }) => {
    expect(strip({ incident: killedAt(mi(256), ago(2 * HOUR)), change })).not.toContain('P-1');
  });

  it('the same in the news that it was killed again', () => {
    const { text } = renderMessage(
      { kind: 'again', incident: killedAt(mi(256)), lastChange: raised(QUIET), quietSince: CLOSED, at: ago(MINUTE) },
      false,
    );
    expect(text).toContain('without a kill. Killed at 256 MiB, not at the 384 MiB of P-1. OOM-1001 is open again.');
  });
});

it.each([
  { name: 'above the limit was taken under another one', peak: 276, words: '276 MiB (under another limit) / 256 MiB' },
  { name: 'below it stands beside it', peak: 250, words: '250 MiB / 256 MiB' },
])('a sample $name', ({ peak, words }) => {
  const usage = known({ ...series(3, () => peak), peak: { at: ago(HOUR), bytes: mi(peak) } }, 'Prometheus', NOW);
  const { blocks } = renderMessage(
    { kind: 'root', incident: killedAt(mi(256)), dossier: dossier({ evidence: evidence({ usage }) }) },
    false,
  );
  expect(JSON.stringify(blocks)).toContain(words);
});
