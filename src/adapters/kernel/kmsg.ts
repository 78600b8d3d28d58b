// Follows the kernel's log as /dev/kmsg gives it: one record for each read, the oldest kept one first (Documentation/ABI/testing/dev-kmsg). The device is
// opened without blocking and asked again after a pause, because a read that blocks would hold a thread of the process for ever.

import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { pause } from '../pause.ts';

export type KernelLine = {
  /** Counts up from the start of the machine. */
  readonly sequence: number;
  /** Microseconds since the start of the machine. */
  readonly atUs: number;
  readonly text: string;
};

/** `live`: it was written while somebody waited for it, so just now. */
export type ReadLine = KernelLine & { readonly live: boolean };

export type KmsgOptions = {
  /** /dev/kmsg. */
  readonly path: string;
  readonly signal: AbortSignal;
  readonly onLine: (line: ReadLine) => Promise<void>;
  /** Everything there was has been read; nothing more is read until it resolves. Once. */
  readonly onCaughtUp?: (() => Promise<void>) | undefined;
  /** Lines the kernel overwrote before they were read. */
  readonly onLost: () => void;
};

/** A record has at most 1 KiB of text, more for its dictionary; a buffer too small is refused with EINVAL. */
const RECORD_BYTES = 16 * 1024;
const PAUSE_MS = 200;

/** Resolves when the signal aborts. Throws when the device cannot be opened or read. */
export async function followKernelLog(options: KmsgOptions): Promise<void> {
  const handle = await open(options.path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(RECORD_BYTES);
    let live = false;
    while (!options.signal.aborted) {
      const record = await readRecord(handle, buffer);
      if (record === 'lost') options.onLost();
      else if (record === 'none') {
        live = await waiting(options, live);
      } else await hand(options, record, live);
    }
  } finally {
    await handle.close();
  }
}

/** Nothing to read: the first time, everything there was has been read. Resolves to true after a pause. */
async function waiting({ onCaughtUp, signal }: KmsgOptions, live: boolean): Promise<true> {
  if (!live) await onCaughtUp?.();
  await pause(PAUSE_MS, signal);
  return true;
}

async function hand({ onLine }: KmsgOptions, record: string, live: boolean): Promise<void> {
  const line = parseRecord(record);
  if (line !== undefined) await onLine({ ...line, live });
}

async function readRecord(handle: FileHandle, buffer: Buffer): Promise<string> {
  try {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
    return bytesRead === 0 ? 'none' : buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EAGAIN') return 'none';
    // The record was overwritten; the next read gives the oldest one there is.
    if (code === 'EPIPE') return 'lost';
    throw error;
  }
}

/** The number in front is the facility times eight plus the level. Whoever may write to the device can say anything, but never as the kernel, which is 0. */
const KERNEL_BELOW = 8;

/** "6,1234,5678901,-;text", then lines of a dictionary that start with a space. undefined for anything else, and for what a program wrote. */
export function parseRecord(record: string): KernelLine | undefined {
  const [, priority, sequence, atUs, text] = /^(\d+),(\d+),(\d+),[^;]*;([^\n]*)/.exec(record) ?? [];
  if (priority === undefined || sequence === undefined || atUs === undefined || text === undefined) return undefined;
  if (Number(priority) >= KERNEL_BELOW) return undefined;
  return { sequence: Number(sequence), atUs: Number(atUs), text: unescaped(text) };
}

/** The kernel writes bytes that cannot be printed as \x2d; several of them may be one letter. */
function unescaped(text: string): string {
  return text.replaceAll(/(?:\\x[0-9a-f]{2})+/g, (codes) => Buffer.from(codes.replaceAll('\\x', ''), 'hex').toString('utf8'));
}
