// A Prometheus that takes its time: every request waits before it is passed on. The pods of a bench have no kubelet and so no samples; a pod that has some lends
// them its own, so that what is read, and how much of it, is what a real Prometheus sends.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import { pause } from './report.ts';

export type SlowPrometheusOptions = {
  readonly target: string;
  readonly delayMs: number;
  /** Whose samples are shown as those of every pod whose name fits. */
  readonly lender: { readonly pod: string; readonly borrowers: RegExp };
};

export type SlowPrometheus = { readonly url: string; stop(): Promise<void> };

const answer = z.looseObject({
  data: z.looseObject({ result: z.array(z.looseObject({ metric: z.record(z.string(), z.string()) })) }),
});

export async function startSlowPrometheus({ target, delayMs, lender }: SlowPrometheusOptions): Promise<SlowPrometheus> {
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const [body] = await Promise.all([lent(new URL(incoming.url ?? '/', target), lender), pause(delayMs)]);
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end(body);
    })().catch(() => outgoing.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Without the ids, which name the lender's own containers. */
async function lent(url: URL, { pod, borrowers }: SlowPrometheusOptions['lender']): Promise<string> {
  const query = url.searchParams.get('query') ?? '';
  const borrower = borrowers.exec(query)?.[0];
  if (borrower !== undefined) url.searchParams.set('query', query.replaceAll(borrower, pod));
  const body: unknown = await (await fetch(url)).json();
  const parsed = answer.safeParse(body);
  if (borrower === undefined || !parsed.success) return JSON.stringify(body);
  const { data, ...rest } = parsed.data;
  const result = data.result.map(({ metric: { id: _id, ...metric }, ...series }) => ({
    ...series,
    metric: metric['pod'] === pod ? { ...metric, pod: borrower } : metric,
  }));
  return JSON.stringify({ ...rest, data: { ...data, result } });
}

/** Resolves when it has that many samples of the pod. */
export async function untilSampled(
  target: string,
  pod: string,
  wanted: { readonly samples: number; readonly withinMs: number },
): Promise<void> {
  const url = new URL('/api/v1/query', target);
  url.searchParams.set('query', `max(count_over_time(container_memory_working_set_bytes{pod="${pod}"}[10m]))`);
  const count = z.object({ data: z.object({ result: z.tuple([z.object({ value: z.tuple([z.number(), z.string()]) })]) }) });
  const deadline = performance.now() + wanted.withinMs;
  while (performance.now() < deadline) {
    const parsed = count.safeParse(await (await fetch(url)).json());
    if (parsed.success && Number(parsed.data.data.result[0].value[1]) >= wanted.samples) return;
    await pause(500);
  }
  throw new Error(`Prometheus has no ${wanted.samples} samples of ${pod} after ${wanted.withinMs} ms`);
}
