// Everything that was read about a kill, too long for a message: a text file, and the message that links to it, which is how Slack shares a file.

import type { Dossier, Incident } from '../../../domain/incident.ts';
import type { Piece } from '../../../domain/piece.ts';
import { prose } from '../text.ts';
import type { Rendered } from './rendered.ts';

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

/** Plain text, in describe's own order, then the log and the events. */
export function outputText({ incident, dossier }: OutputInput): string {
  const { evidence } = dossier;
  const log = told(evidence.log, ({ lines, instance, cutMidLine }) =>
    [`(${instance} run${cutMidLine ? ', cut in the middle of a line' : ''})`, ...lines].join('\n'),
  );
  const events = told(evidence.events, (lines) =>
    lines.map(({ type, reason, count, from, message }) => `${type}\t${reason}\t×${count}\t${from}\t${message}`).join('\n'),
  );
  const parts = [
    [`${incident.id}, read ${new Date(evidence.gatheredAt).toISOString()}`, dossier.diagnosis.summary],
    ['Pod, as kubectl describe shows it', told(evidence.describe, (text) => text)],
    ['Log', log],
    ['Events', events],
  ];
  return parts
    .map(([title = '', body = '']) => `==== ${title} ====\n${body}\n`)
    .join('\n')
    .slice(0, MOST_CHARACTERS);
}

function told<Value>(piece: Piece<Value>, show: (value: Value) => string): string {
  return piece.kind === 'unavailable' ? `not there: ${piece.reason}` : show(piece.value);
}
