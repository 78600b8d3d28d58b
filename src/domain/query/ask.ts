// What people may ask, as data: the words, what each wants, and how a line is read. `share` at either end makes the answer visible to the channel.

export type Command = {
  readonly name: string;
  /** What follows the name, as the usage shows it. */
  readonly usage: string;
  readonly meaning: string;
  readonly aliases: readonly string[];
  /** Without the slash command: "pod payments/checkout-api-7d9f-x". */
  readonly example?: string;
};

export const COMMANDS = [
  { name: 'pod', usage: '<pod>', meaning: 'explains a pod now, killed or not', aliases: ['pods', 'po', 'explain', 'why'] },
  {
    name: 'workload',
    usage: '<workload>',
    meaning: 'shows its pods, what they use, and its incidents',
    aliases: ['workloads', 'deploy', 'deployment', 'statefulset', 'sts', 'daemonset', 'ds', 'job', 'cronjob'],
  },
  { name: 'namespace', usage: '<namespace>', meaning: 'shows who is close to the limit there', aliases: ['namespaces', 'ns'] },
  { name: 'node', usage: '<node>', meaning: 'shows what a node has, has promised, and runs', aliases: ['nodes', 'no'] },
  { name: 'top', usage: '[namespace]', meaning: 'shows who is closest to the limit now', aliases: ['closest'] },
  { name: 'list', usage: '', meaning: 'shows the incidents that are open', aliases: ['open', 'incidents', 'ls'] },
  { name: 'recent', usage: '', meaning: 'shows the last incidents, resolved ones too', aliases: ['last', 'latest'] },
  { name: 'recommend', usage: '<pod or workload>', meaning: 'gives a limit, with its arithmetic', aliases: ['size', 'suggest'] },
  { name: 'history', usage: '<workload>', meaning: 'shows what happened to it and who changed it', aliases: ['log'] },
  { name: 'approvals', usage: '', meaning: 'shows what waits for an approval', aliases: ['approve', 'pending', 'waiting'] },
  {
    name: 'mute',
    usage: '[<workload> <how long> [why]]',
    meaning: 'expects its kills for that long (30m, 2h, 3d or 1w): they are recorded, not told; alone, shows what is muted',
    example: 'mute payments/checkout-api 2h load test',
    aliases: ['mutes', 'expect', 'silence'],
  },
  { name: 'unmute', usage: '<workload>', meaning: 'tells of its kills again', aliases: ['unsilence'] },
  { name: 'help', usage: '[command]', meaning: 'shows this', aliases: ['?', 'usage', 'hi', 'hello'] },
] as const satisfies readonly Command[];

export type CommandName = (typeof COMMANDS)[number]['name'];

export type Ask = {
  readonly share: boolean;
  /** The words without `share`, joined by single spaces: asked again, they give the same answer. */
  readonly text: string;
  readonly command:
    | { readonly kind: 'command'; readonly name: CommandName; readonly args: readonly string[] }
    /** No command: a name, or a command mistyped. */
    | { readonly kind: 'words'; readonly words: readonly string[] };
};

/** More than this is no question. Two long names of Kubernetes fit. */
export const LONGEST_QUESTION = 600;

export function readAsk(line: string): Ask {
  const all = line
    .slice(0, LONGEST_QUESTION)
    .split(/\s+/)
    .filter((word) => word !== '');
  const words = all.filter((word, index) => !(isShare(word) && (index === 0 || index === all.length - 1)));
  const share = words.length < all.length;
  const [first, ...args] = words;
  const text = words.join(' ');
  if (first === undefined) return { share, text, command: { kind: 'command', name: 'help', args: [] } };
  const name = commandNamed(first);
  return { share, text, command: name === undefined ? { kind: 'words', words } : { kind: 'command', name, args } };
}

function isShare(word: string): boolean {
  return /^share$/i.test(word);
}

export function commandNamed(word: string): CommandName | undefined {
  const lower = word.toLowerCase();
  return COMMANDS.find(({ name, aliases }) => name === lower || aliases.some((alias) => alias === lower))?.name;
}

/** Every word that is understood, for the nearest to a mistyped one. */
export function commandWords(): readonly string[] {
  return COMMANDS.map(({ name }) => name);
}
