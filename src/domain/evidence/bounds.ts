// What bounds a number, out of what stands around the workload: LimitRanges, quotas, the largest node, and who else steers its memory. Parts that could
// not be read bound nothing.

import { toBytes } from '../base/memory.ts';
import type { Piece } from '../base/piece.ts';
import { known, unavailable, valueOf } from '../base/piece.ts';
import type { Instant } from '../base/time.ts';
import type { FieldOwner, NamespaceBounds } from './evidence.ts';
import type { QuotaRule, Room, Scaler, Surroundings, Vertical } from './surroundings.ts';

const SOURCE = 'the API server';

type Around = Pick<Surroundings, 'limitRanges' | 'quotas' | 'scalers' | 'verticals'> & {
  readonly room: Piece<Pick<Room, 'largestAllocatable'>>;
};

/** Unavailable when nothing at all could be read. */
export function boundsOf(around: Around, at: Instant): Piece<NamespaceBounds> {
  const { limitRanges, quotas, scalers, verticals, room } = around;
  const parts = [limitRanges, quotas, scalers, verticals, room];
  const [first] = parts.flatMap((part) => (part.kind === 'unavailable' ? [part.reason] : []));
  if (first !== undefined && parts.every(({ kind }) => kind === 'unavailable')) return unavailable(first);
  const bounds: NamespaceBounds = {
    // A Pod's LimitRange is about the sum of its containers: the dry run judges that.
    limitRanges: (valueOf(limitRanges) ?? [])
      .filter(({ type }) => type === 'Container')
      .map(({ name, max, maxRatio }) => ({ name, maxLimit: max, maxRatio })),
    quotas: (valueOf(quotas) ?? []).map(leftOf),
    controllers: [...(valueOf(verticals) ?? []).flatMap(steering), ...(valueOf(scalers) ?? []).flatMap(scaling)],
    largestNode: valueOf(room)?.largestAllocatable,
  };
  return known(bounds, SOURCE, at);
}

function leftOf({ name, about, hard, used }: QuotaRule): NamespaceBounds['quotas'][number] {
  const left = toBytes(Math.max(0, hard - used));
  return about === 'limits' ? { name, limitsLeft: left } : { name, requestsLeft: left };
}

/** One that only advises, or leaves limits alone, takes nothing back. */
function steering({ name, mode, controlsLimits }: Vertical): readonly FieldOwner[] {
  return mode === 'Off' || !controlsLimits ? [] : [{ tool: 'vpa', signal: `VerticalPodAutoscaler in mode ${mode}`, name }];
}

/** A target in bytes does not move with the request. */
function scaling({ kind, name, target }: Scaler): readonly FieldOwner[] {
  return target.kind === 'percent' ? [{ tool: 'hpa', signal: `${kind} at ${target.percent} % of the request`, name }] : [];
}
