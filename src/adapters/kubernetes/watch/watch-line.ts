// The lines of a watch: changes of objects, and the stream's own bookmarks and errors.

import { z } from 'zod';
import { TransientError } from '../../../ports/fault.ts';

const control = z.object({
  type: z.string(),
  object: z.object({
    code: z.number().optional(),
    message: z.string().optional(),
    metadata: z
      .object({ resourceVersion: z.string().optional(), annotations: z.record(z.string(), z.string()).optional() })
      .optional(),
  }),
});
const change = z.object({ type: z.string(), object: z.unknown() });
export type Said =
  | { readonly kind: 'expired' }
  | { readonly kind: 'bookmark'; readonly resourceVersion: string | undefined; readonly initialEnd: boolean };

/** The object of a change; undefined, and said, when the line is no JSON. */
export function readChange(line: Buffer, onUnreadable: (problem: string) => void): { readonly object?: unknown } {
  try {
    return change.parse(JSON.parse(line.toString('utf8')));
  } catch {
    onUnreadable('a line that is no JSON');
    return {};
  }
}

/** Throws TransientError for an ERROR line that is not about an old position. */
export function readControl(line: Buffer): Said {
  const { type, object } = control.parse(JSON.parse(line.toString('utf8')));
  if (type === 'ERROR') {
    if (object.code === 410) return { kind: 'expired' };
    throw new TransientError(`the watch ended: ${object.message ?? 'no message'}`, { code: 'OOM_CLUSTER_ANSWER' });
  }
  const { metadata } = object;
  return {
    kind: 'bookmark',
    resourceVersion: metadata?.resourceVersion,
    initialEnd: metadata?.annotations?.['k8s.io/initial-events-end'] === 'true',
  };
}

const VERSION = Buffer.from('"resourceVersion":"');

/** The first resourceVersion in the line is the object's own: metadata comes first, and names cannot hold quotes. */
export function versionIn(line: Buffer): string | undefined {
  const at = line.indexOf(VERSION);
  if (at < 0) return undefined;
  const start = at + VERSION.length;
  const end = line.indexOf(0x22, start);
  return end < 0 ? undefined : line.toString('latin1', start, end);
}
