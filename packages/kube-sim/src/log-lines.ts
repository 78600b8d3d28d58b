// What the demo's programs write. "{n}" becomes a number that changes with every line, "{t}" the time. `dying` is the line the kernel
// interrupts: it is cut in the middle.

export type LogStyle = {
  /** At normal speed. */
  readonly everyMs: number;
  readonly start: readonly string[];
  readonly lines: readonly string[];
  readonly dying: string;
};

export const LOGS = {
  checkout: {
    everyMs: 1500,
    start: ['{t} info  checkout-api 4.18.2 starting, node v22.19.0', '{t} info  listening on :8080'],
    lines: [
      '{t} info  POST /v1/carts/{n}/checkout 200 84ms',
      '{t} info  GET /v1/carts/{n} 200 6ms',
      '{t} info  payment authorised order={n} provider=adyen',
      '{t} warn  cart {n} has 412 line items, building the whole quote in memory',
    ],
    dying: '{t} info  POST /v1/carts/{n}/checkout started, 38 requests waiting',
  },
  worker: {
    everyMs: 2000,
    start: ['{t} INFO order_worker: connected to amqp://rabbit.orders:5672, prefetch 32'],
    lines: [
      '{t} INFO order_worker: order {n} reserved',
      '{t} INFO order_worker: order {n} invoiced',
      '{t} DEBUG order_worker: result cache holds {n} entries',
    ],
    dying: '{t} INFO order_worker: order {n} handed to fulfilment in batch',
  },
  shipper: {
    everyMs: 10_000,
    start: ['log shipper 3.1.9 started'],
    lines: ['[{t}] flushed chunk {n} to loki'],
    dying: '[{t}] flushing chunk {n}',
  },
  indexer: {
    everyMs: 3000,
    start: ['{t} INFO indexer ready, 12 shards'],
    lines: ['{t} INFO refreshed shard {n} in 210ms', '{t} INFO 37 documents updated in shard {n}'],
    dying: '{t} INFO full reindex of catalogue {n} requested by nightly-export, loading 2184533 documents into',
  },
  thumbnailer: {
    everyMs: 1200,
    start: ['{t} thumbnailer 1.9.0, scratch directory /scratch (tmpfs)'],
    lines: ['{t} resized upload-{n}.jpg to 3 sizes', '{t} kept /scratch/upload-{n}.tiff for the retry queue'],
    dying: '{t} writing /scratch/upload-{n}.tiff, 48 MB',
  },
  renderer: {
    everyMs: 2500,
    start: ['{t} pdf-renderer: 4 chromium workers started'],
    lines: [
      '{t} pdf-renderer: worker 2 rendered report {n} (14 pages)',
      '{t} pdf-renderer: worker 4 rendered report {n} (3 pages)',
    ],
    dying: '{t} pdf-renderer: worker 3 went away (signal SIGKILL) while rendering report {n}; giving',
  },
  importer: {
    everyMs: 2000,
    start: ['{t} importer: watching sftp://partner.example/inbox'],
    lines: ['{t} importer: file {n}.csv has 18233 rows', '{t} importer: table lock held by job {n}, waiting'],
    dying: '{t} importer: table lock held by job {n}, waiting',
  },
  redis: {
    everyMs: 8000,
    start: ['1:M {t} * Ready to accept connections tcp'],
    lines: [
      '1:M {t} * 100 changes in 300 seconds. Saving...',
      '1:M {t} * Background saving started by pid {n}',
      '1:M {t} * Background saving terminated with success',
    ],
    dying: '1:M {t} * Background saving started by pid {n}',
  },
  storefront: {
    everyMs: 900,
    start: ['{t} storefront ready on http://0.0.0.0:3000'],
    lines: ['{t} GET /p/{n} 200 31ms', '{t} GET /search?q=shoes&page={n} 200 118ms', '{t} GET /basket 200 12ms'],
    dying: '{t} GET /campaign/black-friday 200 rendering {n} tiles',
  },
  stress: {
    everyMs: 60_000,
    start: ['stress: info: [1] dispatching hogs: 0 cpu, 0 io, 1 vm, 0 hdd'],
    lines: ['stress: info: [1] running'],
    dying:
      'stress: FAIL: [1] (416) <-- worker 7 got signal 9\nstress: WARN: [1] (418) now reaping child worker processes\nstress: FAIL: [1] (452) failed run completed in 0s\n',
  },
  scoring: {
    everyMs: 2000,
    start: [
      'Picked up JAVA_TOOL_OPTIONS: -Xmx512m -XX:+UseG1GC',
      '{t} INFO  [main] scoring.Application - started in 6.214 seconds',
    ],
    lines: [
      '{t} INFO  [exec-7] scoring.Model - scored application {n} in 41 ms',
      '{t} INFO  [exec-3] scoring.Features - loaded 180 features for {n}',
    ],
    dying: '{t} INFO  [exec-5] scoring.Model - loading model v{n} beside the current',
  },
  quiet: {
    everyMs: 15_000,
    start: ['{t} ready'],
    lines: ['{t} healthy, {n} requests served'],
    dying: '{t} healthy, {n} requests',
  },
} as const satisfies Readonly<Record<string, LogStyle>>;
