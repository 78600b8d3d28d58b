// kubectl describe pod, rendered from the objects: same sections, order and alignment (domain.md 6). Times in UTC.

import { humanDuration, rfc1123z } from './age.ts';
import { containerLines, resourceLines, seccompLines } from './container.ts';
import type { Raw } from './raw.ts';
import { entries, has, list, object, text } from './raw.ts';
import { alignTabs } from './table.ts';
import { volumeLines } from './volumes.ts';

export type DescribeInput = { readonly pod: unknown; readonly events: readonly unknown[]; readonly nowMs: number };

export function describePod({ pod, events, nowMs }: DescribeInput): string {
  const lines = [
    ...headLines(pod, nowMs),
    ...blockLines(pod),
    ...tailLines(pod),
    ...(events.length === 0 ? ['Events:\t<none>'] : []),
  ];
  // A message of several lines breaks the alignment, in kubectl too.
  const body = alignTabs(lines.flatMap((line) => line.split('\n')));
  const table = events.length === 0 ? [] : ['Events:', ...alignTabs(eventLines(events, nowMs))];
  return [...body, ...table].map(visible).join('\n');
}

/** ESC and CR as kubectl prints them: a log of control codes must not steer anybody's terminal. */
function visible(line: string): string {
  return line.replaceAll('\u001b', '^[').replaceAll('\r', '\\r');
}

const HIDDEN_ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

function headLines(pod: unknown, nowMs: number): readonly string[] {
  const [metadata, spec, status] = [object(pod, 'metadata'), object(pod, 'spec'), object(pod, 'status')];
  const annotations = entries(object(metadata, 'annotations')).filter(([key]) => key !== HIDDEN_ANNOTATION);
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
    ...mapLines(
      'Labels',
      entries(object(metadata, 'labels')).map(([key, value]) => `${key}=${value}`),
    ),
    ...mapLines('Annotations', annotations.flatMap(annotationLines)),
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

function mapLines(title: string, rows: readonly string[]): readonly string[] {
  const [first = '<none>', ...rest] = rows;
  return [`${title}:\t${first}`, ...rest.map((row) => `\t${row}`)];
}

/** Long or multi-line values go to the lines after their key, each cut (kubectl's maxAnnotationLen). */
function annotationLines([key, value]: readonly [string, string]): readonly string[] {
  const whole = value.replace(/\n$/, '');
  if (!whole.includes('\n') && value.length + key.length < 140) return [`${key}: ${value}`];
  return [`${key}:`, ...whole.split('\n').map((line) => `  ${line.length > 138 ? `${line.slice(0, 138)}...` : line}`)];
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
  const tolerations = list(spec, 'tolerations').toSorted((a, b) => (text(a, 'key') < text(b, 'key') ? -1 : 1));
  return [
    ...conditionLines(list(spec, 'readinessGates'), list(status, 'conditions')),
    ...volumeLines(list(spec, 'volumes')),
    ...optional('QoS Class', text(status, 'qosClass')),
    ...mapLines(
      'Node-Selectors',
      entries(object(spec, 'nodeSelector')).map(([key, value]) => `${key}=${value}`),
    ),
    ...mapLines('Tolerations', tolerations.map(toleration)),
    ...spreadLines(list(spec, 'topologySpreadConstraints')),
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

/** Selectors of labels that must match; expressions are rare here and left out. */
function spreadLines(constraints: readonly Raw[]): readonly string[] {
  if (constraints.length === 0) return [];
  const rows = constraints
    .toSorted((a, b) => (text(a, 'topologyKey') < text(b, 'topologyKey') ? -1 : 1))
    .map((each) => {
      const labels = entries(object(each, 'labelSelector', 'matchLabels')).map(([key, value]) => `${key}=${value}`);
      const selector = has(each, 'labelSelector') ? ` for selector ${labels.join(',') || '<none>'}` : '';
      return `${text(each, 'topologyKey')}:${text(each, 'whenUnsatisfiable')} when max skew ${text(each, 'maxSkew')} is exceeded${selector}`;
    });
  return mapLines('Topology Spread Constraints', rows);
}

function toleration(each: Raw): string {
  const key = text(each, 'key');
  const value = text(each, 'value');
  const effect = text(each, 'effect');
  const exists =
    text(each, 'operator') === 'Exists' && value === '' ? (key === '' && effect === '' ? 'op=Exists' : ' op=Exists') : '';
  const seconds = has(each, 'tolerationSeconds') ? ` for ${text(each, 'tolerationSeconds')}s` : '';
  return `${key}${value === '' ? '' : `=${value}`}${effect === '' ? '' : `:${effect}`}${exists}${seconds}`;
}

function eventLines(events: readonly unknown[], nowMs: number): readonly string[] {
  const raw = events
    .map((event) => object(event))
    .toSorted((a, b) => (text(a, 'lastTimestamp') < text(b, 'lastTimestamp') ? -1 : 1));
  return [
    '  Type\tReason\tAge\tFrom\tMessage',
    '  ----\t------\t----\t----\t-------',
    ...raw.map((event) => {
      const from = text(object(event, 'source'), 'component') || text(event, 'reportingComponent');
      const path = text(object(event, 'involvedObject'), 'fieldPath');
      return `  ${text(event, 'type')}\t${text(event, 'reason')}\t${eventAge(event, nowMs)}\t${from}\t${path === '' ? '' : `${path}: `}${text(event, 'message').trim()}`;
    }),
  ];
}

function eventAge(event: Raw, nowMs: number): string {
  const ago = (from: Raw, name: string): string =>
    has(from, name) ? humanDuration(nowMs - Date.parse(text(from, name))) : '<unknown>';
  const first = has(event, 'eventTime') ? ago(event, 'eventTime') : ago(event, 'firstTimestamp');
  const count = Number(text(event, 'count'));
  if (has(event, 'series')) {
    const series = object(event, 'series');
    return `${ago(series, 'lastObservedTime')} (x${text(series, 'count')} over ${first})`;
  }
  return count > 1 ? `${ago(event, 'lastTimestamp')} (x${count} over ${first})` : first;
}
