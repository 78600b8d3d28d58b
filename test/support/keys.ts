// The keys of the tests: as settings for a process of its own, and as a process has them that runs all roles.

import { createPrivateKey } from 'node:crypto';
import { approvalSigner, approvalVerifier, publicKeyOf } from '../../src/adapters/keys/approval-keys.ts';
import { auditSeal } from '../../src/adapters/keys/audit-seal.ts';
import type { ApprovalSigner, ApprovalVerifier, Keys, Seal } from '../../src/ports/keys.ts';

export const KEY_SETTINGS = {
  APPROVAL_PRIVATE_KEY: 'MC4CAQAwBQYDK2VwBCIEIMjHxsXEw8LBwL++vby7urm4t7a1tLOysbCvrq2sq6qp',
  APPROVAL_PUBLIC_KEYS: 'MCowBQYDK2VwAyEAJ07WsmgF0v6NBgUp7povKHY7aXbZxf0d7jj/NrO3aTk=',
  AUDIT_KEY: 'yMfGxcTDwsHAv769vLu6ubi3trW0s7KxsK+urayrqqk=',
} as const;

export type TestKeys = { readonly signer: ApprovalSigner; readonly verifier: ApprovalVerifier; readonly seal: Seal };

export function testKeys(): TestKeys {
  const der = Buffer.from(KEY_SETTINGS.APPROVAL_PRIVATE_KEY, 'base64');
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return {
    signer: approvalSigner(key),
    verifier: approvalVerifier([publicKeyOf(key)]),
    seal: auditSeal(Buffer.from(KEY_SETTINGS.AUDIT_KEY, 'base64')),
  };
}

/** The same without one of them. */
export function without(keys: Keys, name: keyof Keys): Keys {
  return { ...keys, [name]: { kind: 'missing', words: `The key of the ${name} is not set.` } };
}
