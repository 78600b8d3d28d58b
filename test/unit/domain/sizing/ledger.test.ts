// What the bot remembers itself, and what it says some time after a change.

import { describe, expect, it } from 'vitest';
import { known, unavailable, valueOf } from '../../../../src/domain/base/piece.ts';
import { DAY, HOUR, MINUTE, toMillis } from '../../../../src/domain/base/time.ts';
import { dueStage, followUp } from '../../../../src/domain/sizing/follow-up.ts';
import type { LedgerChange, LedgerPage } from '../../../../src/domain/sizing/ledger.ts';
import { EMPTY_PAGE, withLedger } from '../../../../src/domain/sizing/ledger.ts';
import { ago, mi, NOW, series } from '../../../support/build.ts';

/** A peak a day, the newest an hour ago, in MiB. */
function peaks(...mib: readonly number[]): LedgerPage['peaks'] {
  return mib.map((each, index) => ({ at: ago(index * DAY + HOUR), bytes: mi(each) })).toReversed();
}

describe('usage with the ledger', () => {
  const page = { ...EMPTY_PAGE, peaks: peaks(100, 120, 300, 110) };

  it('stands alone where there is no source', () => {
    const usage = valueOf(withLedger(unavailable('no Prometheus'), page, NOW));
    expect(usage).toMatchObject({ kind: 'series', points: [], peak: { bytes: mi(300) }, p95: mi(300), daysKnown: 3 });
  });

  it('replaces one instant, which is no peak', () => {
    const now = known({ kind: 'instant' as const, now: { at: NOW, bytes: mi(5) } }, 'metrics.k8s.io', NOW);
    expect(valueOf(withLedger(now, page, NOW))).toMatchObject({ kind: 'series', peak: { bytes: mi(300) } });
  });

  it('adds its days to a shorter series, whose samples stay', () => {
    const short = series(6, () => 200);
    const usage = valueOf(withLedger(known(short, 'Prometheus', NOW), page, NOW));
    expect(usage).toMatchObject({ kind: 'series', points: short.points, peak: { bytes: mi(300) }, daysKnown: 3 });
  });

  it('changes nothing while it is empty', () => {
    const none = unavailable('no Prometheus');
    expect(withLedger(none, EMPTY_PAGE, NOW)).toBe(none);
  });
});

const WEEK = toMillis(7 * DAY);

describe('a follow-up', () => {
  const change = (days: number, told: LedgerChange['told'] = []): LedgerChange => ({
    proposalId: 'P-1',
    incidentId: 'OOM-1',
    at: ago(days * DAY + MINUTE),
    limit: mi(2048),
    told,
  });

  it.each([
    { days: 0.5, told: [], stage: undefined },
    { days: 1, told: [], stage: '24h' },
    { days: 1, told: ['24h' as const], stage: undefined },
    { days: 8, told: ['24h' as const], stage: '7d' },
    { days: 30, told: [], stage: '14d' },
    { days: 30, told: ['14d' as const], stage: undefined },
  ])('$days days after it, with $told.length told: $stage', ({ days, told, stage }) => {
    expect(dueStage(change(days, told), NOW, WEEK)).toBe(stage);
  });

  it('counts kills since the change, and measures without the day of the change', () => {
    const page = {
      peaks: peaks(300, 310, 900),
      kills: [
        { at: ago(3 * DAY), limit: mi(512) },
        { at: ago(HOUR), limit: mi(2048) },
      ],
    };
    const said = followUp({ change: change(2), page, stage: '24h', now: NOW, tightenAfter: WEEK });
    expect(said).toMatchObject({ kills: 1, peak: { bytes: mi(310) }, limit: mi(2048) });
    expect(said.lowering).toBeUndefined();
  });

  it.each([
    { name: 'sooner where the policy wants it', days: 3, tightenAfter: 2 * DAY, stage: '7d' },
    { name: 'within hours, too', days: 0.1, tightenAfter: 2 * HOUR, stage: '7d' },
    { name: 'later where the policy wants it', days: 10, tightenAfter: 20 * DAY, stage: '24h' },
    { name: 'later still for the last one', days: 20, tightenAfter: 20 * DAY, stage: '7d' },
  ])('measures $name', ({ days, tightenAfter, stage }) => {
    expect(dueStage(change(days), NOW, toMillis(tightenAfter))).toBe(stage);
  });

  it('looks for a lower limit after the first week, with more room because less is known; never with tightenAfter 0', () => {
    const page = { peaks: peaks(...Array.from({ length: 9 }, () => 600)), kills: [{ at: ago(8.5 * DAY), limit: mi(512) }] };
    const asked = { change: change(8), page, stage: '7d' as const, now: NOW };
    // 600Mi × (1.1 + 2.8 / 8) = 870Mi → 896Mi.
    expect(followUp({ ...asked, tightenAfter: WEEK }).lowering).toMatchObject({ kind: 'lower', limit: mi(896) });
    expect(followUp({ ...asked, tightenAfter: toMillis(0) }).lowering).toBeUndefined();
  });

  it('after two weeks says whether the limit may be lowered', () => {
    const page = { peaks: peaks(...Array.from({ length: 30 }, () => 600)), kills: [{ at: ago(16 * DAY), limit: mi(512) }] };
    expect(followUp({ change: change(15), page, stage: '14d', now: NOW, tightenAfter: WEEK }).lowering).toMatchObject({
      kind: 'lower',
      limit: mi(736),
    });
    expect(
      followUp({ change: change(15), page: { ...page, peaks: [] }, stage: '14d', now: NOW, tightenAfter: WEEK }).lowering,
    ).toEqual({
      kind: 'keep',
      because: 'too-little-history',
    });
  });

  it('after two weeks with a kill does not speak of lowering', () => {
    const page = { peaks: peaks(...Array.from({ length: 30 }, () => 600)), kills: [{ at: ago(DAY), limit: mi(2048) }] };
    expect(followUp({ change: change(15), page, stage: '14d', now: NOW, tightenAfter: WEEK }).lowering).toBeUndefined();
  });
});
