// headroom audit verify | export: the record of who did what, checked and taken out. verify reads Redis, or the lines of an earlier export, and says
// where the chain is broken; export writes one JSON object a line, oldest first.

import { open } from 'node:fs/promises';
import type { RedisConnection } from '../adapters/redis/connection.ts';
import { connectRedis } from '../adapters/redis/connection.ts';
import { chainRecordSchema } from '../adapters/redis/schema/audit.ts';
import { redisAudit, sha256 } from '../adapters/redis/stores/audit.ts';
import { createLog } from '../adapters/telemetry/logger.ts';
import { placeRedis } from '../app/embedded/embedded.ts';
import type { Lifecycle } from '../app/lifecycle.ts';
import { createLifecycle } from '../app/lifecycle.ts';
import type { Config } from '../config/load.ts';
import type { ChainHead, ChainRecord, ChainVerdict } from '../domain/audit/chain.ts';
import { checkChain } from '../domain/audit/chain.ts';
import type { AuditKeeping } from '../ports/audit.ts';
import type { Log } from '../ports/log.ts';
import { timeoutAfter } from '../ports/timers.ts';
import { CommandError } from './command-error.ts';

export type Print = (line: string) => void;

const STOP_WITHIN_MS = 10_000;
const READY_WITHIN_MS = 10_000;

/** `noted`: "17:3f9a…" as a log line or an earlier verify gave it. `file`: an export to check instead of Redis. */
export type VerifyOptions = { readonly noted: readonly ChainHead[]; readonly file: string | undefined };

export async function verifyAudit(config: Config, options: VerifyOptions, print: Print): Promise<boolean> {
  const verdict =
    options.file === undefined ? await verifyStored(config, options.noted) : await verifyFile(options.file, options.noted);
  for (const line of verdictLines(verdict)) print(line);
  return verdict.kind !== 'broken';
}

export type ExportOptions = {
  readonly print: Print;
  /** False once nobody reads any more, as after `| head`. */
  readonly wanted: () => boolean;
};

export async function exportAudit(config: Config, { print, wanted }: ExportOptions): Promise<void> {
  await withAudit(config, async (audit) => {
    await audit.settle();
    for await (const record of audit.records()) {
      if (!wanted()) return;
      print(JSON.stringify(record));
    }
  });
}

async function verifyStored(config: Config, noted: readonly ChainHead[]): Promise<ChainVerdict> {
  return withAudit(config, async (audit) => {
    const check = checkChain(sha256, noted);
    // What is written meanwhile is behind this head, and is not looked at.
    const head = await audit.head();
    for await (const record of audit.records()) if (record.sequence <= head.sequence) check.accept(record);
    return check.finish(head);
  });
}

async function verifyFile(path: string, noted: readonly ChainHead[]): Promise<ChainVerdict> {
  const check = checkChain(sha256, noted);
  let line = 0;
  for await (const text of linesOf(path)) {
    line += 1;
    if (text.trim() !== '') check.accept(recordIn(text, `${path}, line ${line}`));
  }
  return check.finish(undefined);
}

async function* linesOf(path: string): AsyncGenerator<string> {
  try {
    const file = await open(path);
    try {
      yield* file.readLines();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new CommandError(`--file: ${path} cannot be read`, { exitCode: 69, cause });
  }
}

function recordIn(text: string, place: string): ChainRecord {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new CommandError(`${place} is not JSON`, { exitCode: 1 });
  }
  const parsed = chainRecordSchema.safeParse(content);
  if (!parsed.success) throw new CommandError(`${place} is not a record of the audit`, { exitCode: 1 });
  return parsed.data;
}

function verdictLines(verdict: ChainVerdict): readonly string[] {
  switch (verdict.kind) {
    case 'empty':
      return ['The audit is empty.'];
    case 'broken':
      return [`BROKEN at record ${verdict.sequence}: ${verdict.problem}.`];
    case 'intact':
      return [
        `Intact: ${verdict.records} records, ${verdict.first} to ${verdict.head.sequence}.`,
        `Keep this outside of Redis, and give it to the next check: --noted ${verdict.head.sequence}:${verdict.head.hash}`,
      ];
  }
}

async function withAudit<Result>(config: Config, work: (audit: AuditKeeping) => Promise<Result>): Promise<Result> {
  const log = createLog('error');
  const lifecycle = createLifecycle(log);
  try {
    const connection = await reached(config, { lifecycle, log });
    return await work(redisAudit({ client: connection.client, log }));
  } finally {
    await lifecycle.stop(STOP_WITHIN_MS);
  }
}

async function reached(
  config: Config,
  { lifecycle, log }: { readonly lifecycle: Lifecycle; readonly log: Log },
): Promise<RedisConnection> {
  const { url } = await placeRedis(config, lifecycle).catch((cause: unknown) => {
    throw new CommandError(cause instanceof Error ? cause.message : String(cause), { exitCode: 69, cause });
  });
  const connection = connectRedis({ url, log });
  lifecycle.onStop('Redis connections', () => connection.close());
  await connection.ready(timeoutAfter(READY_WITHIN_MS)).catch((cause: unknown) => {
    const words = `Redis at ${new URL(url).host} did not answer within ${READY_WITHIN_MS / 1000} s; is REDIS_URL the right one?`;
    throw new CommandError(words, { exitCode: 69, cause });
  });
  return connection;
}
