// A fixed factor on the limit that was hit, never lowered: what a runbook does.

import type { Policy } from '../replay/tool.ts';

export function fixed(factor: number): Policy {
  return {
    name: `Fixed × ${factor}`,
    asksEveryDays: 365,
    immediate: false,
    create: () => ({ sample: () => undefined, killed: ({ limit }) => Math.ceil(limit * factor), asked: () => undefined }),
  };
}
