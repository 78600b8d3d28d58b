// Schemas of the small values inside what is stored, and how stored JSON is parsed: believed only after it fits its schema.

import { z } from 'zod';
import type { Bytes } from '../../../domain/base/memory.ts';
import { isBytes } from '../../../domain/base/memory.ts';
import type { Instant, Millis } from '../../../domain/base/time.ts';
import { isInstant, isMillis } from '../../../domain/base/time.ts';
import { PermanentError } from '../../../ports/fault.ts';

export const bytes = z.custom<Bytes>(isBytes, 'a whole number of bytes');
export const instant = z.custom<Instant>(isInstant, 'milliseconds since 1970');
export const millis = z.custom<Millis>(isMillis, 'a length in milliseconds');

export const gaps = z.array(z.object({ from: instant, until: instant.optional() }));

export const role = z.enum(['regular', 'init', 'sidecar', 'ephemeral']);

export const ownerReference = z.object({ apiVersion: z.string(), kind: z.string(), name: z.string(), uid: z.string() });

export const workload = ownerReference.extend({ cluster: z.string(), namespace: z.string() });

export const containerRef = z.object({
  cluster: z.string(),
  namespace: z.string(),
  pod: z.string(),
  podUid: z.string(),
  container: z.string(),
  role,
});

const quantityText = z.object({ text: z.string(), bytes });
export const memoryResources = z.object({ request: quantityText.optional(), limit: quantityText.optional() });

export function piece<Value extends z.ZodType>(value: Value) {
  return z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('known'), value, source: z.string(), at: instant }),
    z.object({ kind: z.literal('unavailable'), reason: z.string(), late: z.literal(true).optional() }),
  ]);
}

/** The value stored under a key. Throws PermanentError naming key and place when it is not what it should be. */
export function parseStored<Value>(schema: z.ZodType<Value>, key: string, text: string): Value {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new PermanentError(`${key} in Redis is not JSON`, { code: 'OOM_STORE_CONTENT', cause: error });
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  throw new PermanentError(`${key} in Redis does not fit its schema at "${place}": ${issue?.message ?? ''}`, {
    code: 'OOM_STORE_CONTENT',
    cause: parsed.error,
  });
}
