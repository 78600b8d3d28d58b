// Who uses how much of what it may: of a workload, a namespace, a node or the cluster, as a table, closest to the limit first.

import type { Answer, Scope } from '../../../../api/answer.ts';
import type { Bytes } from '../../../../domain/base/memory.ts';
import { formatBytes } from '../../../../domain/base/memory.ts';
import { valueOf } from '../../../../domain/base/piece.ts';
import { areAll, placeInWords } from '../../../../domain/coverage/watched-namespaces.ts';
import type { ContainerLine } from '../../../../domain/query/directory.ts';
import { shareOf } from '../../../../domain/query/directory.ts';
import type { AnyBlock } from '../../blocks.ts';
import { context, section } from '../../blocks.ts';
import { code, moment, prose } from '../../text.ts';
import { incidentLine } from '../incident/incident-line.ts';
import type { Workspace } from '../permalink.ts';
import type { Rendered } from '../rendered.ts';
import { askSelect, pageBlocks, table } from './answer-blocks.ts';
import { muteLine } from './mute-words.ts';

type Containers = Extract<Answer, { readonly kind: 'containers' }>;

export function containersView(answer: Containers, workspace: Workspace): Rendered {
  const { scope, lines, use, incidents, truncated } = answer;
  const select = askSelect('Explain one of them', podsOf(lines.items));
  return {
    text: `${title(scope)} ${spoken(lines.items)}`,
    blocks: [
      section(`*${title(scope)}*\n${facts(scope).join('\n')}`),
      ...(lines.items.length === 0 ? [section('No container runs here now.')] : [table(HEAD, lines.items.map(row))]),
      ...(select === undefined ? [] : [select]),
      ...incidents.map((incident) => section(incidentLine(incident, workspace))),
      ...pageBlocks(lines),
      context(
        use.kind === 'known' ? `Use: ${code(use.source)}, ${moment(use.at)}` : `Use is not known: ${prose(use.reason)}`,
        'Limits and restarts: the pods’ spec and status, read within the last ten seconds',
        ...nodeSource(scope),
        ...(truncated ? ['Only a part of the pods was looked at: there are too many'] : []),
      ),
    ] satisfies readonly AnyBlock[],
  };
}

const HEAD = ['Container', 'Uses', 'Limit', 'Share', 'Restarts'] as const;

function row(line: ContainerLine): readonly string[] {
  const { namespace, pod, container, use, limit, restartCount } = line;
  return [
    `${namespace}/${pod} (${container})`,
    use === undefined ? '?' : formatBytes(use),
    limit === undefined ? 'none' : formatBytes(limit),
    percent(line),
    String(restartCount),
  ];
}

function percent(line: ContainerLine): string {
  const share = shareOf(line);
  return share === undefined ? '–' : `${Math.round(share * 100)} %`;
}

/** For who hears it: the first three. */
function spoken(lines: readonly ContainerLine[]): string {
  if (lines.length === 0) return 'No container runs there now.';
  const first = lines.slice(0, 3).map((line) => {
    const { namespace, pod, limit, use } = line;
    const of = limit === undefined ? 'no limit' : formatBytes(limit);
    return `${prose(`${namespace}/${pod}`)} ${use === undefined ? 'an unknown amount' : formatBytes(use)} of ${of}`;
  });
  return `Closest to the limit: ${first.join('; ')}.`;
}

function title(scope: Scope): string {
  switch (scope.kind) {
    case 'cluster':
      return `Who is closest to the limit in ${prose(placeInWords(scope.cluster, scope.watched))}.`;
    case 'namespace':
      return `Namespace ${prose(scope.name)}, ${counted(scope.pods, 'pod')}.`;
    case 'workload':
      return `${prose(scope.workload.kind)} ${prose(`${scope.workload.namespace}/${scope.workload.name}`)}, ${counted(scope.pods, 'pod')}.`;
    case 'node':
      return `Node ${prose(scope.name)}, ${nodePods(scope)}.`;
  }
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function facts(scope: Scope): readonly string[] {
  if (scope.kind === 'workload') return scope.mute === undefined ? [] : [muteLine(scope.mute)];
  return scope.kind === 'node' ? nodeFacts(scope) : [];
}

type NodeScope = Extract<Scope, { readonly kind: 'node' }>;

/** All its pods; where those are not known, the ones that are listed. */
function nodePods({ load, pods, watched }: NodeScope): string {
  if (load.kind === 'known') return counted(load.value.running, 'pod');
  return `${counted(pods, 'pod')}${areAll(watched) ? '' : ' in the watched namespaces'}`;
}

function promises(scope: NodeScope, allocatable: Bytes | undefined): readonly string[] {
  const { load, pods, promised, watched } = scope;
  const size = (bytes: Bytes): string =>
    `*${formatBytes(bytes)}*${allocatable === undefined ? '' : ` (${Math.round((bytes / allocatable) * 100)} %)`}`;
  if (load.kind === 'known') {
    const { running, requested, limited, withoutLimit } = load.value;
    const hidden = running - pods;
    return [
      `Requests add up to ${size(requested)}, limits to ${size(limited)}; ${counted(withoutLimit, 'pod')} without a limit.`,
      ...(areAll(watched) || hidden <= 0
        ? []
        : [
            `${hidden} of its pods ${hidden === 1 ? 'is' : 'are'} in namespaces that Headroom does not watch: counted here, not listed below.`,
          ]),
    ];
  }
  const sums = `add up to ${size(promised.requests)}, limits to ${size(promised.limits)}; ${counted(promised.withoutLimit, 'container')} without a limit.`;
  if (areAll(watched)) return [`Requests ${sums}`];
  return [
    `Of the pods in the watched namespaces requests ${sums}`,
    `:warning: What the node’s other pods ask for is not known: ${prose(load.reason)}.`,
  ];
}

function nodeFacts(scope: NodeScope): readonly string[] {
  const { facts: piece } = scope;
  const node = valueOf(piece);
  const allocatable = node?.allocatable;
  const size = (bytes: typeof allocatable): string => (bytes === undefined ? 'unknown' : formatBytes(bytes));
  const state = node?.memoryPressure === true ? ':warning: it is under memory pressure' : 'no memory pressure';
  return [
    piece.kind === 'unavailable'
      ? `What it has is not known: ${prose(piece.reason)}.`
      : `It has ${size(node?.capacity)}, of which ${size(allocatable)} are for pods; ${node?.ready === true ? 'ready' : '*not ready*'}, ${state}.`,
    ...promises(scope, allocatable),
    ...(node === undefined || node.oomEvents.length === 0
      ? []
      : [`:warning: Its kernel killed within the last ten minutes: ${code(node.oomEvents[0]?.message ?? '')}`]),
  ];
}

function nodeSource(scope: Scope): readonly string[] {
  if (scope.kind !== 'node') return [];
  const { facts: has, load } = scope;
  return [
    ...(has.kind === 'unavailable' ? [] : [`What it has: ${prose(has.source)}, ${moment(has.at)}`]),
    ...(load.kind === 'unavailable' ? [] : [`What its pods ask for: ${prose(load.source)}, ${moment(load.at)}`]),
  ];
}

function podsOf(lines: readonly ContainerLine[]): readonly { readonly label: string; readonly ask: string }[] {
  const names = [...new Set(lines.map(({ namespace, pod }) => `${namespace}/${pod}`))];
  return names.map((name) => ({ label: name, ask: `pod ${name}` }));
}
