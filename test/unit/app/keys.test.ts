// Which keys a process opens: those that were set, those it made itself, or none, with what that stops and how it is mended.

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newApprovalKeys } from '../../../src/adapters/keys/approval-keys.ts';
import { openKeys } from '../../../src/app/keys.ts';
import { keysOf } from '../../../src/config/keys.ts';
import type { Role } from '../../../src/config/roles.ts';
import { KEY_SETTINGS } from '../../support/keys.ts';
import { textWith } from '../../support/text-with.ts';

const { APPROVAL_PRIVATE_KEY, APPROVAL_PUBLIC_KEYS, AUDIT_KEY } = KEY_SETTINGS;
let dataDir = '';

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headroom-keys-'));
});

afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

function opened(role: Role, values: Parameters<typeof keysOf>[0]) {
  return openKeys({ role, keys: keysOf(values), dataDir });
}

async function signedBy(role: Role, values: Parameters<typeof keysOf>[0], text = 'approve P-1'): Promise<string> {
  const { signer } = await opened(role, values);
  if (signer.kind === 'missing') throw new Error(signer.words);
  return signer.sign(text);
}

async function isSigned(values: Parameters<typeof keysOf>[0], signature: string, text = 'approve P-1'): Promise<boolean> {
  const { verifier } = await opened('worker', values);
  return verifier.kind === 'verifier' && verifier.isSigned(text, signature);
}

describe('separate roles', () => {
  it('sign with the private key and check with the public one', async () => {
    const signature = await signedBy('slack', { APPROVAL_PRIVATE_KEY });
    expect(await isSigned({ APPROVAL_PUBLIC_KEYS }, signature)).toBe(true);
    expect(await isSigned({ APPROVAL_PUBLIC_KEYS }, signature, 'approve P-2')).toBe(false);
    expect(await isSigned({ APPROVAL_PUBLIC_KEYS }, 'no signature')).toBe(false);
  });

  it('know an old key beside the new one while it is being replaced', async () => {
    const next = newApprovalKeys();
    const both = { APPROVAL_PUBLIC_KEYS: `${next.publicKey},${APPROVAL_PUBLIC_KEYS}` };
    expect(await isSigned(both, await signedBy('slack', { APPROVAL_PRIVATE_KEY }))).toBe(true);
    expect(await isSigned(both, await signedBy('slack', { APPROVAL_PRIVATE_KEY: next.privateKey }))).toBe(true);
    expect(await isSigned({ APPROVAL_PUBLIC_KEYS: next.publicKey }, await signedBy('slack', { APPROVAL_PRIVATE_KEY }))).toBe(
      false,
    );
  });

  it.each([
    {
      role: 'slack',
      values: {},
      missing: [/^APPROVAL_PRIVATE_KEY is not set: nothing can be approved/, /^AUDIT_KEY is not set/],
    },
    { role: 'worker', values: {}, missing: [/^APPROVAL_PUBLIC_KEYS is not set: nothing is written/, /^AUDIT_KEY is not set/] },
    { role: 'slack', values: { APPROVAL_PRIVATE_KEY, AUDIT_KEY }, missing: [] },
    { role: 'worker', values: { APPROVAL_PUBLIC_KEYS, AUDIT_KEY }, missing: [] },
    { role: 'worker', values: { APPROVAL_PUBLIC_KEYS }, missing: [/^AUDIT_KEY is not set/] },
    { role: 'watcher', values: {}, missing: [] },
    { role: 'node-agent', values: {}, missing: [] },
    { role: 'worker', values: KEY_SETTINGS, missing: [/APPROVAL_PRIVATE_KEY is set for the worker.*slack role only/] },
  ] as const)('$role with $values says what is missing', async ({ role, values, missing }) => {
    const keys = await opened(role, values);
    expect(keys.missing).toEqual(missing.map((words) => textWith(words)));
    for (const words of keys.missing.filter((each) => each.includes('is not set'))) expect(words).toContain('`headroom keys`');
  });

  it('a worker cannot sign, whatever it was given', async () => {
    await expect(signedBy('worker', KEY_SETTINGS)).rejects.toThrow('APPROVAL_PRIVATE_KEY is not set');
  });

  it('the examples of the documentation count as not set', async () => {
    const { SETTINGS } = await import('../../../src/config/env.ts');
    const examples = Object.fromEntries(SETTINGS.map(({ name, example }) => [name, example]));
    const keys = await opened('slack', examples);
    expect(keys.missing).toHaveLength(2);
    expect((await opened('worker', { APPROVAL_PUBLIC_KEYS: examples['APPROVAL_PUBLIC_KEYS'] })).missing).toHaveLength(2);
  });

  it('keep no file', async () => {
    await opened('slack', {});
    await expect(stat(join(dataDir, 'keys.json'))).rejects.toThrow('ENOENT');
  });
});

describe('one process with all roles', () => {
  it('makes keys once and keeps them, for its owner only', async () => {
    const signature = await signedBy('all', {});
    const path = join(dataDir, 'keys.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const { verifier, missing, words } = await opened('all', {});
    expect(verifier.kind === 'verifier' && verifier.isSigned('approve P-1', signature)).toBe(true);
    expect(missing).toEqual([]);
    expect(words).toContain(path);
  });

  it('takes what is set before what it keeps', async () => {
    const signature = await signedBy('all', { APPROVAL_PRIVATE_KEY });
    expect(await isSigned({ APPROVAL_PUBLIC_KEYS }, signature)).toBe(true);
    expect((await opened('all', KEY_SETTINGS)).words).toBe('from the environment');
  });

  it.each([
    { name: 'holds something else', content: '{}' },
    { name: 'is cut off', content: '{"approvalPriv' },
  ])('writes nothing with a file that $name, and says so', async ({ content }) => {
    await writeFile(join(dataDir, 'keys.json'), content);
    const { missing, signer } = await opened('all', {});
    expect(signer.kind).toBe('missing');
    expect(missing).toHaveLength(3);
    for (const words of missing) expect(words).toMatch(/keys\.json does not hold the keys of Headroom.*is not set/);
    expect(await readFile(join(dataDir, 'keys.json'), 'utf8')).toBe(content);
  });
});
