// Who uses how much of what it may: of a workload, a namespace, a node or the cluster, as a table, closest to the limit first.

import type { ContainerLine } from '../../../domain/directory.ts';
import { shareOf } from '../../../domain/directory.ts';
import { formatBytes } from '../../../domain/memory.ts';
import { valueOf } from '../../../domain/piece.ts';
import type { Answer, Scope } from '../../../ports/answer.ts';
import type { AnyBlock } from '../blocks.ts';
import { context, section } from '../blocks.ts';
import { code, moment, prose } from '../text.ts';
import { askSelect, pageBlocks, table } from './answer-blocks.ts';
import { incidentLine } from './incident-line.ts';
import { muteLine } from './mute-words.ts';
import type { Workspace } from './permalink.ts';
import type { Rendered } from './rendered.ts';

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
      return `Who is closest to the limit in ${prose(scope.cluster)}.`;
    case 'namespace':
      return `Namespace ${prose(scope.name)}, ${counted(scope.pods, 'pod')}.`;
    case 'workload':
      return `${prose(scope.workload.kind)} ${prose(`${scope.workload.namespace}/${scope.workload.name}`)}, ${counted(scope.pods, 'pod')}.`;
    case 'node':
      return `Node ${prose(scope.name)}, ${counted(scope.pods, 'pod')}.`;
  }
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function facts(scope: Scope): readonly string[] {
  if (scope.kind === 'workload') return scope.mute === undefined ? [] : [muteLine(scope.mute)];
  return scope.kind === 'node' ? nodeFacts(scope) : [];
}

function nodeFacts({ facts: piece, promised }: Extract<Scope, { readonly kind: 'node' }>): readonly string[] {
  const node = valueOf(piece);
  const allocatable = node?.allocatable;
  const part = (bytes: number): string => (allocatable === undefined ? '' : ` (${Math.round((bytes / allocatable) * 100)} %)`);
  const size = (bytes: typeof allocatable): string => (bytes === undefined ? 'unknown' : formatBytes(bytes));
  const state = node?.memoryPressure === true ? ':warning: it is under memory pressure' : 'no memory pressure';
  return [
    piece.kind === 'unavailable'
      ? `What it has is not known: ${prose(piece.reason)}.`
      : `It has ${size(node?.capacity)}, of which ${size(allocatable)} are for pods; ${node?.ready === true ? 'ready' : '*not ready*'}, ${state}.`,
    `Requests add up to *${formatBytes(promised.requests)}*${part(promised.requests)}, limits to *${formatBytes(promised.limits)}*${part(promised.limits)}; ${counted(promised.withoutLimit, 'container')} without a limit.`,
    ...(node === undefined || node.oomEvents.length === 0
      ? []
      : [`:warning: Its kernel killed within the last ten minutes: ${code(node.oomEvents[0]?.message ?? '')}`]),
  ];
}

function nodeSource(scope: Scope): readonly string[] {
  if (scope.kind !== 'node' || scope.facts.kind === 'unavailable') return [];
  return [`What it has: ${prose(scope.facts.source)}, ${moment(scope.facts.at)}`];
}

function podsOf(lines: readonly ContainerLine[]): readonly { readonly label: string; readonly ask: string }[] {
  const names = [...new Set(lines.map(({ namespace, pod }) => `${namespace}/${pod}`))];
  return names.map((name) => ({ label: name, ask: `pod ${name}` }));
}
