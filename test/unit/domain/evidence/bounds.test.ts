// What bounds a number, out of what could be read around a workload.

import { describe, expect, it } from 'vitest';
import { known, unavailable, valueOf } from '../../../../src/domain/base/piece.ts';
import { boundsOf } from '../../../../src/domain/evidence/bounds.ts';
import type { Surroundings } from '../../../../src/domain/evidence/surroundings.ts';
import { mi, NOW } from '../../../support/build.ts';

const said = <Value>(value: Value) => known(value, 'the API server', NOW);
const NONE: Surroundings = {
  limitRanges: said([]),
  quotas: said([]),
  scalers: said([]),
  verticals: said([]),
  budgets: said([]),
  room: unavailable('no right to list nodes'),
};

describe('bounds', () => {
  it('take what is about containers and what is left of quotas', () => {
    const around: Surroundings = {
      ...NONE,
      limitRanges: said([
        { name: 'each', type: 'Container', max: mi(512), maxRatio: 2 },
        { name: 'whole', type: 'Pod', max: mi(1024) },
      ]),
      quotas: said([
        { name: 'team', about: 'limits', hard: mi(1000), used: mi(1200) },
        { name: 'team', about: 'requests', hard: mi(1000), used: mi(400) },
      ]),
      room: said({ nodes: 2, largestAllocatable: mi(8000), free: [] }),
    };
    expect(valueOf(boundsOf(around, NOW))).toEqual({
      limitRanges: [{ name: 'each', maxLimit: mi(512), maxRatio: 2 }],
      quotas: [
        { name: 'team', limitsLeft: mi(0) },
        { name: 'team', requestsLeft: mi(600) },
      ],
      controllers: [],
      largestNode: mi(8000),
    });
  });

  it.each([
    {
      name: 'a VPA that sets limits',
      around: { verticals: said([{ name: 'v', mode: 'Recreate', controlsLimits: true }]) },
      tools: ['vpa'],
    },
    {
      name: 'a VPA that only advises',
      around: { verticals: said([{ name: 'v', mode: 'Off', controlsLimits: true }]) },
      tools: [],
    },
    {
      name: 'a VPA that leaves limits alone',
      around: { verticals: said([{ name: 'v', mode: 'Auto', controlsLimits: false }]) },
      tools: [],
    },
    {
      name: 'an HPA on a share of the request',
      around: {
        scalers: said([
          { kind: 'HorizontalPodAutoscaler' as const, name: 'h', target: { kind: 'percent' as const, percent: 80 } },
        ]),
      },
      tools: ['hpa'],
    },
    {
      name: 'an HPA on bytes',
      around: { scalers: said([{ kind: 'HorizontalPodAutoscaler' as const, name: 'h', target: { kind: 'average' as const } }]) },
      tools: [],
    },
  ])('$name', ({ around, tools }) => {
    expect(valueOf(boundsOf({ ...NONE, ...around }, NOW))?.controllers.map(({ tool }) => tool)).toEqual(tools);
  });

  it('are missing only when nothing could be read', () => {
    const no = unavailable('forbidden');
    expect(boundsOf({ limitRanges: no, quotas: no, scalers: no, verticals: no, room: no }, NOW)).toEqual(no);
    expect(boundsOf(NONE, NOW).kind).toBe('known');
  });
});
