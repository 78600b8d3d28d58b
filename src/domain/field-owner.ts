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

/** `forced`: by server-side apply, which stops at a value that somebody else has set. */
export type AppliedBy = { readonly signal: string; readonly forced: boolean };

export function appliedWords({ signal, forced }: AppliedBy): string {
  const does = forced
    ? 'kubectl apply --server-side of the old manifest stops at a conflict, or sets the old value back when forced'
    : 'kubectl apply of the old manifest sets the old value back';
  return `${does} (${signal}): change the manifest too.`;
}
