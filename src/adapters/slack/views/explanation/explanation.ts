// Why it was killed: the reply in the thread, and the private answer to /oom pod. Facts first, then the chart, the number with its arithmetic,
// the log's end, and what kubectl describe says. Every missing piece says why it is missing.

import type { Bytes } from '../../../../domain/base/memory.ts';
import { formatBytes } from '../../../../domain/base/memory.ts';
import { valueOf } from '../../../../domain/base/piece.ts';
import { findContainer } from '../../../../domain/base/pod.ts';
import type { Cause } from '../../../../domain/diagnosis/diagnosis.ts';
import { background } from '../../../../domain/evidence/background.ts';
import type { Usage } from '../../../../domain/evidence/evidence.ts';
import { oomScoreOf } from '../../../../domain/evidence/qos.ts';
import { otherLimitNote } from '../../../../domain/evidence/sample.ts';
import type { Dossier } from '../../../../domain/incident/incident.ts';
import { explainExitCode, explainKillCode } from '../../../../domain/kill/exit-code.ts';
import type { Kill } from '../../../../domain/kill/oom-kill.ts';
import type { AnyBlock } from '../../blocks.ts';
import { actions, bullets, button, context, folded, picture, section } from '../../blocks.ts';
import { ACTION, encode } from '../../ids.ts';
import { code, cut, fenced, moment, prose } from '../../text.ts';
import type { Rendered } from '../rendered.ts';
import { memoryChart, seriesInWords } from './chart.ts';
import { describeExcerpt } from './describe-excerpt.ts';
import { sourceLines } from './sources.ts';

export type ExplanationInput = {
  readonly place: { readonly namespace: string; readonly pod: string; readonly container: string };
  readonly kill: Kill | undefined;
  readonly dossier: Dossier;
  /** Without charts and folding, for a workspace that refuses them. */
  readonly plain: boolean;
  /** The id of the file that stands in for the chart in a plain message. */
  readonly picture?: string | undefined;
  /** Whose full output can be asked for; undefined: nobody's. */
  readonly incidentId?: string | undefined;
};

type Series = Extract<Usage, { readonly kind: 'series' }>;

const LOG_BUDGET = 1500;
const DESCRIBE_BUDGET = 2600;

export function explanationView(input: ExplanationInput): Rendered {
  const { dossier, place, kill } = input;
  const { diagnosis, recommendation } = dossier;
  const title = kill === undefined ? 'How it stands' : 'Why it was killed';
  return {
    text: [
      `${title}: ${prose(diagnosis.summary)}`,
      chartSentence(input) ?? '',
      prose(recommendation.kind === 'raise' ? recommendation.arithmetic : (recommendation.advice[0] ?? '')),
    ]
      .filter((words) => words !== '')
      .join(' '),
    blocks: [
      section(`*${title}* · ${whereWords(place)}\n${prose(diagnosis.summary)} _(${diagnosis.confidence} confidence)_`),
      bullets(factLines(input)),
      ...usageBlocks(input),
      section(whatToDo(dossier)),
      ...logBlocks(dossier),
      ...describeBlocks(input),
      ...fullOutput(input),
      context(...sourceLines({ kill, dossier })),
      ...missing(dossier),
    ],
  };
}

function whereWords({ namespace, pod, container }: ExplanationInput['place']): string {
  return namespace === '' ? `node ${code(pod)}` : `${code(`${namespace}/${pod}`)}, container ${code(container)}`;
}

function factLines({ dossier, kill }: ExplanationInput): readonly string[] {
  const { diagnosis } = dossier;
  return [
    ...diagnosis.facts,
    ...diagnosis.against.map((line) => `Against it: ${line}`),
    exitLine(dossier, kill),
    ...(kill === undefined
      ? []
      : ['CPU over its limit is only slowed down; memory over its limit is killed, because memory cannot be taken back.']),
    qosLine(dossier, kill),
    ...(kill === undefined ? [] : background(kill, dossier.evidence)),
    ...(diagnosis.toSettle === undefined ? [] : [`What would settle it: ${diagnosis.toSettle}`]),
  ].filter((line) => line !== '');
}

