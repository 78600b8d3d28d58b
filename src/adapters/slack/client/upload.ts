// A file in three steps, as Slack wants it: an address, the bytes, and done; then it is waited for, because a message that shows it too early is refused.
// It is shared by the message that shows it or links to it, never by the upload: that has been seen to be dropped without a word.

import type { WebClient } from '@slack/web-api';
import { SECOND } from '../../../domain/base/time.ts';
import { TransientError } from '../../../ports/fault.ts';
import type { Meter } from '../../../ports/meter.ts';
import { callAfter, timeoutAfter } from '../../../ports/timers.ts';
import { calling } from './client.ts';

export type ToUpload = {
  readonly name: string;
  readonly title: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** For a text: Slack shows it as a snippet. */
  readonly isText: boolean;
};

export type Uploaded = { readonly id: string; readonly link: string };

export type Uploading = { readonly client: WebClient; readonly meter: Meter };

const PROCESSED_WITHIN_MS = 10 * SECOND;
const LOOK_EVERY_MS = 250;

export async function upload({ client, meter }: Uploading, { name, title, bytes, isText }: ToUpload): Promise<Uploaded> {
  const kind = 'read';
  const { upload_url: address, file_id: id } = await calling({ method: 'files.getUploadURLExternal', kind, meter }, () =>
    client.files.getUploadURLExternal({ filename: name, length: bytes.length, ...(isText ? { snippet_type: 'text' } : {}) }),
  );
  if (address === undefined || id === undefined) throw notThere('Slack named no address for an upload');
  await calling({ method: 'upload', kind, meter }, async () => {
    const answer = await fetch(address, { method: 'POST', body: bytes, signal: timeoutAfter(PROCESSED_WITHIN_MS) });
    if (!answer.ok) throw notThere(`the upload was answered with HTTP ${answer.status}`);
  });
  await calling({ method: 'files.completeUploadExternal', kind, meter }, () =>
    client.files.completeUploadExternal({ files: [{ id, title }] }),
  );
  return processed({ client, meter }, id);
}

async function processed({ client, meter }: Uploading, id: string): Promise<Uploaded> {
  for (let waited = 0; waited <= PROCESSED_WITHIN_MS; waited += LOOK_EVERY_MS) {
    const { file } = await calling({ method: 'files.info', kind: 'read', meter }, () => client.files.info({ file: id }));
    if (file?.mimetype !== undefined && file.mimetype !== '') return { id, link: file.permalink ?? '' };
    await new Promise((resolve) => {
      callAfter(LOOK_EVERY_MS, () => resolve(undefined));
    });
  }
  throw notThere(`Slack did not process the file within ${PROCESSED_WITHIN_MS / SECOND} s`);
}

function notThere(words: string): TransientError {
  return new TransientError(words, { code: 'OOM_SLACK_UNREACHABLE' });
}
