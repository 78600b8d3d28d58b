// Waiting for an answer that others wait for too: who goes away takes nothing from them.

/** The answer, or the reason of the signal once that aborts. */
export async function waited<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(abortReason(signal));
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([answer, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

export function abortReason({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('aborted');
}
