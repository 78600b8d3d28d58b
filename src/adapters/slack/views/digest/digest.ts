// The digest of a channel: what was killed with a chart, what was changed and by whom, what stayed quiet since, and which limits are far too wide.

import { formatBytes } from '../../../../domain/base/memory.ts';
import type { Instant } from '../../../../domain/base/time.ts';
import { workloadName } from '../../../../domain/base/workload.ts';
import type { Proposal } from '../../../../domain/change/proposal.ts';
import type { Digest } from '../../../../domain/incident/digest.ts';
import type { Tightening } from '../../../../domain/sizing/tighten.ts';
import type { AnyBlock, ChartBlock } from '../../blocks.ts';
import { context, header, LIMITS, section } from '../../blocks.ts';
import { code, cut, fenced, moment, prose } from '../../text.ts';
import { table } from '../answers/answer-blocks.ts';
import { fitted } from '../fitted.ts';
import { changeInWords, objectInWords, outcomeSentence, who } from '../proposal/proposal-words.ts';
import type { Rendered } from '../rendered.ts';

/** As Kubernetes has them at most: a namespace of 63 and a name of 253 characters. */
const LONGEST_NAME = 317;
const SHOWN = { killed: 12, changed: 6, quiet: 8 } as const;

/** `plain`: without the chart, for a workspace that refuses it. */
export function digestView(digest: Digest, plain: boolean): Rendered {
  const { period, from, until, killed, changed, quiet } = digest;
  const name = period === 'daily' ? 'The last day' : 'The last week';
  return {
    text: `${name}: ${counted(digest.kills, 'kill')} of ${counted(killed.length, 'container')}, ${counted(changed.length, 'change')}, ${counted(quiet.length, 'incident')} quiet since. Open the message for the details.`,
    blocks: fitted([
      header(`:chart_with_upwards_trend: ${name} in memory kills`),
      section(summary(digest)),
      ...(digest.kills === 0 ? [] : [plain ? drawn(digest) : chart(digest)]),
      ...killedBlocks(digest),
      ...listed(
        'Changed',
        changed
          .slice(0, SHOWN.changed)
          .map(
            (proposal) =>
              `*${proposal.id}* ${changeInWords(proposal.change)} for ${objectInWords(proposal.change)}, asked by ${who(proposal.requester)}${approvedBy(proposal)}. ${outcomeSentence(proposal)}`,
          ),
      ),
      ...listed(
        'Quiet since',
        quiet
          .slice(0, SHOWN.quiet)
          .map(
            (incident) =>
              `*${incident.id}* ${code(cut(workloadName(incident.workload), LONGEST_NAME))}${incident.resolvedAt === undefined ? '' : `, resolved ${moment(incident.resolvedAt)}`}`,
          ),
      ),
      ...tightenBlocks(digest),
      context(`${moment(from)} to ${moment(until)}`, `Everything: ${code('/oom recent')}`),
    ]),
  };
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function summary({ kills, killed, changed, quiet }: Digest): string {
  if (kills === 0 && changed.length === 0 && quiet.length === 0)
    return ':white_check_mark: Nothing was killed for memory, and nothing was changed.';
  const least = killed.some(({ orMore }) => orMore) ? 'At least ' : '';
  return `${least}*${counted(kills, 'kill')}* of ${counted(killed.length, 'container')} · *${counted(changed.length, 'change')}* decided or ended · *${counted(quiet.length, 'incident')}* quiet since`;
}

/** Whole lines, in as many sections as they need. */
function listed(title: string, lines: readonly string[]): readonly AnyBlock[] {
  const parts: string[] = [];
  for (const line of lines) {
    const last = parts.at(-1);
    const item = `• ${line}`;
    if (last === undefined) parts.push(`*${title}*\n${item}`);
    else if (last.length + item.length < LIMITS.section) parts[parts.length - 1] = `${last}\n${item}`;
    else parts.push(item);
  }
  return parts.map(section);
}

function killedBlocks({ killed }: Digest): readonly AnyBlock[] {
  if (killed.length === 0) return [];
  const rows = killed
    .slice(0, SHOWN.killed)
    .map(({ incident, kills, orMore }) => [
      `${workloadName(incident.workload)} (${incident.container})`,
      `${kills}${orMore ? '+' : ''}`,
      incident.lastKill.limit === undefined ? 'none' : formatBytes(incident.lastKill.limit),
      incident.state === 'resolved' ? 'quiet' : 'open',
      incident.id,
    ]);
  const more = killed.length > SHOWN.killed ? [context(`and ${killed.length - SHOWN.killed} more`)] : [];
  return [table(['Container', 'Kills', 'Limit', 'Now', 'Incident'], rows), ...more];
}

/** Everybody whose approval it took; the outcome names who refused. */
function approvedBy({ state, approvals }: Proposal): string {
  if (!('by' in state) || state.kind === 'refused') return '';
  const people = [...new Set([...approvals.map(({ by }) => by), state.by])];
  return `, approved by ${people.map(who).join(' and ')}`;
}

function chartTitle(period: Digest['period']): string {
  return period === 'daily' ? 'Kills by three hours (UTC)' : 'Kills by day (UTC)';
}

const WIDEST_BAR = 24;

/** The chart in letters. */
function drawn({ course, period }: Digest): AnyBlock {
  const most = Math.max(1, ...course.map(({ kills }) => kills));
  const lines = course.map(
    ({ from, kills }) => `${labelOf(from, period)} ${'█'.repeat(Math.ceil((kills / most) * WIDEST_BAR))} ${kills}`,
  );
  return section(`*${chartTitle(period)}*\n${fenced(lines, 1000)}`);
}

function chart({ course, period }: Digest): ChartBlock {
  const labels = course.map(({ from }) => labelOf(from, period));
  return {
    type: 'data_visualization',
    title: chartTitle(period),
    chart: {
      type: 'bar',
      series: [{ name: 'Kills', data: course.map(({ kills }, index) => ({ label: labels[index] ?? '', value: kills })) }],
      axis_config: { categories: labels, x_label: 'UTC', y_label: 'Kills' },
    },
  };
}

function labelOf(at: Instant, period: Digest['period']): string {
  const iso = new Date(at).toISOString();
  return period === 'daily' ? iso.slice(11, 16) : iso.slice(5, 10);
}

function tightenBlocks({ tighten, period }: Digest): readonly AnyBlock[] {
  if (tighten.kind === 'unavailable') {
    return period === 'weekly' ? [context(`Which limits are too wide is not known: ${prose(tighten.reason)}`)] : [];
  }
  return listed('Far too wide, and could be tightened', tighten.value.map(tightenLine));
}

function tightenLine({ workload, container, pods, peak, limit, suggested, freed }: Tightening): string {
  const place = `${code(cut(workloadName(workload), LONGEST_NAME))} (${prose(cut(container, LONGEST_NAME))}, ${counted(pods, 'pod')})`;
  return `${place} used at most ${formatBytes(peak)} of *${formatBytes(limit)}*; *${formatBytes(suggested)}* would do, ${formatBytes(freed)} less in all`;
}
