// Redis' errors as ours: everything about the connection may pass, everything else is a fault of content.

import { PermanentError, TransientError } from '../../ports/fault.ts';

export async function storing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TransientError || error instanceof PermanentError) throw error;
    throw new TransientError('Redis did not take it', { code: 'OOM_STORE_UNREACHABLE', cause: error });
  }
}
