// kubectl describe pod, rendered from the objects: same sections, order and alignment (domain.md 6). Times in UTC.

import { humanDuration, rfc1123z } from './age.ts';
import { containerLines } from './container.ts';
import { entries, has, list, object, text } from './raw.ts';
import type { Raw } from './raw.ts';
import { alignTabs } from './table.ts';
import { volumeLines } from './volumes.ts';

export type DescribeInput = { readonly pod: unknown; readonly events: readonly unknown[]; readonly nowMs: number };

export function describePod({ pod, events, nowMs }: DescribeInput): string {
  const body = alignTabs([...headLines(pod), ...blockLines(pod), ...tailLines(pod), ...(events.length === 0 ? ['Events:\t<none>'] : [])]);
  const table = events.length === 0 ? [] : ['Events:', ...alignTabs(eventLines(events, nowMs))];
  return [...body, ...table].map(visible).join('\n');
}

/** ESC and CR as kubectl prints them: a log of control codes must not steer anybody's terminal. */
function visible(line: string): string {
  return line.replaceAll('\u001b', '^[').replaceAll('\r', '\\r');
}

const HIDDEN_ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

function headLines(pod: unknown): readonly string[] {
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
    ...mapLines('Labels', entries(object(metadata, 'labels')).map(([key, value]) => `${key}=${value}`)),
    ...mapLines('Annotations', annotations.flatMap(annotationLines)),
    ...statusLines(metadata, status),
    ...controlledBy(metadata),
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

function statusLines(metadata: Raw, status: Raw): readonly string[] {
  const ips = list(status, 'podIPs').map((ip) => text(ip, 'ip'));
  return [
    has(metadata, 'deletionTimestamp') ? `Status:\tTerminating (since ${rfc1123z(text(metadata, 'deletionTimestamp'))})` : `Status:\t${text(status, 'phase')}`,
    ...optional('Reason', text(status, 'reason')),
    ...optional('Message', text(status, 'message')),
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
  const [init, ephemeral] = [list(spec, 'initContainers'), list(spec, 'ephemeralContainers')];
  return [
    ...(init.length === 0 ? [] : containerLines('Init Containers', init, list(status, 'initContainerStatuses'))),
    ...containerLines('Containers', list(spec, 'containers'), list(status, 'containerStatuses')),
    ...(ephemeral.length === 0 ? [] : containerLines('Ephemeral Containers', ephemeral, list(status, 'ephemeralContainerStatuses'))),
  ];
}

function tailLines(pod: unknown): readonly string[] {
  const [spec, status] = [object(pod, 'spec'), object(pod, 'status')];
  const conditions = list(status, 'conditions');
  const tolerations = list(spec, 'tolerations').toSorted((a, b) => (text(a, 'key') < text(b, 'key') ? -1 : 1));
  return [
    ...(conditions.length === 0 ? [] : ['Conditions:', '  Type\tStatus', ...conditions.map((each) => `  ${text(each, 'type')} \t${text(each, 'status')} `)]),
    ...volumeLines(list(spec, 'volumes')),
    ...optional('QoS Class', text(status, 'qosClass')),
    ...mapLines('Node-Selectors', entries(object(spec, 'nodeSelector')).map(([key, value]) => `${key}=${value}`)),
    ...mapLines('Tolerations', tolerations.map(toleration)),
  ];
}

function toleration(each: Raw): string {
  const key = text(each, 'key');
  const value = text(each, 'value');
  const effect = text(each, 'effect');
  const exists = text(each, 'operator') === 'Exists' && value === '' ? (key === '' && effect === '' ? 'op=Exists' : ' op=Exists') : '';
  const seconds = has(each, 'tolerationSeconds') ? ` for ${text(each, 'tolerationSeconds')}s` : '';
  return `${key}${value === '' ? '' : `=${value}`}${effect === '' ? '' : `:${effect}`}${exists}${seconds}`;
}

function eventLines(events: readonly unknown[], nowMs: number): readonly string[] {
  const raw = events.map((event) => object(event)).toSorted((a, b) => (text(a, 'lastTimestamp') < text(b, 'lastTimestamp') ? -1 : 1));
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
  const ago = (name: string): string => (has(event, name) ? humanDuration(nowMs - Date.parse(text(event, name))) : '<unknown>');
  const count = Number(text(event, 'count'));
  if (has(event, 'series')) return `${ago('lastTimestamp')} (x${text(object(event, 'series'), 'count')} over ${ago('firstTimestamp')})`;
  if (count > 1) return `${ago('lastTimestamp')} (x${count} over ${ago('firstTimestamp')})`;
  return has(event, 'firstTimestamp') ? ago('firstTimestamp') : ago('eventTime');
}
