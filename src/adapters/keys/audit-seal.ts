// The seal of an audit record: HMAC-SHA-256 in hexadecimal, by a key that the store does not hold.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Seal } from '../../ports/keys.ts';

/** `key`: 32 bytes or more. */
export function auditSeal(key: Buffer): Seal {
  const of = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
  return {
    kind: 'seal',
    of,
    fits(text, seal) {
      const [wanted, given] = [Buffer.from(of(text)), Buffer.from(seal)];
      return wanted.length === given.length && timingSafeEqual(wanted, given);
    },
  };
}

/** 32 random bytes as base64. */
export function newAuditKey(): string {
  return randomBytes(32).toString('base64');
}
