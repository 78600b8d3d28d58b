// Which of some namespaces there are not: to watch one that is mistyped looks like a cluster in which nothing dies.

import { SECOND } from '../../../domain/base/time.ts';
import { timeoutAfter } from '../../../ports/timers.ts';
import type { ClusterConnection } from './connection.ts';

export type NamespacesQuestion = {
  readonly connection: Pick<ClusterConnection, 'answer'>;
  readonly names: readonly string[];
  readonly signal: AbortSignal;
};

const WITHIN_MS = 5 * SECOND;

/** Never throws: one that may not be read, or cannot be asked about now, counts as there. */
export async function absentNamespaces({ connection, names, signal }: NamespacesQuestion): Promise<readonly string[]> {
  const within = AbortSignal.any([signal, timeoutAfter(WITHIN_MS)]);
  const isAbsent = async (name: string): Promise<boolean> => {
    try {
      const { status } = await connection.answer({ path: `/api/v1/namespaces/${encodeURIComponent(name)}`, signal: within });
      return status === 404;
    } catch {
      return false;
    }
  };
  const absent = await Promise.all(names.map(isAbsent));
  return names.filter((_, index) => absent[index]);
}
