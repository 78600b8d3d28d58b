// The keys by which approvals are signed and the audit is sealed, from the environment. A private or public key is Ed25519, as PEM or as base64 of its
// DER form; `headroom keys` prints new ones.

import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { Secret } from './secret.ts';
import { setting } from './setting.ts';

export type KeysConfig = {
  /** Undefined: this process signs nothing, but in role all, where a key is made. */
  readonly approvalPrivateKey: Secret | undefined;
  readonly approvalPublicKeys: readonly KeyObject[];
  readonly auditKey: Secret | undefined;
};

/** Everybody knows these: set as they are, they count as not set. */
const EXAMPLE = {
  privateKey: 'MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f',
  publicKey: 'MCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=',
  auditKey: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
} as const;

const MAKE = '`headroom keys` prints new ones';
const SHORTEST_AUDIT_KEY = 32;

export const keySettings = {
  APPROVAL_PRIVATE_KEY: setting(
    z
      .string()
      .refine((text) => privateKeyOf(text) !== undefined, `an Ed25519 private key, PEM or base64; ${MAKE}`)
      .optional(),
    {
      meaning: 'Signs each approval. For the slack role only, never for the worker: `headroom keys` prints a new pair.',
      unit: 'Ed25519 private key, PEM or base64 (PKCS #8)',
      fallback: 'role all: made once and kept in HEADROOM_DATA_DIR/keys.json; role slack: nothing can be approved',
      example: EXAMPLE.privateKey,
    },
  ),
  APPROVAL_PUBLIC_KEYS: setting(
    z
      .string()
      .refine((text) => publicKeysOf(text) !== undefined, `Ed25519 public keys, PEM or base64, separated by commas; ${MAKE}`)
      .optional(),
    {
      meaning: 'By which the worker checks who signed an approval before it writes. Several while a key is being replaced.',
      unit: 'Ed25519 public keys, PEM or base64 (SPKI), separated by commas',
      fallback: 'role all: its own; role worker: nothing is written',
      example: EXAMPLE.publicKey,
    },
  ),
  AUDIT_KEY: setting(
    z
      .string()
      .refine((text) => auditKeyOf(text) !== undefined, `at least ${SHORTEST_AUDIT_KEY} random bytes as base64; ${MAKE}`)
      .optional(),
    {
      meaning: 'Seals each record of the audit, the same for the roles slack and worker and for `headroom audit verify`.',
      unit: `at least ${SHORTEST_AUDIT_KEY} random bytes as base64`,
      fallback: 'role all: made once and kept in HEADROOM_DATA_DIR/keys.json; other roles: nothing can be approved or written',
      example: EXAMPLE.auditKey,
    },
  ),
} as const;

type Values = { readonly [Name in keyof typeof keySettings]?: string | undefined };

export function keysOf(values: Values): KeysConfig {
  const { APPROVAL_PRIVATE_KEY: own, APPROVAL_PUBLIC_KEYS: others = '', AUDIT_KEY: audit } = values;
  return {
    approvalPrivateKey: secretOf(own, EXAMPLE.privateKey),
    approvalPublicKeys: publicKeysOf(others.replace(EXAMPLE.publicKey, '')) ?? [],
    auditKey: secretOf(audit, EXAMPLE.auditKey),
  };
}

function secretOf(text: string | undefined, example: string): Secret | undefined {
  return text === undefined || text === example ? undefined : new Secret(text);
}

/** Undefined for what is no Ed25519 private key. */
export function privateKeyOf(text: string): KeyObject | undefined {
  return keyIn(
    text,
    (pem) => createPrivateKey(pem),
    (key) => createPrivateKey({ key, format: 'der', type: 'pkcs8' }),
  );
}

function publicKeysOf(text: string): readonly KeyObject[] | undefined {
  const parts = unescaped(text)
    .split(/,|(?<=-----END PUBLIC KEY-----)/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const keys = parts.map((part) =>
    keyIn(
      part,
      (pem) => createPublicKey(pem),
      (key) => createPublicKey({ key, format: 'der', type: 'spki' }),
    ),
  );
  return keys.every((key) => key !== undefined) ? keys : undefined;
}

/** Undefined for what is too short. */
export function auditKeyOf(text: string): Buffer | undefined {
  const key = Buffer.from(text, 'base64');
  return key.length >= SHORTEST_AUDIT_KEY && /^[\w+/=-]+$/.test(text) ? key : undefined;
}

function keyIn(text: string, fromPem: (pem: string) => KeyObject, fromDer: (der: Buffer) => KeyObject): KeyObject | undefined {
  try {
    const whole = unescaped(text).trim();
    const key = whole.startsWith('-----BEGIN ') ? fromPem(whole) : fromDer(Buffer.from(whole, 'base64'));
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Line ends as `.env` files and Secrets spell them. */
function unescaped(text: string): string {
  return text.replaceAll(String.raw`\n`, '\n');
}
