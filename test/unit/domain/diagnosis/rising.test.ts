import { describe, expect, it } from 'vitest';
import { known } from '../../../../src/domain/base/piece.ts';
import { MINUTE, SECOND, toInstant } from '../../../../src/domain/base/time.ts';
import { diagnose } from '../../../../src/domain/diagnosis/diagnose.ts';
import { evidence, kill, mi, NOW, podFacts, series } from '../../../support/build.ts';

const END = kill().finishedAt ?? NOW;

/** A life of so many seconds, sampled every five: Mi by the share of it that is over. */
function causeOf(seconds: number, mib: (share: number) => number, ready?: boolean): string {
  const startedAt = toInstant(END - seconds * SECOND);
  const count = Math.floor(seconds / 5);
  const points = Array.from({ length: count }, (_, index) => ({
    at: toInstant(startedAt + (index + 1) * 5 * SECOND),
    bytes: mi(Math.round(mib((index + 1) / count))),
  }));
  const usage = { ...series(1, () => 10), points };
  const readyChanged = ready === undefined ? undefined : { to: false, at: toInstant(ready ? END : startedAt - MINUTE) };
  const pod = podFacts({ readyChanged, restartPolicy: 'Always' });
  const given = evidence({ usage: known(usage, 'Prometheus', NOW), pod: known(pod, 'pod status', NOW) });
  return diagnose({ kill: kill({ startedAt }), evidence: given, now: NOW, earlierKills: [] }).cause;
}

describe('a climb within minutes', () => {
  it.each([
    { name: 'a straight one cannot be told yet', seconds: 50, mib: (share: number) => 10 + 240 * share, cause: 'unclear' },
    { name: 'a jump at the start is a start', seconds: 50, mib: (share: number) => (share < 0.2 ? 10 : 240), cause: 'startup' },
    {
      name: 'a jump at the end is one too, that early',
      seconds: 50,
      mib: (share: number) => (share < 0.8 ? 10 : 250),
      cause: 'startup',
    },
    { name: 'with too few samples nothing is seen', seconds: 30, mib: (share: number) => 10 + 240 * share, cause: 'startup' },
    { name: 'a small one is none', seconds: 50, mib: (share: number) => 200 + 40 * share, cause: 'startup' },
  ])('$name', ({ seconds, mib, cause }) => {
    expect(causeOf(seconds, mib)).toBe(cause);
  });

  it('of what never became ready is a start', () => {
    expect(causeOf(50, (share) => 10 + 240 * share, false)).toBe('startup');
  });

  it('is for other rules when it takes longer', () => {
    expect(causeOf(1200, (share) => 10 + 240 * share)).not.toBe('startup');
  });
});