function exitLine({ evidence }: Dossier, kill: Kill | undefined): string {
  if (kill !== undefined) return explainKillCode(kill);
  const pod = valueOf(evidence.pod);
  const ended = pod?.containers
    .map(({ state, lastState }) => (state.kind === 'terminated' ? state : lastState))
    .find((end) => end !== undefined);
  return ended === undefined ? '' : explainExitCode(ended.exitCode);
}

/** Nothing was killed, or at another limit than the container's own: the score may have counted. */
const NOT_AT_ITS_OWN_LIMIT: readonly Cause[] = ['node-pressure', 'pod-limit', 'no-limit', 'not-an-oom'];

/** The QoS class and the score; how the score came about only where it decided who dies: when the node ran out. */
function qosLine({ evidence, diagnosis }: Dossier, kill: Kill | undefined): string {
  const pod = valueOf(evidence.pod);
  if (pod?.qosClass === undefined) return '';
  const container = kill === undefined ? pod.containers[0] : findContainer(pod, kill.ref.container);
  const score = container === undefined ? undefined : oomScoreOf(pod, container, valueOf(evidence.node)?.capacity);
  const decided = kill !== undefined && diagnosis.cause === 'node-pressure';
  const value = score === undefined ? '' : `, oom_score_adj ${score.score}${decided ? ` (${score.arithmetic})` : ''}`;
  const order = 'when a whole node runs out, the kernel kills the highest score first.';
  return kill === undefined || NOT_AT_ITS_OWN_LIMIT.includes(diagnosis.cause)
    ? `QoS class ${pod.qosClass}${value}: ${order}`
    : `QoS class ${pod.qosClass}${value}: it does not matter here, where the container hit its own limit; ${order}`;
}

function usageBlocks(input: ExplanationInput): readonly AnyBlock[] {
  const { dossier, kill } = input;
  const { usage } = dossier.evidence;
  if (usage.kind === 'unavailable') return [section(`:information_source: *No memory usage:* ${prose(usage.reason)}.`)];
  const limit = limitOf(input);
  const against = limit === undefined ? 'there is no limit' : `limit ${formatBytes(limit)}`;
  if (usage.value.kind === 'instant') {
    const { bytes, at } = usage.value.now;
    const after = kill === undefined ? '' : `, after the ${kill.how === 'silent' ? 'kill' : 'restart'}`;
    return [
      section(
        `*Memory now:* ${formatBytes(bytes)}, ${against}. One instant from ${prose(usage.source)}, ${moment(at)}${after}: not a peak. Connect Prometheus for a history.`,
      ),
    ];
  }
  const { peak, p95 } = usage.value;
  // A sample below the limit that was hit cannot be the peak: what killed it lies between two samples.
  const peakWords =
    kill !== undefined && limit !== undefined && peak.bytes < limit
      ? `at least *${formatBytes(peak.bytes)}* (highest sample of all its pods, ${moment(peak.at)}: a lower bound, for the burst between two samples does not show)`
      : `highest sample of all its pods *${formatBytes(peak.bytes)}*${otherLimitNote(peak.bytes, limit)} (${moment(peak.at)})`;
  const numbers = `*Memory:* ${peakWords}, 95 % of samples below ${formatBytes(p95)}, ${against}. From ${prose(usage.source)}.`;
  return [section(numbers), ...chartBlocks(input, usage.value)];
}

function chartBlocks(input: ExplanationInput, usage: Series): readonly AnyBlock[] {
  if (!input.plain) return [memoryChart(usage, limitOf(input))].flatMap((chart) => (chart === undefined ? [] : [chart]));
  return input.picture === undefined ? [] : [picture(input.picture, chartSentence(input) ?? 'Memory over time')];
}

type Explained = Pick<ExplanationInput, 'kill' | 'dossier'>;

function limitOf({ kill, dossier }: Explained) {
  return kill?.limit ?? valueOf(dossier.evidence.pod)?.containers[0]?.resources.limit?.bytes;
}

