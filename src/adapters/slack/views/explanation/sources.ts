// Where the numbers of a message come from and when they were read: what the kubelet says of the kill, what the pod's spec says, what was measured, and what the
// API server says around it. Escaped mrkdwn, each a line of small print; what could not be read is told elsewhere.

import type { Piece } from '../../../../domain/base/piece.ts';
import { findContainer } from '../../../../domain/base/pod.ts';
import type { MeasuredFrom } from '../../../../domain/change/basis.ts';
import { measuredFrom } from '../../../../domain/change/basis.ts';
import type { Usage } from '../../../../domain/evidence/evidence.ts';
import type { LimitInForce } from '../../../../domain/evidence/limit-in-force.ts';
import { limitInForce } from '../../../../domain/evidence/limit-in-force.ts';
import type { Dossier } from '../../../../domain/incident/incident.ts';
import type { Kill } from '../../../../domain/kill/oom-kill.ts';
import { moment, prose } from '../../text.ts';
import { killMoment } from '../incident/kill-words.ts';

export type Sourced = { readonly kill: Kill | undefined; readonly dossier: Dossier };

/** The kill, the limit, the memory, what stands around it. */
export function sourceLines({ kill, dossier }: Sourced): readonly string[] {
  const { evidence } = dossier;
  const around = aroundOf(evidence);
  return [
    ...(kill === undefined ? [] : [`Kill, exit code and restarts: ${killSource(kill)}, ${killMoment(kill)}`]),
    ...limitSource(kill, evidence.pod),
    ...memorySource(evidence.usage),
    around === '' ? `Read ${moment(evidence.gatheredAt)}` : `${around}: the API server, ${moment(evidence.gatheredAt)}`,
  ];
}

const SHOWN: Readonly<Record<Kill['shownIn'], string>> = {
  state: 'the kubelet’s pod status',
  lastState: 'the kubelet’s pod status',
  event: 'an event',
  kernel: 'the node’s kernel log',
  metric: 'the kernel’s counter, by Prometheus',
};

export function killSource({ shownIn, kernel }: Kill): string {
  const also = kernel === undefined || shownIn === 'kernel' ? '' : ' and kernel log';
  return `${SHOWN[shownIn]}${also}`;
}

const SET: Readonly<Record<LimitInForce['from'], string>> = {
  spec: 'the pod’s spec',
  status: 'the kubelet’s pod status',
  'limit-range': 'the pod’s spec, by a LimitRange',
  pod: 'the pod’s spec, of the whole pod',
};

function limitSource(kill: Kill | undefined, pod: Dossier['evidence']['pod']): readonly string[] {
  if (pod.kind === 'unavailable')
    return kill?.limit === undefined ? [] : [`Limit and request: the pod as the watcher saw it, ${moment(kill.seenAt)}`];
  const container = kill === undefined ? pod.value.containers[0] : findContainer(pod.value, kill.ref.container);
  const inForce = container === undefined ? undefined : limitInForce(pod.value, container);
  return [`Limit, request and QoS: ${inForce === undefined ? SET.spec : SET[inForce.from]}, ${moment(pod.at)}`];
}

function memorySource(usage: Piece<Usage>): readonly string[] {
  const from = measuredFrom(usage);
  return from === undefined ? [] : [`Memory: ${measuredWords(from)}`];
}

/** "Prometheus, samples of 6 days to today at 02:47" */
export function measuredWords({ source, days = 0, single, at }: MeasuredFrom): string {
  if (single === true) return `${prose(source)}, one value of ${moment(at)}`;
  const span = days < 1 ? '' : ` of ${days} ${days === 1 ? 'day' : 'days'}`;
  return `${prose(source)}, samples${span} to ${moment(at)}`;
}

function aroundOf({ node, nodePods, owner, rollout }: Dossier['evidence']): string {
  const parts = [
    ...(node.kind === 'known' ? ['node'] : []),
    ...(nodePods.kind === 'known' ? ['its pods'] : []),
    ...(owner.kind === 'known' || rollout.kind === 'known' ? ['workload'] : []),
  ].join(', ');
  return parts.slice(0, 1).toUpperCase() + parts.slice(1);
}
