// Everything that was read about a kill, too long for a message: a text file, and the message that links to it, which is how Slack shares a file.

import { formatBytes } from '../../../../domain/base/memory.ts';
import type { Piece } from '../../../../domain/base/piece.ts';
import type { Instant } from '../../../../domain/base/time.ts';
import type { Dossier, Incident } from '../../../../domain/incident/incident.ts';
import { prose, visible } from '../../text.ts';
import type { Rendered } from '../rendered.ts';

export type OutputInput = { readonly incident: Incident; readonly dossier: Dossier };

/** Far more than anybody reads, far less than Slack takes as a snippet (1 MB). */
const MOST_CHARACTERS = 900_000;

export function outputView({ incident }: OutputInput, link: string | undefined): Rendered {
  const words = `*${incident.id}*: everything that was read about the last kill`;
  const safe = link !== undefined && /^https?:\/\/[^\s<>|]+$/.test(link) ? ` · <${link}|${prose(outputName(incident))}>` : '';
  return { text: `${words}${safe}`, blocks: [] };
}

export function outputName({ id, killCount }: Incident): string {
  return `${id}-kill-${killCount}.txt`;
}

/** Plain text, in describe's own order, then the log, the events and the samples, each with where it comes from and when it was read. */
export function outputText({ incident, dossier }: OutputInput): string {
  const { evidence, diagnosis } = dossier;
  const parts = [
    { title: `${incident.id}, read ${iso(evidence.gatheredAt)}`, body: diagnosis.summary },
    part('Pod, as kubectl describe shows it', evidence.describe, (text) => text),
    part('Log', evidence.log, ({ lines, instance, cutMidLine }) =>
      [`(${instance} run${cutMidLine ? ', cut in the middle of a line' : ''})`, ...lines].join('\n'),
    ),
    part('Events', evidence.events, (lines) =>
      lines.map(({ type, reason, count, from, message }) => `${type}\t${reason}\t×${count}\t${from}\t${message}`).join('\n'),
    ),
    part('Memory', evidence.usage, (usage) =>
      (usage.kind === 'series' ? usage.points : [usage.now])
        .map(({ at, bytes }) => `${iso(at)}\t${formatBytes(bytes)}`)
        .join('\n'),
    ),
  ];
  return visible(parts.map(({ title, body }) => `==== ${title} ====\n${body}\n`).join('\n')).slice(0, MOST_CHARACTERS);
}

function part<Value>(name: string, piece: Piece<Value>, show: (value: Value) => string) {
  if (piece.kind === 'unavailable') return { title: name, body: `not there: ${piece.reason}` };
  return { title: `${name} (${piece.source}, read ${iso(piece.at)})`, body: show(piece.value) };
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