/** The chart in one sentence, for whoever does not see it. */
function chartSentence(input: Explained): string | undefined {
  const usage = valueOf(input.dossier.evidence.usage);
  return usage?.kind === 'series' ? seriesInWords(usage, limitOf(input)) : undefined;
}

/** What this input's chart is drawn from; undefined when there is no line to draw. */
export function chartOf(input: Explained): { readonly points: Series['points']; readonly limit: Bytes | undefined } | undefined {
  const usage = valueOf(input.dossier.evidence.usage);
  return usage?.kind === 'series' && usage.points.length >= 3 ? { points: usage.points, limit: limitOf(input) } : undefined;
}

/** The rest of what was read, when it does not all fit here. */
function fullOutput({ incidentId, dossier: { evidence } }: ExplanationInput): readonly AnyBlock[] {
  const log = valueOf(evidence.log)?.lines ?? [];
  const isCut = (valueOf(evidence.describe)?.length ?? 0) > DESCRIBE_BUDGET || lastThatFit(log, LOG_BUDGET).length < log.length;
  if (incidentId === undefined || !isCut) return [];
  const value = encode({ incident: incidentId });
  const label = `Put everything that was read about ${incidentId} into the thread as a file`;
  return [
    actions(`more:${incidentId}:${evidence.gatheredAt}`, [
      button({ action: ACTION.output, text: 'Full output as file', value, label }),
    ]),
  ];
}

function whatToDo({ recommendation }: Dossier): string {
  const advice = recommendation.advice.slice(0, 5).map((line) => `• ${prose(line)}`);
  if (recommendation.kind === 'advise')
    return cut(['*What can be done*', prose(recommendation.reason), ...advice].join('\n'), 2500);
  return cut(
    [`*Suggested limit: ${formatBytes(recommendation.limit)}*`, prose(recommendation.arithmetic), ...advice].join('\n'),
    2500,
  );
}

function logBlocks({ evidence }: Dossier): readonly AnyBlock[] {
  const { log } = evidence;
  if (log.kind === 'unavailable') return [section(`:information_source: *No log:* ${prose(log.reason)}.`)];
  const { lines, cutMidLine, instance } = log.value;
  if (lines.length === 0) return [section(`*The log of the ${instance} run is empty.*`)];
  const end =
    cutMidLine && instance === 'killed' ? '\n_It ends in the middle of a line: the kernel gave it no time to finish._' : '';
  return [section(`*The log’s last lines* (${instance} run)\n${fenced(lastThatFit(lines, LOG_BUDGET), LOG_BUDGET + 200)}${end}`)];
}

/** The newest lines within the budget: the end of a log tells more than its beginning. */
function lastThatFit(lines: readonly string[], budget: number): readonly string[] {
  const kept: string[] = [];
  let used = 0;
  for (const line of lines.toReversed()) {
    const short = cut(line, 300);
    used += short.length + 1;
    if (used > budget || kept.length >= 12) break;
    kept.unshift(short);
  }
  return kept;
}

function describeBlocks({ dossier, plain }: ExplanationInput): readonly AnyBlock[] {
  const { describe } = dossier.evidence;
  if (describe.kind === 'unavailable') return [section(`:information_source: *No pod details:* ${prose(describe.reason)}.`)];
  const text = section(fenced(describeExcerpt(describe.value, DESCRIBE_BUDGET), DESCRIBE_BUDGET));
  return plain
    ? [section('*Pod details, as kubectl describe shows them*'), text]
    : [folded('Pod details, as kubectl describe shows them', [text])];
}

/** What else could not be read, and why. */
function missing({ evidence }: Dossier): readonly AnyBlock[] {
  const lines = (
    [
      ['events', evidence.events],
      ['rollout', evidence.rollout],
      ['pods of the node', evidence.nodePods],
      ['node', evidence.node],
      ['owner', evidence.owner],
      ['pod', evidence.pod],
    ] as const
  ).flatMap(([name, piece]) => (piece.kind === 'unavailable' ? [`Without ${name}: ${prose(piece.reason)}`] : []));
  return lines.length === 0 ? [] : [context(...lines)];
}
