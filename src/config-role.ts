// The role of a process, from its arguments.

export const ROLES = ['watcher', 'worker', 'slack', 'node-agent', 'all'] as const;
export type Role = (typeof ROLES)[number];

/** Those who find kills need no Slack. */
export function talksToSlack(role: Role): boolean {
  return role !== 'watcher' && role !== 'node-agent';
}

export type ParsedRole = { readonly kind: 'role'; readonly role: Role } | { readonly kind: 'problem'; readonly problem: string };

export function parseRole(args: readonly string[]): ParsedRole {
  const at = args.findIndex((arg) => arg === '--role' || arg.startsWith('--role='));
  const unknown = args.find((_, index) => index !== at && index !== at + 1);
  if (at < 0 ? args.length > 0 : unknown !== undefined) {
    return { kind: 'problem', problem: `${unknown ?? args[0]}: not an option; the only one is --role ${ROLES.join('|')}` };
  }
  if (at < 0) return { kind: 'role', role: 'all' };
  const value = args[at]?.startsWith('--role=') === true ? args[at].slice('--role='.length) : args[at + 1];
  const role = ROLES.find((known) => known === value);
  return role === undefined
    ? { kind: 'problem', problem: `--role: ${value ?? 'nothing'} is not a role; use one of ${ROLES.join(', ')}` }
    : { kind: 'role', role };
}
