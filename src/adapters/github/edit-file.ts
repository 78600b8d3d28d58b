// What a change means in the text of one file: the spots of its limit and request, whether they hold what the cluster has, and the text with the new
// values. Says in words why it cannot be done.

import type { Bytes } from '../../domain/base/memory.ts';
import { formatQuantity, quantityBytes } from '../../domain/base/memory.ts';
import type { Change } from '../../domain/change/change.ts';
import type { FileRule } from '../../domain/change/repository/repository.ts';
import { inlinePatches, patchSpots } from './kustomize.ts';
import type { Spots } from './manifest.ts';
import { findContainer } from './manifest.ts';
import type { Edited, Spot } from './yaml-edit.ts';
import { setValue, valueAt } from './yaml-edit.ts';
import { parsePath } from './yaml-path.ts';
import { removeValue } from './yaml-remove.ts';

export type Match =
  /** It holds the values that the cluster has. */
  | { readonly kind: 'fits'; readonly spots: Spots }
  | { readonly kind: 'differs'; readonly reason: string }
  | { readonly kind: 'absent' };

export type Seeking = {
  /** The configured places; without paths of values it is a manifest. */
  readonly rule?: FileRule | undefined;
  /** A kustomization names it as a patch of the workload. */
  readonly isPatch?: boolean;
};

/** How the change finds itself in the file. */
export function matchFile(text: string, change: Change, { rule, isPatch = false }: Seeking = {}): Match {
  const spots = rule?.limit === undefined ? searched(text, change, isPatch) : configured(rule, rule.limit);
  if (spots.length === 0) return { kind: 'absent' };
  const matches = spots.map((each) => judged(text, change, each));
  const fitting = matches.filter(({ kind }) => kind === 'fits');
  if (fitting.length > 1) return { kind: 'differs', reason: 'the limit is there more than once' };
  return fitting[0] ?? matches[0] ?? { kind: 'absent' };
}

function searched(text: string, change: Change, isPatch: boolean): readonly Spots[] {
  if (isPatch) return patchSpots(text, change, isPatch);
  return [...findContainer(text, change), ...inlinePatches(text, change)];
}

function configured({ request }: FileRule, limit: string): readonly Spots[] {
  const [limitPath, requestPath] = [parsePath(limit), request === undefined ? undefined : parsePath(request)];
  if (limitPath === undefined) return [];
  return [
    {
      limit: { document: 0, path: limitPath },
      request: requestPath === undefined ? undefined : { document: 0, path: requestPath },
    },
  ];
}

function judged(text: string, { before }: Change, spots: Spots): Match {
  const value = valueAt(text, spots.limit);
  if (value.kind === 'refused') return { kind: 'differs', reason: value.reason };
  if (quantityBytes(value.text) === before.limit?.bytes && (value.text === undefined) === (before.limit === undefined))
    return { kind: 'fits', spots };
  return {
    kind: 'differs',
    reason: `the limit there is ${value.text ?? 'not set'}, in the cluster it is ${before.limit?.text ?? 'not set'}`,
  };
}

const NO_REQUEST =
  'the request is not written there; name its path as request beside limit in headroom.yaml, or give the patch an operation for it';

/** The text with what the change wants. A value that is already there stays as it is spelled. */
export function editFile(text: string, { before, after, texts }: Change, spots: Spots): Edited {
  const limited =
    after.limit === before.limit?.bytes
      ? edited(text)
      : written(text, spots.limit, { size: after.limit, spelling: texts?.limit });
  if (limited.kind === 'refused' || after.request === before.request?.bytes) return limited;
  if (spots.request === undefined) return { kind: 'refused', reason: NO_REQUEST };
  return written(limited.text, spots.request, { size: after.request, spelling: texts?.request });
}

function edited(text: string): Edited {
  return { kind: 'edited', text };
}

type Writing = { readonly size: Bytes | undefined; readonly spelling: string | undefined };

/** Undefined takes it out. */
function written(text: string, spot: Spot, { size, spelling }: Writing): Edited {
  return size === undefined ? removeValue(text, spot) : setValue(text, spot, spelling ?? formatQuantity(size));
}
