// The Home tab: what waits for this person's approval, the incidents that are theirs, the others that are open, what is muted, and how the bot is.
// A hundred blocks at most, so each list shows its first ones.

import type { HomeView, KnownBlock } from '@slack/types';
import type { BotHealth, HomeContent } from '../../../api/conversation.ts';
import type { Presence, Standing } from '../../../domain/coverage/presence.ts';
import type { Incident } from '../../../domain/incident/incident.ts';
import { actions, button, context, header, section } from '../blocks.ts';
import { ACTION } from '../ids.ts';
import { code, moment, prose } from '../text.ts';
import { waitingBlocks } from './answers/answer-lists.ts';
import { muteLine } from './answers/mute-words.ts';
import { incidentLine } from './incident/incident-line.ts';
import type { Workspace } from './permalink.ts';

const SHOWN = { waiting: 10, mine: 12, others: 12, mutes: 5, processes: 10 } as const;

export function homeView({ at, waiting, mine, incidents, mutes, health }: HomeContent, workspace: Workspace): HomeView {
  return {
    type: 'home',
    blocks: [
      header('Headroom'),
      section(
        `*${waiting.length}* waiting for your approval · *${counted(mine.length + incidents.length, 'open incident')}*, *${mine.length}* of them yours`,
      ),
      ...titled('Waiting for your approval', waiting.length, SHOWN.waiting),
      ...waiting.slice(0, SHOWN.waiting).flatMap(waitingBlocks),
      ...listed({ title: 'Yours', incidents: mine, shown: SHOWN.mine }, workspace),
      ...listed({ title: mine.length === 0 ? 'Open' : 'Others', incidents, shown: SHOWN.others }, workspace),
      ...titled('Muted', mutes.length, SHOWN.mutes),
      ...mutes.slice(0, SHOWN.mutes).map((mute) => section(muteLine(mute))),
      { type: 'divider' },
      ...healthBlocks(health),
      actions('home', [button({ action: ACTION.home, text: 'Refresh', value: 'home', label: 'Read all of this again' })]),
      context(`As of ${moment(at)}`, `Ask anything: ${code('/oom help')}`),
    ],
  };
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** Nothing for an empty list. */
function titled(title: string, count: number, shown: number): readonly KnownBlock[] {
  if (count === 0) return [];
  return [section(count > shown ? `*${title}* (the first ${shown} of ${count})` : `*${title}*`)];
}

type Listing = { readonly title: string; readonly incidents: readonly Incident[]; readonly shown: number };

function listed({ title, incidents, shown }: Listing, workspace: Workspace): readonly KnownBlock[] {
  return [
    ...titled(title, incidents.length, shown),
    ...incidents.slice(0, shown).map((incident) => section(incidentLine(incident, workspace))),
  ];
}

function healthBlocks({ processes, queue, storeMs, ailments }: BotHealth): readonly KnownBlock[] {
  const title =
    ailments.length === 0
      ? ':large_green_circle: *Headroom itself is well*'
      : [':red_circle: *Headroom itself is not well*', ...ailments.slice(0, 5).map((each) => `• ${prose(each)}`)].join('\n');
  const failed = queue.failed === 0 ? '' : `, ${queue.failed} given up in the last day`;
  return [
    section(title),
    section(
      [
        `*Queue:* ${queue.waiting} waiting, ${queue.running} running${failed}`,
        `*Redis:* answers in ${storeMs} ms`,
        ...processes.slice(0, SHOWN.processes).map(processLine),
      ].join('\n'),
    ),
  ];
}

const STANDING: Readonly<Record<Standing, string>> = {
  alone: 'watches',
  leading: 'leads and watches',
  'standing-by': 'stands by to watch',
};

/** "Process with all roles on host vm-1: watches cluster demo · 2 connections to Slack · Prometheus answers" */
function processLine({ host, role, cluster, watching, slackConnections, prometheus }: Presence): string {
  const where = `cluster ${prose(cluster)}`;
  const parts = [
    watching === undefined
      ? `for ${where}`
      : `${STANDING[watching.standing]} ${where}${watching.connected ? '' : ', *without the API server*'}`,
    slackConnections === undefined ? undefined : counted(slackConnections, 'connection') + ' to Slack',
    prometheus === undefined
      ? 'no Prometheus'
      : prometheus.answers
        ? 'Prometheus answers'
        : `*Prometheus:* ${prose(prometheus.words)}`,
  ];
  const what = role === 'all' ? 'all roles' : `the role ${prose(role)}`;
  return `*Process with ${what}* on host ${code(host)}: ${parts.filter((each) => each !== undefined).join(' · ')}`;
}
