// What every sub command has in common: where it prints, its configuration, and how it ends.

import type { Config, LoadedConfig } from '../config/load.ts';

export type CommandContext = {
  readonly print: (line: string) => void;
  /** For what went wrong, so that what is printed can be piped on. */
  readonly complain: (line: string) => void;
  /** False once nobody reads what is printed. */
  readonly wanted: () => boolean;
  readonly load: () => LoadedConfig;
  /** Milliseconds since 1970. */
  readonly now: number;
};

export const CODE = { done: 0, no: 1, usage: 64, configuration: 78 } as const;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function configOf({ load, complain }: CommandContext): Config | undefined {
  const loaded = load();
  for (const warning of loaded.warnings) complain(`headroom: ${warning}`);
  if (loaded.kind === 'config') return loaded.config;
  complain('headroom: the configuration is wrong:');
  for (const problem of loaded.problems) complain(`  ${problem}`);
  return undefined;
}
