// files.*: the three-step upload, processed a moment later, as Slack does it.

import { newId } from '../world.ts';
import type { Json } from '../world.ts';
import { listArg, Refusal, textArg } from './method.ts';
import type { Method } from './method.ts';

type StoredFile = { readonly id: string; readonly name: string; bytes: Uint8Array | undefined; readyAt: number };

export type Files = {
  readonly methods: Readonly<Record<string, Method>>;
  /** The bytes arrive at the upload URL. False for an unknown one. */
  receive(id: string, bytes: Uint8Array): boolean;
  read(id: string): Uint8Array | undefined;
};

const PROCESSING_MS = 300;
const MOST_BYTES = 5 * 1024 * 1024;

export function createFiles(): Files {
  const files = new Map<string, StoredFile>();
  const shown = (file: StoredFile, now: number): Json => ({ id: file.id, name: file.name, size: file.bytes?.length ?? 0, mimetype: 'image/png', mode: file.readyAt <= now ? 'hosted' : 'processing' });
  return {
    receive(id, bytes) {
      const file = files.get(id);
      if (file === undefined || bytes.length > MOST_BYTES) return false;
      file.bytes = bytes;
      return true;
    },
    read: (id) => files.get(id)?.bytes,
    methods: {
      'files.getUploadURLExternal': {
        token: 'bot',
        scope: 'files:write',
        run({ baseUrl }, args) {
          const id = newId('F');
          files.set(id, { id, name: textArg(args, 'filename') || 'file', bytes: undefined, readyAt: Number.POSITIVE_INFINITY });
          return { upload_url: `${baseUrl}/upload/${id}`, file_id: id };
        },
      },
      'files.completeUploadExternal': {
        token: 'bot',
        scope: 'files:write',
        run({ world }, args) {
          const completed = (listArg(args, 'files') ?? []).map((each) => {
            const file = files.get(String(each['id']));
            if (file?.bytes === undefined) throw new Refusal('file_not_found');
            file.readyAt = world.now() + PROCESSING_MS;
            return shown(file, world.now());
          });
          return { files: completed };
        },
      },
      'files.info': {
        token: 'bot',
        scope: 'files:read',
        run({ world }, args) {
          const file = files.get(textArg(args, 'file'));
          if (file === undefined) throw new Refusal('file_not_found');
          return { file: shown(file, world.now()) };
        },
      },
    },
  };
}
