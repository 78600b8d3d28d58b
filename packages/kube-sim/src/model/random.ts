// Names, ids and noise that look random and are not: everything follows from a seed and a text, so a demo with a given seed can be repeated.

import { createHash } from 'node:crypto';

/** The letters Kubernetes uses for generated names: no vowels, so no words. */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

export type Ids = {
  /** 64 hex digits, as containerd names containers. */
  containerId(text: string): string;
  uid(text: string): string;
  /** Letters for the end of a generated name. */
  suffix(text: string, length: number): string;
  /** 0 ≤ n < 1. */
  fraction(text: string): number;
};

export function createIds(seed: number): Ids {
  const digest = (text: string): Buffer => createHash('sha256').update(`${seed}/${text}`).digest();
  return {
    containerId: (text) => digest(text).toString('hex'),
    uid: (text) => asUuid(digest(text).toString('hex')),
    suffix: (text, length) => letters(digest(text), length),
    fraction: (text) => digest(text).readUInt32BE(0) / 2 ** 32,
  };
}

/** The same template always has the same hash, whatever the seed: a rollback finds its ReplicaSet again. */
export function templateHash(template: unknown): string {
  return letters(createHash('sha256').update(JSON.stringify(template)).digest(), 10);
}

function asUuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}

function letters(bytes: Buffer, length: number): string {
  return [...bytes.subarray(0, length)].map((byte) => SAFE[byte % SAFE.length]).join('');
}

/** Noise between -1 and 1 that depends on its two numbers only; cheap, for hundreds of thousands of samples. */
export function noise(phase: number, step: number): number {
  const mixed = Math.sin(phase * 12.9898 + step * 78.233) * 43_758.5453;
  return 2 * (mixed - Math.floor(mixed)) - 1;
}
