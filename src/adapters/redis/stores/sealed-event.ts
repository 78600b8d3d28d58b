// An event of the audit as it is stored: with a seal over everything else in it, by a key that Redis does not hold. An event without one, or with a wrong
// one, was not written by Headroom as it is configured now.

import { z } from 'zod';
import type { AuditEvent } from '../../../domain/audit/audit.ts';
import { canonicalJson } from '../../../domain/base/canonical-json.ts';
import type { Seal } from '../../../ports/keys.ts';

const anObject = z.record(z.string(), z.unknown());

/** The text to store. Without a seal the event is recorded all the same, and proves nothing. */
export function sealedText(event: AuditEvent, seal: Seal | undefined): string {
  return JSON.stringify(seal === undefined ? event : { ...event, seal: seal.of(textOf(event)) });
}

/** Whether a stored event is exactly what was sealed. */
export function isGenuine(stored: unknown, seal: Seal | undefined): boolean {
  const parsed = anObject.safeParse(stored);
  if (!parsed.success || seal === undefined) return false;
  const { seal: given, ...event } = parsed.data;
  return typeof given === 'string' && seal.fits(textOf(event), given);
}

function textOf(event: object): string {
  return `headroom audit event 1\n${canonicalJson(event)}`;
}
