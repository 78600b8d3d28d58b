// headroom audit verify | export: the record of who did what, checked and taken out. verify reads Redis, or the lines of an earlier export, and says
// where the chain is broken; export writes one JSON object a line, oldest first.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { redisAudit, sha256 } from '../adapters/redis/audit.ts';
import { connectRedis } from '../adapters/redis/connection.ts';
import { chainRecordSchema } from '../adapters/redis/schema/audit.ts';
import type { Config } from '../config.ts';
import type { ChainHead, ChainRecord, ChainVerdict } from '../domain/audit/chain.ts';
import { checkChain } from '../domain/audit/chain.ts';
import { createLifecycle } from '../lifecycle.ts';
import type { AuditKeeping } from '../ports/audit.ts';
import { createLog } from '../telemetry/logger.ts';
import { placeRedis } from './stand-ins.ts';

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

export async function exportAudit(config: Config, print: Print): Promise<void> {
  await withAudit(config, async (audit) => {
    await audit.settle();
    for await (const record of audit.records()) print(JSON.stringify(record));
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
  for await (const text of createInterface({ input: createReadStream(path, 'utf8') })) {
    line += 1;
    if (text.trim() !== '') check.accept(recordIn(text, `${path}, line ${line}`));
  }
  return check.finish(undefined);
}

function recordIn(text: string, place: string): ChainRecord {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error(`${place} is not JSON`);
  }
  const parsed = chainRecordSchema.safeParse(content);
  if (!parsed.success) throw new Error(`${place} is not a record of the audit`);
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
    const { url } = await placeRedis(config, lifecycle);
    const connection = connectRedis({ url, log });
    lifecycle.onStop('Redis connections', () => connection.close());
    await connection.ready(AbortSignal.timeout(READY_WITHIN_MS));
    return await work(redisAudit({ client: connection.client, log }));
  } finally {
    await lifecycle.stop(STOP_WITHIN_MS);
  }
}
