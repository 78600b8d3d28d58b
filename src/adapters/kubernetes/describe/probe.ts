// The probe lines of describe, with an HTTP probe's address written as Go writes a URL. Arguments that are secrets are cut out.

import { redactWords } from '../evidence/redact.ts';
import type { Raw } from './raw.ts';
import { has, object, text, words } from './raw.ts';

export function probeLine(kind: 'liveness' | 'readiness' | 'startup', container: Raw): readonly string[] {
  const probe = object(container, `${kind}Probe`);
  if (!has(container, `${kind}Probe`)) return [];
  const number = (name: string): string => text(probe, name) || '0';
  const timing = `delay=${number('initialDelaySeconds')}s timeout=${number('timeoutSeconds')}s period=${number('periodSeconds')}s #success=${number('successThreshold')} #failure=${number('failureThreshold')}`;
  const title = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
  return [`    ${title}:\t${action(probe)} ${timing}`];
}

function action(probe: Raw): string {
  if (has(probe, 'exec')) return `exec [${redactWords(words(object(probe, 'exec'), 'command')).join(' ')}]`;
  if (has(probe, 'httpGet')) return `http-get ${address(object(probe, 'httpGet'))}`;
  if (has(probe, 'tcpSocket')) {
    const tcp = object(probe, 'tcpSocket');
    return `tcp-socket ${text(tcp, 'host')}:${text(tcp, 'port')}`;
  }
  return has(probe, 'grpc')
    ? `grpc <pod>:${text(object(probe, 'grpc'), 'port')} ${text(object(probe, 'grpc'), 'service')}`
    : 'unknown';
}

function address(get: Raw): string {
  const [scheme, host, path] = [text(get, 'scheme').toLowerCase(), text(get, 'host'), text(get, 'path')];
  // An IPv6 address is put into brackets (net.JoinHostPort).
  const place = `${host.includes(':') ? `[${host}]` : host}:${text(get, 'port')}`;
  const slash = path === '' || path.startsWith('/') ? '' : '/';
  return `${scheme === '' ? '' : `${scheme}:`}//${place}${slash}${escapedPath(path)}`;
}

/** What net/url leaves alone in a path. */
const PLAIN = /^[A-Za-z0-9\-_.~$&+,/:;=@]$/;

function escapedPath(path: string): string {
  return [...path].map((character) => (PLAIN.test(character) ? character : percent(character))).join('');
}

function percent(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
