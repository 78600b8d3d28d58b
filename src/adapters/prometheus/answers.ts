// Whether Prometheus answers at all.

import type { Instant } from '../../domain/base/time.ts';
import { SECOND } from '../../domain/base/time.ts';
import type { PrometheusEndpoint } from './endpoint.ts';
import { PrometheusProblem, queryRange } from './query-range.ts';

/** A sentence's clause: that it answers, or why not. */
export async function prometheusAnswers(
  endpoint: PrometheusEndpoint,
  now: Instant,
  signal: AbortSignal,
): Promise<{ readonly answers: boolean; readonly words: string }> {
  const query = { query: 'max by (job) (up)', endSeconds: now / SECOND, lengthMs: 60 * SECOND, stepSeconds: 60 };
  try {
    await queryRange(endpoint, query, signal);
    return { answers: true, words: 'answers' };
  } catch (error) {
    if (error instanceof PrometheusProblem) return { answers: false, words: error.message };
    throw error;
  }
}
