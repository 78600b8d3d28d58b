// kubectl describe pod, rendered from the objects: same sections, order and alignment as kubectl 1.36, checked line by line against the
// real one by the contract suite. Differs on purpose: times are in UTC, and secrets are cut out of values, arguments and events.

import { humanDuration, rfc1123z } from './age.ts';
import { containerLines, resourceLines, seccompLines } from './container.ts';
import { eventTable } from './events-table.ts';
import { annotationLines, labelLines } from './maps.ts';
import type { Raw } from './raw.ts';
import { has, list, object, text } from './raw.ts';
import { schedulingLines } from './scheduling.ts';
import { alignTabs } from './table.ts';
import { volumeLines } from './volumes.ts';

export type DescribeInput = { readonly pod: unknown; readonly events: readonly unknown[]; readonly nowMs: number };

export function describePod({ pod, events, nowMs }: DescribeInput): string {
  const body = alignTabs([
    ...headLines(pod, nowMs),
    ...blockLines(pod),
    ...tailLines(pod),
    ...(events.length === 0 ? ['Events:\t<none>'] : []),
  ]);
  const table = events.length === 0 ? [] : ['Events:', ...alignTabs(eventTable(events, nowMs))];
  return [...body, ...table].join('\n');
}

function headLines(pod: unknown, nowMs: number): readonly string[] {
  const [metadata, spec, status] = [object(pod, 'metadata'), object(pod, 'spec'), object(pod, 'status')];
  const node = text(spec, 'nodeName');
  return [
    `Name:\t${text(metadata, 'name')}`,
    `Namespace:\t${text(metadata, 'namespace')}`,
    ...(has(spec, 'priority') ? [`Priority:\t${text(spec, 'priority')}`] : []),
    ...optional('Priority Class Name', text(spec, 'priorityClassName')),
    ...optional('Runtime Class Name', text(spec, 'runtimeClassName')),
    ...optional('Service Account', text(spec, 'serviceAccountName')),
    `Node:\t${node === '' ? '<none>' : `${node}/${text(status, 'hostIP')}`}`,
    ...(has(status, 'startTime') ? [`Start Time:\t${rfc1123z(text(status, 'startTime'))}`] : []),
    ...labelLines('Labels', object(metadata, 'labels')),
    ...annotationLines(object(metadata, 'annotations')),
    ...phaseLines(metadata, status, nowMs),
    ...seccompLines(object(spec, 'securityContext'), ''),
    ...addressLines(status),
    ...controlledBy(metadata),
    ...optional('NominatedNodeName', text(status, 'nominatedNodeName')),
    ...(has(spec, 'resources') ? ['Resources:', ...resourceLines(object(spec, 'resources'), '  ')] : []),
  ];
}

function optional(title: string, value: string): readonly string[] {
  return value === '' ? [] : [`${title}:\t${value}`];
}

function phaseLines(metadata: Raw, status: Raw, nowMs: number): readonly string[] {
  const phase = text(status, 'phase');
  const leaving = has(metadata, 'deletionTimestamp') && phase !== 'Failed' && phase !== 'Succeeded';
  const lasts = humanDuration(nowMs - Date.parse(text(metadata, 'deletionTimestamp')));
  return [
    ...(leaving
      ? [`Status:\tTerminating (lasts ${lasts})`, `Termination Grace Period:\t${text(metadata, 'deletionGracePeriodSeconds')}s`]
      : [`Status:\t${phase}`]),
    ...optional('Reason', text(status, 'reason')),
    ...optional('Message', text(status, 'message')),
  ];
}

function addressLines(status: Raw): readonly string[] {
  const ips = list(status, 'podIPs').map((ip) => text(ip, 'ip'));
  return [
    `IP:\t${text(status, 'podIP')}`,
    ...(ips.length === 0 ? ['IPs:\t<none>'] : ['IPs:', ...ips.map((ip) => `  IP:\t${ip}`)]),
  ];
}

function controlledBy(metadata: Raw): readonly string[] {
  const owner = list(metadata, 'ownerReferences').find((reference) => text(reference, 'controller') === 'true');
  return owner === undefined ? [] : [`Controlled By:\t${text(owner, 'kind')}/${text(owner, 'name')}`];
}

function blockLines(pod: unknown): readonly string[] {
  const [spec, status] = [object(pod, 'spec'), object(pod, 'status')];
  const groups = [
    { title: 'Init Containers', containers: list(spec, 'initContainers'), statuses: list(status, 'initContainerStatuses') },
    { title: 'Containers', containers: list(spec, 'containers'), statuses: list(status, 'containerStatuses') },
    {
      title: 'Ephemeral Containers',
      containers: list(spec, 'ephemeralContainers'),
      statuses: list(status, 'ephemeralContainerStatuses'),
    },
  ];
  return groups.filter(({ containers }) => containers.length > 0).flatMap((group) => containerLines(pod, group));
}

function tailLines(pod: unknown): readonly string[] {
  const [spec, status] = [object(pod, 'spec'), object(pod, 'status')];
  return [
    ...conditionLines(list(spec, 'readinessGates'), list(status, 'conditions')),
    ...volumeLines(list(spec, 'volumes')),
    ...optional('QoS Class', text(status, 'qosClass')),
    ...schedulingLines(spec),
  ];
}

function conditionLines(gates: readonly Raw[], conditions: readonly Raw[]): readonly string[] {
  const row = (type: string, status: string): string => `  ${type} \t${status} `;
  const statusOf = (type: string): string =>
    text(conditions.find((each) => text(each, 'type') === type) ?? {}, 'status') || '<none>';
  const gateTypes = gates.map((gate) => text(gate, 'conditionType'));
  return [
    ...(gateTypes.length === 0
      ? []
      : ['Readiness Gates:', '  Type\tStatus', ...gateTypes.map((type) => row(type, statusOf(type)))]),
    ...(conditions.length === 0
      ? []
      : ['Conditions:', '  Type\tStatus', ...conditions.map((each) => row(text(each, 'type'), text(each, 'status')))]),
  ];
}
