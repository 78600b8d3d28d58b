// Who puts an old value back, in words: each tool by its name and by the moment at which it does. Plain text, not yet escaped.

import type { FieldOwner } from './evidence.ts';

const NAMES: Readonly<Record<FieldOwner['tool'], string>> = {
  'argo-cd': 'Argo CD',
  flux: 'Flux',
  helm: 'Helm',
  vpa: 'A VPA',
  hpa: 'An HPA',
  operator: 'An operator',
};

/** "Argo CD (storefront)". */
export function ownerName({ tool, name }: FieldOwner): string {
  return `${NAMES[tool]}${name === undefined ? '' : ` (${name})`}`;
}

const BACK: Readonly<Record<FieldOwner['tool'], string>> = {
  'argo-cd': 'at its next sync',
  flux: 'at its next reconciliation',
  // Helm watches nothing: it writes when somebody upgrades or rolls back.
  helm: 'at the next upgrade',
  vpa: 'when it next updates a pod',
  hpa: 'when it next scales',
  operator: 'when it next writes the object',
};

/** When a value that was changed past it is gone again: "at its next sync". */
export function takenBackAt({ tool }: FieldOwner): string {
  return BACK[tool];
}

/** Without the full stop: "Helm (shop) manages this object (label …) and will put the old value back at the next upgrade". */
export function putsBack(owner: FieldOwner): string {
  if (owner.tool === 'vpa')
    return `${ownerName(owner)} sets the resources of the pods itself (${owner.signal}), whatever the template says`;
  return `${ownerName(owner)} manages this object (${owner.signal}) and will put the old value back ${takenBackAt(owner)}`;
}

/** `forced`: by server-side apply, which stops at a value that somebody else has set. `sets`: whose memory; undefined where that cannot be read. */
export type AppliedBy = {
  readonly signal: string;
  readonly forced: boolean;
  readonly sets: readonly AppliedMemory[] | undefined;
};

/** What a manifest says of the memory of one of its containers, or of the whole pod (list "pod", without a name). */
export type AppliedMemory = { readonly list: string; readonly name: string; readonly limit: boolean; readonly request: boolean };

export type Applying = {
  readonly container: { readonly list: string; readonly name: string };
  readonly changed: readonly ('limit' | 'request')[];
};

/** What becomes of a change when the old manifest is applied again; undefined when it has nothing to say of it, and so leaves it alone. */
export function appliedWords({ signal, forced, sets }: AppliedBy, { container, changed }: Applying): string | undefined {
  const of = sets?.find(({ list, name }) => list === container.list && name === container.name);
  const back = of === undefined ? ['value'] : changed.filter((field) => of[field]);
  if (back.length === 0) return undefined;
  const [may, s] = of === undefined ? ['may ', ''] : ['', 's'];
  const old = `the old ${back.join(' and ')} back`;
  const does = forced
    ? `kubectl apply --server-side of the old manifest ${may}stop${s} at a conflict, or set${s} ${old} when forced`
    : `kubectl apply of the old manifest ${may}set${s} ${old}`;
  return `${does} (${signal}): change the manifest too.`;
}
