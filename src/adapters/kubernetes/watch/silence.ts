// When one pass over a stream has to end though the server does not end it.

import { TransientError } from '../../../ports/fault.ts';
import { callAfter } from '../../../ports/timers.ts';

/** No bookmark nor change for this long: the connection is dead though nobody said so (bookmarks come about every minute). */
const SILENCE_MS = 5 * 60_000;

/** Aborts when nothing is heard for too long, when what was heard could not be handed on, or when the watcher stops. */
export function createSilence(parent: AbortSignal) {
  const controller = new AbortController();
  const timer = callAfter(SILENCE_MS, () =>
    controller.abort(new TransientError('the watch went silent', { code: 'OOM_TIMEOUT' })),
  );
  return {
    signal: AbortSignal.any([parent, controller.signal]),
    heard: () => timer.refresh(),
    fail: (error: unknown) => controller.abort(error),
    end() {
      clearTimeout(timer);
      controller.abort();
    },
  };
}
