// What a pull request says: title, commit message and a body with the evidence, in Markdown. Whatever comes from the cluster or from a person is cut and
// made harmless: it mentions nobody, links nothing, closes no issue and ends no block.

import type { Bytes } from '../base/memory.ts';
import { formatBytes, formatQuantity, MIB } from '../base/memory.ts';
import { valueOf } from '../base/piece.ts';
import type { Instant } from '../base/time.ts';
import { HOUR } from '../base/time.ts';
import type { Change } from '../change/change.ts';
import { lowersRequestOnly } from '../change/change.ts';
import type { Proposal } from '../change/proposal.ts';
import { timesInWords } from '../kill/kill-count.ts';
import type { Dossier, Incident } from './incident.ts';

export type PullRequestText = { readonly title: string; readonly body: string; readonly commit: string };

export type Telling = { readonly proposal: Proposal; readonly incident: Incident; readonly dossier: Dossier | undefined };

/** Points in the chart: more are not seen. */
const CHART_POINTS = 48;
const TITLE_LENGTH = 120;
const PROSE_LENGTH = 600;

export function pullRequestText(telling: Telling): PullRequestText {
  const { proposal, incident } = telling;
  const { change } = proposal;
  const title = titleOf(change);
  const body = [
    `${plain(change.workload.kind)} ${code(`${change.workload.namespace}/${change.workload.name}`)}, container ${code(change.container)}, in cluster ${code(change.workload.cluster)}.`,
    '',
    ...table(change),
    '',
    `### Why`,
    '',
    `> ${plain(proposal.reason)}`,
    '',
    // What speaks for the change that is taken back is no reason to take it back.
    ...(proposal.undoes === undefined
      ? evidence(telling)
      : [`Takes back ${proposal.undoes}: the values are those of before it.`, '']),
    '---',
    '',
    `Proposed by Headroom for ${incident.id} as ${proposal.id}, after an approval in chat. It follows this pull request and tells there what became of it.`,
    '',
  ].join('\n');
  return { title, body, commit: `${title}\n\n${incident.id}, ${proposal.id}` };
}

function titleOf(change: Change): string {
  const { before, after, workload } = change;
  if (lowersRequestOnly(change) && after.request !== undefined)
    return `Lower memory request of ${workload.name} to ${formatQuantity(after.request)}`.slice(0, TITLE_LENGTH);
  const [old, next] = [before.limit?.bytes, after.limit];
  const verb = next === undefined ? 'Remove' : old === undefined ? 'Set' : next < old ? 'Lower' : 'Raise';
  const to = next === undefined ? '' : ` to ${formatQuantity(next)}`;
  return `${verb} memory limit of ${workload.name}${to}`.slice(0, TITLE_LENGTH);
}

function table({ before, after }: Change): readonly string[] {
  const row = (name: string, old: string | undefined, next: Bytes | undefined): string =>
    `| ${name} | ${code(old ?? 'not set')} | ${code(next === undefined ? 'not set' : formatQuantity(next))} |`;
  return [
    '| memory | before | after |',
    '| --- | --- | --- |',
    row('limit', before.limit?.text, after.limit),
    row('request', before.request?.text, after.request ?? before.request?.bytes),
  ];
}

function evidence({ incident, dossier }: Telling): readonly string[] {
  if (dossier === undefined) return [];
  const { diagnosis, recommendation } = dossier;
  return [
    '### Evidence',
    '',
    `- killed for memory ${timesInWords(incident)}, exit code ${incident.lastKill.exitCode ?? 'unknown'}`,
    `- ${plain(diagnosis.summary)}`,
    ...diagnosis.facts.slice(0, 6).map((fact) => `- ${plain(fact)}`),
    ...(recommendation.kind === 'raise' ? [`- ${plain(recommendation.arithmetic)}`] : []),
    '',
    ...chart(dossier),
  ];
}

/** Memory over time, drawn by the host's Mermaid. Numbers only. */
function chart({ evidence: read }: Dossier): readonly string[] {
  const usage = valueOf(read.usage);
  if (usage?.kind !== 'series' || usage.points.length < 2) return [];
  const step = Math.ceil(usage.points.length / CHART_POINTS);
  const points = usage.points.filter((_, index) => index % step === 0);
  const mebibytes = points.map(({ bytes }) => Math.round(bytes / MIB));
  const hours = spanHours(points[0]?.at, points.at(-1)?.at);
  return [
    '```mermaid',
    'xychart-beta',
    `  title "Working set, highest sample ${formatBytes(usage.peak.bytes)}"`,
    `  x-axis "hours before the kill" ${hours} --> 0`,
    '  y-axis "Mi"',
    `  line [${mebibytes.join(', ')}]`,
    '```',
    '',
  ];
}

function spanHours(from: Instant | undefined, to: Instant | undefined): number {
  return Math.max(0.1, Math.round((((to ?? 0) - (from ?? 0)) / HOUR) * 10) / 10);
}

/** Prose from outside, on one line: nothing in it is Markdown, HTML, a mention, a reference or a link. */
export function plain(text: string): string {
  return text
    .slice(0, PROSE_LENGTH)
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()|~!]/g, '\\$&')
    .replaceAll(/[@#]/g, '$&\u200b')
    .replaceAll('://', ':\u200b//')
    .replaceAll(/^([-+=]|\d+\.)/g, '\\$1');
}

/** A code span, which renders nothing. */
function code(text: string): string {
  const inner = text
    .replaceAll(/[`\p{C}|]+/gu, ' ')
    .slice(0, 260)
    .trim();
  return `\`${inner === '' ? ' ' : inner}\``;
}
