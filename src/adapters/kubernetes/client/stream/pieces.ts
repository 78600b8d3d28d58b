// The pieces of a body on their way to whoever reads them: at once while somebody does, whose memory is then used again, else copied until they can be taken.

import type { After } from './each-chunk.ts';

export type Source = { pause(): void; resume(): void; close(): void };

type OnPiece = (piece: Buffer) => After;

export function createPieces(source: Source) {
  const outcome = createOutcome(source);
  const held: Buffer[] = [];
  let hasEnded = false;
  const drain = (): void => {
    while (reader.isFree()) {
      const piece = held.shift();
      if (piece === undefined) break;
      reader.give(piece);
    }
    if (hasEnded && reader.isFree()) outcome.end();
  };
  const reader = createReader(source, outcome, drain);
  return {
    /** Without effect once everything has come: what follows is not part of the body. */
    take(piece: Buffer): void {
      if (hasEnded) return;
      if (held.length === 0 && reader.isFree()) reader.give(piece);
      else if (!outcome.isOver()) held.push(Buffer.from(piece));
    },
    /** Everything has come. */
    end(): void {
      hasEnded = true;
      drain();
    },
    /** Without effect once everything has come. */
    fail(error: Error): void {
      if (!hasEnded) outcome.fail(error);
    },
    each(onPiece: OnPiece): Promise<void> {
      reader.begin(onPiece);
      return outcome.promise;
    },
  };
}

/** Who reads, one piece at a time; `onFree` is called when the next may come. */
function createReader(source: Source, outcome: Outcome, onFree: () => void) {
  let onPiece: OnPiece | undefined;
  let isBusy = false;
  const wait = async (after: Promise<void>): Promise<void> => {
    isBusy = true;
    source.pause();
    await after;
    isBusy = false;
    source.resume();
    onFree();
  };
  return {
    isFree: () => onPiece !== undefined && !isBusy && !outcome.isOver(),
    begin(read: OnPiece): void {
      onPiece = read;
      onFree();
    },
    give(piece: Buffer): void {
      try {
        const after = onPiece?.(piece);
        if (after === 'end') outcome.end();
        else if (after !== undefined) wait(after).catch(outcome.fail);
      } catch (error) {
        outcome.fail(error);
      }
    },
  };
}

type Outcome = ReturnType<typeof createOutcome>;

/** Comes to one end, and closes the source with it. */
function createOutcome(source: Source) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // A failure before anybody reads is told to whoever then does.
  promise.catch(() => undefined);
  let isOver = false;
  const settle = (act: () => void): void => {
    if (isOver) return;
    isOver = true;
    act();
    source.close();
  };
  return {
    promise,
    isOver: () => isOver,
    end: () => settle(resolve),
    fail: (error: unknown) => settle(() => reject(error)),
  };
}
