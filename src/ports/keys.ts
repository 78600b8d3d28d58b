// What a process can prove with keys that the store does not hold: an approval was given by whoever has the private key, a record of the audit was
// written by Headroom. A key that is not there says which setting is missing, and nothing is written to a cluster without it.

/** In one sentence: which setting is missing, what that stops, and how to make keys. */
export type MissingKey = { readonly kind: 'missing'; readonly words: string };

/** Of the process that people approve in. */
export type ApprovalSigner = { readonly kind: 'signer'; sign(text: string): string };

/** Of the process that writes. False for whatever is not a signature of the text by one of the known keys. */
export type ApprovalVerifier = { readonly kind: 'verifier'; isSigned(text: string, signature: string): boolean };

/** Of every process that writes the audit. */
export type Seal = { readonly kind: 'seal'; of(text: string): string; fits(text: string, seal: string): boolean };

export type Keys = {
  readonly signer: ApprovalSigner | MissingKey;
  readonly verifier: ApprovalVerifier | MissingKey;
  readonly seal: Seal | MissingKey;
};
