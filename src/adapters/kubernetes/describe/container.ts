// The container blocks of describe, in kubectl's order. Values of environment variables that look like secrets are cut out: the one
// stated difference to kubectl.

import { redactWords } from '../evidence/redact.ts';
import { rfc1123z } from './age.ts';
import { environmentLines } from './environment.ts';
import { probeLine } from './probe.ts';
import type { Raw } from './raw.ts';
import { entries, has, list, object, text, words } from './raw.ts';

export type ContainerGroup = {
  readonly title: string;
  readonly containers: readonly Raw[];
  readonly statuses: readonly Raw[];
};

export function containerLines(pod: unknown, { title, containers, statuses }: ContainerGroup): readonly string[] {
  const statusOf = (container: Raw): Raw | undefined =>
    statuses.find((status) => text(status, 'name') === text(container, 'name'));
  return [`${title}:`, ...containers.flatMap((container) => oneContainer(pod, container, statusOf(container)))];
}

function oneContainer(pod: unknown, container: Raw, status: Raw | undefined): readonly string[] {
  return [
    `  ${text(container, 'name')}:`,
    ...basicLines(container, status),
    ...multiline('Command', redactWords(words(container, 'command'))),
    ...multiline('Args', redactWords(words(container, 'args'))),
    ...(status === undefined ? [] : statusLines(status)),
    ...resourceLines(object(container, 'resources'), '    '),
    ...(['liveness', 'readiness', 'startup'] as const).flatMap((kind) => probeLine(kind, container)),
    ...envFromLines(container),
    ...environmentLines(pod, container),
    ...mountLines(container),
  ];
}

function basicLines(container: Raw, status: Raw | undefined): readonly string[] {
  const ports = list(container, 'ports').map(
    (port) =>
      `${text(port, 'containerPort')}/${text(port, 'protocol') || 'TCP'}${has(port, 'name') ? ` (${text(port, 'name')})` : ''}`,
  );
  const hostPorts = list(container, 'ports').map(
    (port) =>
      `${text(port, 'hostPort') || '0'}/${text(port, 'protocol') || 'TCP'}${has(port, 'name') ? ` (${text(port, 'name')})` : ''}`,
  );
  const shown = (values: readonly string[]): string => values.join(', ') || '<none>';
  return [
    ...(status === undefined ? [] : [`    Container ID:\t${text(status, 'containerID')}`]),
    `    Image:\t${text(container, 'image')}`,
    ...(status === undefined ? [] : [`    Image ID:\t${text(status, 'imageID')}`]),
    `    ${ports.length > 1 ? 'Ports' : 'Port'}:\t${shown(ports)}`,
    `    ${hostPorts.length > 1 ? 'Host Ports' : 'Host Port'}:\t${shown(hostPorts)}`,
    ...seccompLines(object(container, 'securityContext'), '    '),
  ];
}

function multiline(title: string, values: readonly string[]): readonly string[] {
  if (values.length === 0) return [];
  return [`    ${title}:`, ...values.flatMap((value) => value.split('\n').map((line) => `      ${line}`))];
}

function statusLines(status: Raw): readonly string[] {
  return [
    ...stateLines('State', object(status, 'state')),
    ...(has(object(status, 'lastState'), 'terminated') ? stateLines('Last State', object(status, 'lastState')) : []),
    `    Ready:\t${text(status, 'ready') === 'true' ? 'True' : 'False'}`,
    `    Restart Count:\t${text(status, 'restartCount') || '0'}`,
  ];
}

function stateLines(title: string, state: Raw): readonly string[] {
  if (has(state, 'running'))
    return [`    ${title}:\tRunning`, `      Started:\t${rfc1123z(text(object(state, 'running'), 'startedAt'))}`];
  if (has(state, 'waiting')) {
    const reason = text(object(state, 'waiting'), 'reason');
    return [`    ${title}:\tWaiting`, ...(reason === '' ? [] : [`      Reason:\t${reason}`])];
  }
  if (!has(state, 'terminated')) return [`    ${title}:\tWaiting`];
  const end = object(state, 'terminated');
  const signal = Number(text(end, 'signal'));
  return [
    `    ${title}:\tTerminated`,
    ...(text(end, 'reason') === '' ? [] : [`      Reason:\t${text(end, 'reason')}`]),
    ...(text(end, 'message') === '' ? [] : [`      Message:\t${text(end, 'message')}`]),
    `      Exit Code:\t${text(end, 'exitCode') || '0'}`,
    ...(signal > 0 ? [`      Signal:\t${signal}`] : []),
    `      Started:\t${rfc1123z(text(end, 'startedAt'))}`,
    `      Finished:\t${rfc1123z(text(end, 'finishedAt'))}`,
  ];
}

export function resourceLines(resources: Raw, indent: string): readonly string[] {
  return ['limits', 'requests'].flatMap((section) => {
    const rows = entries(object(resources, section));
    const title = `${indent}${section === 'limits' ? 'Limits' : 'Requests'}:`;
    return rows.length === 0 ? [] : [title, ...rows.map(([name, value]) => `${indent}  ${name}:\t${value}`)];
  });
}

/** Where it applies, of a pod or a container. */
export function seccompLines(securityContext: Raw, indent: string): readonly string[] {
  const profile = object(securityContext, 'seccompProfile');
  if (!has(profile, 'type')) return [];
  const local =
    text(profile, 'type') === 'Localhost'
      ? [`${indent === '' ? '' : '      '}LocalhostProfile:\t${text(profile, 'localhostProfile')}`]
      : [];
  return [`${indent}SeccompProfile:\t${text(profile, 'type')}`, ...local];
}

function envFromLines(container: Raw): readonly string[] {
  const sources = list(container, 'envFrom');
  if (sources.length === 0) return [];
  return [
    '    Environment Variables from:',
    ...sources.map((source) => {
      const kind = has(source, 'configMapRef') ? 'ConfigMap' : has(source, 'secretRef') ? 'Secret' : '';
      const ref = object(source, kind === 'ConfigMap' ? 'configMapRef' : 'secretRef');
      const prefix = text(source, 'prefix');
      return `      ${text(ref, 'name')}\t${kind}${prefix === '' ? '' : ` with prefix '${prefix}'`}\tOptional: ${text(ref, 'optional') === 'true'}`;
    }),
  ];
}

function mountLines(container: Raw): readonly string[] {
  const mounts = sortedBy(list(container, 'volumeMounts'), 'mountPath');
  const none = mounts.length === 0 ? '\t<none>' : '';
  const devices = sortedBy(list(container, 'volumeDevices'), 'devicePath');
  return [
    `    Mounts:${none}`,
    ...mounts.map((mount) => {
      const flags = [
        text(mount, 'readOnly') === 'true' ? 'ro' : 'rw',
        ...(text(mount, 'subPath') === '' ? [] : [`path=${JSON.stringify(text(mount, 'subPath'))}`]),
      ];
      return `      ${text(mount, 'mountPath')} from ${text(mount, 'name')} (${flags.join(',')})`;
    }),
    // "<none>" is about the mounts here too: kubectl's slip.
    ...(devices.length === 0
      ? []
      : [`    Devices:${none}`, ...devices.map((device) => `      ${text(device, 'devicePath')} from ${text(device, 'name')}`)]),
  ];
}

function sortedBy(items: readonly Raw[], name: string): readonly Raw[] {
  const of = (item: Raw): string => text(item, name);
  return items.toSorted((a, b) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0));
}
