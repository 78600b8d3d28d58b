// A storm's message: many incidents at once in one table, by workload and by node, with what they have in common said first. Rows end where Slack's sum
// over a message's blocks would be reached; every incident has its own message in the thread. `stormCard` is that message: a root without its heading.

import { formatBytes } from '../../../../domain/base/memory.ts';
import { workloadName } from '../../../../domain/base/workload.ts';
import type { Cause } from '../../../../domain/diagnosis/diagnosis.ts';
import type { CommonCause, Storm, StormLine, StormStory } from '../../../../domain/incident/storm.ts';
import { isAtLeast, timesInWords } from '../../../../domain/kill/kill-count.ts';
import { actions, button, context, header, section, table } from '../../blocks.ts';
import { ACTION, encode } from '../../ids.ts';
import { code, cut, mentionChannel, moment, prose } from '../../text.ts';
import type { RootInput } from '../incident/root.ts';
import { controls, likelyCause, stripFor, whatHappened } from '../incident/root.ts';
import { capital } from '../proposal/proposal-words.ts';
import type { Rendered } from '../rendered.ts';
import { COLOR } from '../rendered.ts';

export type StormInput = { readonly storm: Storm; readonly story: StormStory; readonly over: boolean };

const MOST_ROWS = 20;
const MOST_NODES = 8;

export function stormView({ storm, story, over }: StormInput): Rendered {
  const { lines, kills, open } = story;
  const count = `${lines.length} containers ran out of memory`;
  const all = `${lines.some(({ incident }) => isAtLeast(incident)) ? 'at least ' : ''}${kills}`;
  const words = commonWords(story.common, lines.length);
  return {
    text: `${over ? 'Over' : 'Storm'}: ${count}, ${all} kills in all, ${open} of them not settled. ${words} Open the thread: each has its own message there.`,
    blocks: [
      header(`${over ? ':large_yellow_circle:' : ':rotating_light:'} ${count}`),
      section(
        `${words}\n*${capital(all)}* kills since ${moment(storm.startedAt)}. *${open}* of ${lines.length} are not settled yet.`,
      ),
      table(['Workload', 'Kills', 'Limit', 'Likely cause', 'Incident'], lines.slice(0, MOST_ROWS).map(row)),
      section(nodeWords(story)),
      context(
        ...(lines.length > MOST_ROWS ? [`${lines.length - MOST_ROWS} more are in the thread`] : []),
        'Each incident has its own message in the thread, with its buttons',
        over
          ? 'The storm is over: a new incident gets a message of its own'
          : 'New incidents of this channel join it while it lasts',
        ...(storm.movedFrom === undefined ? [] : [`Told here because ${mentionChannel(storm.movedFrom)} cannot be used`]),
      ),
    ],
    strip: over
      ? { color: COLOR.quiet, word: 'Over', text: open === 0 ? 'all of them are settled' : `${open} are not settled yet` }
      : { color: COLOR.open, word: 'Going on', text: 'this message is kept up to date' },
  };
}

function row({ incident, dossier }: StormLine): readonly string[] {
  const { workload, container, lastKill } = incident;
  return [
    cut(`${workloadName(workload)} (${container})`, 70),
    `${incident.killCount}${isAtLeast(incident) ? '+' : ''}`,
    lastKill.limit === undefined ? 'none' : formatBytes(lastKill.limit),
    dossier === undefined ? 'being read' : CAUSE_WORDS[dossier.diagnosis.cause],
    `${incident.id}${incident.state === 'resolved' ? ' (resolved)' : ''}`,
  ];
}

const CAUSE_WORDS = {
  'limit-too-low': 'limit too low',
  leak: 'leak',
  spike: 'spike',
  startup: 'start-up',
  'memory-volume': 'memory volume',
  'child-process': 'child process',
  'pod-limit': 'limit of the whole pod',
  'heap-setting': 'heap setting',
  'node-pressure': 'the node ran out',
  'no-limit': 'no limit',
  'not-an-oom': 'no memory kill',
  unclear: 'unclear',
} as const satisfies Record<Cause, string>;

function commonWords(common: CommonCause, count: number): string {
  switch (common.kind) {
    case 'node-pressure':
      return `*The cause is the node* ${code(common.node)}: it ran out of memory itself, and *${common.incidents}* of ${count} died there. Raising their limits would not help; look at the node first.`;
    case 'one-node':
      return `*${common.incidents}* of ${count} died on one node, ${code(common.node)}, each at its own limit: see what began there at that time.`;
    case 'one-namespace':
      return `All of them are in namespace ${code(common.namespace)}: a release or a burst of load there is the first thing to look at.`;
    case 'one-cause':
      return `*${common.incidents}* of ${count} have the same likely cause: ${CAUSE_WORDS[common.cause]}.`;
    case 'only-node':
      return `All of them died on node ${code(common.node)}. Nothing else in common shows: no namespace, no cause.`;
    case 'nothing':
      return 'They have nothing in common that shows: no node, no namespace, no cause.';
  }
}

function nodeWords({ nodes }: StormStory): string {
  const named = nodes
    .slice(0, MOST_NODES)
    .map(([node, kills]) => `${node === undefined ? 'not known where' : code(node)} *${kills}*`);
  const more = nodes.length > MOST_NODES ? ` and ${nodes.length - MOST_NODES} more nodes` : '';
  return `*Kills by node:* ${named.join(' · ')}${more}`;
}

/** One incident of a storm, in the storm's thread. */
export function stormCard(input: RootInput): Rendered {
  const { incident, dossier } = input;
  const id = encode({ incident: incident.id });
  const why =
    incident.explanationAsked === true || dossier === undefined
      ? []
      : [
          button({
            action: ACTION.explain,
            text: 'Explain',
            value: id,
            label: `Explain why ${incident.workload.name} was killed`,
          }),
        ];
  return {
    text: `${incident.id}: ${prose(workloadName(incident.workload))} (container ${prose(incident.container)}) ran out of memory, killed ${timesInWords(incident)}.`,
    blocks: [
      section(`*${incident.id}* · ${whatHappened(input)}`),
      ...(dossier === undefined ? [] : [section(likelyCause(dossier))]),
      ...controls(incident, why),
      ...(why.length > 0 && incident.state !== 'open' && incident.state !== 'proposed'
        ? [actions(`why:${incident.id}`, why)]
        : []),
    ],
    strip: stripFor(input),
  };
}
