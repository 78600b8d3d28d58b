// files.*: the three-step upload, processed a moment later, as Slack does it: until then the type is empty and an image block may not use the file.
// Sharing into a channel is accepted and never happens, which Slack has been seen to do. At most 5 MiB a file.

import { wordOf } from '../checks/check-words.ts';
import type { Json } from '../world.ts';
import { newId } from '../world.ts';
import type { Method } from './method.ts';
import { listArg, Refusal, textArg } from './method.ts';

type StoredFile = { readonly id: string; readonly name: string; bytes: Uint8Array | undefined; readyAt: number };

export type Files = {
  readonly methods: Readonly<Record<string, Method>>;
  /** Processed: only then a message may show it. */
  isReady(id: string, now: number): boolean;
  /** The bytes arrive at the upload URL. False for an unknown one. */
  receive(id: string, bytes: Uint8Array): boolean;
  read(id: string): { readonly bytes: Uint8Array; readonly type: string } | undefined;
};

const PROCESSING_MS = 300;
const MOST_BYTES = 5 * 1024 * 1024;

export function createFiles(): Files {
  const files = new Map<string, StoredFile>();
  return {
    receive(id, bytes) {
      const file = files.get(id);
      if (file === undefined || bytes.length > MOST_BYTES) return false;
      file.bytes = bytes;
      return true;
    },
    read(id) {
      const file = files.get(id);
      return file?.bytes === undefined ? undefined : { bytes: file.bytes, type: typeOf(file.name).mimetype };
    },
    isReady: (id, now) => (files.get(id)?.readyAt ?? Number.POSITIVE_INFINITY) <= now,
    methods: methodsOn(files),
  };
}

/** As Slack shows it: the type is known only when the file is processed. */
function shown({ id, name, bytes, readyAt }: StoredFile, now: number, baseUrl: string): Json {
  const type = readyAt <= now ? typeOf(name) : { mimetype: '', filetype: '' };
  const permalink = `${baseUrl}/file/${id}`;
  return { id, name, title: name, size: bytes?.length ?? 0, mode: 'hosted', permalink, ...type };
}

/** By the name's end, as Slack guesses it. */
function typeOf(name: string): { readonly mimetype: string; readonly filetype: string } {
  return name.endsWith('.png') ? { mimetype: 'image/png', filetype: 'png' } : { mimetype: 'text/plain', filetype: 'text' };
}

function methodsOn(files: Map<string, StoredFile>): Readonly<Record<string, Method>> {
  return {
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
      run({ world, baseUrl }, args) {
        const completed = (listArg(args, 'files') ?? []).map((each) => {
          const file = files.get(wordOf(each, 'id'));
          if (file?.bytes === undefined) throw new Refusal('file_not_found');
          file.readyAt = world.now() + PROCESSING_MS;
          return shown(file, world.now(), baseUrl);
        });
        return { files: completed };
      },
    },
    'files.info': {
      token: 'bot',
      scope: 'files:read',
      run({ world, baseUrl }, args) {
        const file = files.get(textArg(args, 'file'));
        if (file === undefined) throw new Refusal('file_not_found');
        return { file: shown(file, world.now(), baseUrl) };
      },
    },
  };
}
