// Ed25519 signatures of approvals, by node:crypto. Signatures are base64. The private key is of the process that people approve in, the public keys of
// the process that writes: several, so that a key can be replaced while older approvals still count.

import type { KeyObject } from 'node:crypto';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { ApprovalSigner, ApprovalVerifier } from '../../ports/keys.ts';

export function approvalSigner(privateKey: KeyObject): ApprovalSigner {
  return { kind: 'signer', sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64') };
}

export function approvalVerifier(publicKeys: readonly KeyObject[]): ApprovalVerifier {
  return {
    kind: 'verifier',
    isSigned(text, signature) {
      const bytes = Buffer.from(signature, 'base64');
      return publicKeys.some((key) => verify(null, Buffer.from(text), key, bytes));
    },
  };
}

export function publicKeyOf(privateKey: KeyObject): KeyObject {
  return createPublicKey(privateKey);
}

/** A new pair, each key as base64 of its DER form: one line, as an environment takes it. */
export function newApprovalKeys(): { readonly privateKey: string; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  });
  return { privateKey: privateKey.toString('base64'), publicKey: publicKey.toString('base64') };
}
