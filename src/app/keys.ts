// The keys of this process: those that were set, and in one process with all roles those it made itself. What is missing is said at the start, on /readyz
// and to whoever is refused for it.

import { join } from 'node:path';
import { approvalSigner, approvalVerifier, publicKeyOf } from '../adapters/keys/approval-keys.ts';
import { auditSeal } from '../adapters/keys/audit-seal.ts';
import { keptKeys } from '../adapters/keys/key-file.ts';
import type { KeysConfig } from '../config/keys.ts';
import { auditKeyOf, privateKeyOf } from '../config/keys.ts';
import type { Config } from '../config/load.ts';
import type { Role } from '../config/roles.ts';
import type { Keys, MissingKey } from '../ports/keys.ts';

export type OpenedKeys = Keys & {
  /** Sentences: what is not set although this role needs it. */
  readonly missing: readonly string[];
  /** For the banner: which keys these are. */
  readonly words: string;
};

const HOW = 'Run `headroom keys` to make keys (docs/security.md).';

/** Never rejects: without keys everything works but approving and writing. */
export async function openKeys({ role, keys, dataDir }: Pick<Config, 'role' | 'keys' | 'dataDir'>): Promise<OpenedKeys> {
  const path = join(dataDir, 'keys.json');
  const isComplete = keys.approvalPrivateKey !== undefined && keys.auditKey !== undefined;
  if (role !== 'all' || isComplete) return opened(role, textsOf(keys), { words: 'from the environment' });
  try {
    const kept = await keptKeys(path);
    const texts = textsOf(keys);
    const own = { ...texts, privateKey: texts.privateKey ?? kept.approvalPrivateKey, audit: texts.audit ?? kept.auditKey };
    return opened(role, own, { words: `of this process, kept in ${path}` });
  } catch (error) {
    const why = error instanceof Error ? error.message : 'no key file';
    return opened(role, textsOf(keys), { words: 'none', why: `${why}, and ` });
  }
}

type Texts = {
  readonly privateKey: string | undefined;
  readonly publicKeys: KeysConfig['approvalPublicKeys'];
  readonly audit: string | undefined;
};

function textsOf({ approvalPrivateKey, approvalPublicKeys, auditKey }: KeysConfig): Texts {
  return { privateKey: approvalPrivateKey?.reveal(), publicKeys: approvalPublicKeys, audit: auditKey?.reveal() };
}

function opened(
  role: Role,
  { privateKey, publicKeys, audit }: Texts,
  { words, why = '' }: { readonly words: string; readonly why?: string },
): OpenedKeys {
  const own = role === 'worker' || privateKey === undefined ? undefined : privateKeyOf(privateKey);
  const known = [...(own === undefined ? [] : [publicKeyOf(own)]), ...publicKeys];
  const sealing = audit === undefined ? undefined : auditKeyOf(audit);
  const signer = own === undefined ? absent('APPROVAL_PRIVATE_KEY', 'nothing can be approved', why) : approvalSigner(own);
  const verifier = known.length === 0 ? absent('APPROVAL_PUBLIC_KEYS', 'nothing is written', why) : approvalVerifier(known);
  const seal = sealing === undefined ? absent('AUDIT_KEY', 'nothing can be approved or written', why) : auditSeal(sealing);
  const needed = {
    slack: [signer, seal],
    worker: [verifier, seal],
    all: [signer, verifier, seal],
    watcher: [],
    'node-agent': [],
  };
  const missing = needed[role].flatMap((key) => (key.kind === 'missing' ? [key.words] : []));
  return { signer, verifier, seal, missing: [...missing, ...misplaced(role, privateKey)], words };
}

function absent(setting: string, effect: string, why: string): MissingKey {
  return { kind: 'missing', words: `${why}${setting} is not set: ${effect}. ${HOW}` };
}

/** A worker that could sign could approve its own writes. */
function misplaced(role: Role, privateKey: string | undefined): readonly string[] {
  if (role !== 'worker' || privateKey === undefined) return [];
  return ['APPROVAL_PRIVATE_KEY is set for the worker, which does not use it: give it to the slack role only.'];
}
