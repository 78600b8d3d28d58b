// Chance that can be repeated: mulberry32 for numbers from 0 to 1, Box–Muller for a normal one, FNV-1a for splitting series into halves by name.

export type Random = {
  next(): number;
  normal(): number;
  between(low: number, high: number): number;
  whole(below: number): number;
};

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    between: (low, high) => low + (high - low) * next(),
    whole: (below) => Math.floor(next() * below),
  };
}

export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}

/** Constants are chosen on one half, figures are reported on the other. */
export function isHeldOut(name: string): boolean {
  return hashOf(name) % 2 === 1;
}
