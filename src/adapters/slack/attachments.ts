// What is uploaded for a message: the chart as a picture, where the workspace refuses Slack's own, and everything that was read, as a text file. A picture that
// cannot be had is done without; a file that somebody asked for is tried again.

import type { WebClient } from '@slack/web-api';
import type { Log } from '../../ports/log.ts';
import type { Message } from '../../ports/messenger.ts';
import type { Meter } from '../../ports/meter.ts';
import type { Uploaded } from './client/upload.ts';
import { upload } from './client/upload.ts';
import { pngOf } from './picture.ts';
import { chartSvg } from './views/explanation/chart-svg.ts';
import { chartOf } from './views/explanation/explanation.ts';
import { outputName, outputText } from './views/explanation/output.ts';

export type AttachmentOptions = { readonly client: WebClient; readonly log: Log; readonly meter: Meter };

type MessageOf<Kind extends Message['kind']> = Extract<Message, { readonly kind: Kind }>;

export async function chartPicture(
  options: AttachmentOptions,
  { incident, dossier }: MessageOf<'explanation'>,
): Promise<Uploaded | undefined> {
  const drawn = chartOf({ kill: incident.lastKill, dossier });
  if (drawn === undefined) return undefined;
  const title = `Memory of ${incident.container} before the kill`;
  try {
    return await upload(options, {
      name: `${incident.id}-memory.png`,
      title,
      bytes: await pngOf(chartSvg(drawn)),
      isText: false,
    });
  } catch (error) {
    options.log.warn('the chart could not be sent as a picture', { incident: incident.id, error });
    return undefined;
  }
}

export function outputFile(options: AttachmentOptions, { incident, dossier }: MessageOf<'output'>): Promise<Uploaded> {
  const bytes = new TextEncoder().encode(outputText({ incident, dossier }));
  return upload(options, { name: outputName(incident), title: `${incident.id}: everything that was read`, bytes, isText: true });
}
