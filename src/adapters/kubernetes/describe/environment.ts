// The environment of a container in describe: plain values with secrets cut out, references resolved as far as the pod itself tells (kubectl does no
// more), secrets and config maps by their name only.

import { parseQuantity } from '../../../domain/base/memory.ts';
import { redactValue } from '../evidence/redact.ts';
import type { Raw } from './raw.ts';
import { has, list, object, text } from './raw.ts';

export function environmentLines(pod: unknown, container: Raw): readonly string[] {
  const variables = list(container, 'env');
  if (variables.length === 0) return ['    Environment:\t<none>'];
  return ['    Environment:', ...variables.flatMap((variable) => oneVariable(pod, container, variable))];
}

function oneVariable(pod: unknown, container: Raw, variable: Raw): readonly string[] {
  const name = text(variable, 'name');
  const from = object(variable, 'valueFrom');
  if (!has(variable, 'valueFrom')) {
    const [first = '', ...rest] = redactValue(name, text(variable, 'value')).split('\n');
    return [`      ${name}:\t${first}`, ...rest.map((line) => `      \t${line}`)];
  }
  if (has(from, 'fieldRef')) {
    const [version, path] = [text(object(from, 'fieldRef'), 'apiVersion') || 'v1', text(object(from, 'fieldRef'), 'fieldPath')];
    return [`      ${name}:\t${redactValue(name, fieldValue(pod, path))} (${version}:${path})`];
  }
  if (has(from, 'resourceFieldRef')) {
    const ref = object(from, 'resourceFieldRef');
    return [`      ${name}:\t${resourceValue(container, ref)} (${text(ref, 'resource')})`];
  }
  if (has(from, 'secretKeyRef')) return [`      ${name}:\t${keyWords(object(from, 'secretKeyRef'), 'in secret')}`];
  return has(from, 'configMapKeyRef') ? [`      ${name}:\t${keyWords(object(from, 'configMapKeyRef'), 'of config map')}`] : [];
}

function keyWords(ref: Raw, place: 'in secret' | 'of config map'): string {
  return `<set to the key '${text(ref, 'key')}' ${place} '${text(ref, 'name')}'>\tOptional: ${text(ref, 'optional') === 'true'}`;
}

/** Only name and namespace; kubectl leaves all else (metadata.uid, spec.nodeName, status.podIP, single labels) empty. */
function fieldValue(pod: unknown, path: string): string {
  const [, field] = /^metadata\.(name|namespace)$/.exec(path) ?? [];
  return field === undefined ? '' : text(object(pod, 'metadata'), field);
}

/** In units of the divisor, rounded up; a limit that is not set is the node's to give. */
function resourceValue(container: Raw, ref: Raw): string {
  const [section = '', ...rest] = text(ref, 'resource').split('.');
  const name = rest.join('.');
  const amount = thousandths(text(object(container, 'resources', section), name));
  const divisor = thousandths(text(ref, 'divisor'));
  if (amount === 0) return section === 'limits' && (name === 'cpu' || name === 'memory') ? 'node allocatable' : '0';
  return String(Math.ceil(amount / (divisor === 0 ? 1000 : divisor)));
}

/** Thousandths, because a processor's share is written in them: "50m" → 50, "1Mi" → 1048576000. */
function thousandths(quantity: string): number {
  if (/^[0-9]+m$/.test(quantity)) return Number(quantity.slice(0, -1));
  if (/^[0-9]*\.?[0-9]+$/.test(quantity)) return Math.round(Number(quantity) * 1000);
  const parsed = parseQuantity(quantity);
  return parsed.kind === 'bytes' ? parsed.bytes * 1000 : 0;
}
