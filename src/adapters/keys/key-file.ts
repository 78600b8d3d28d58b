// The keys of a process that runs all roles and was given none: made at its first start and kept in one file beside the embedded stores, readable by its
// owner only, so that open approvals survive a restart. Never in Redis.

import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { newApprovalKeys } from './approval-keys.ts';
import { newAuditKey } from './audit-seal.ts';

const kept = z.object({ approvalPrivateKey: z.string().min(1), auditKey: z.string().min(1) });

export type KeptKeys = z.infer<typeof kept>;

const OWNER_ONLY = 0o600;

/** Throws an Error with a sentence for a person when the file can be neither read nor made. */
export async function keptKeys(path: string): Promise<KeptKeys> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const made: KeptKeys = { approvalPrivateKey: newApprovalKeys().privateKey, auditKey: newAuditKey() };
    await writeFile(path, `${JSON.stringify(made, undefined, 2)}\n`, { flag: 'wx', mode: OWNER_ONLY });
    return made;
  } catch (error) {
    if (!isThere(error)) throw new Error(`${path} cannot be written`, { cause: error });
  }
  return read(path);
}

async function read(path: string): Promise<KeptKeys> {
  try {
    // Copied or restored with other rights: nobody else may read it from here on.
    if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, OWNER_ONLY);
    return kept.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new Error(`${path} does not hold the keys of Headroom; move it away to have new ones made`, { cause: error });
  }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
