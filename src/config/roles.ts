// The role of a process, from its arguments, and what that role cannot do without.

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

/** A role alone has no stand-ins: its partners run elsewhere and would not see them. */
export function missingForRole(
  role: Role,
  values: Readonly<Record<string, string>>,
  environmentValues: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  if (role === 'all') return [];
  const hasCluster = [values['KUBECONFIG'], values['KUBE_CONTEXT'], environmentValues['KUBERNETES_SERVICE_HOST']].some(
    (value) => value !== undefined,
  );
  return [
    ...(values['REDIS_URL'] === undefined ? [`REDIS_URL: needed with --role ${role}: the roles meet in one Redis`] : []),
    ...(hasCluster ? [] : [`KUBECONFIG: needed with --role ${role} outside a cluster`]),
    ...(talksToSlack(role) && values['SLACK_BOT_TOKEN'] === undefined ? [`SLACK_BOT_TOKEN: needed with --role ${role}`] : []),
    ...(role === 'node-agent' && values['NODE_NAME'] === undefined
      ? ['NODE_NAME: needed with --role node-agent: the node it runs on, from the field spec.nodeName']
      : []),
  ];
}
