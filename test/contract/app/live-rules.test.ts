// headroom.yaml while a process runs: new rules hold without a restart, a wrong file changes nothing, what changed is audited once.

import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Closer } from '../../../src/app/lifecycle.ts';
import { followRules } from '../../../src/app/rules-reloader.ts';
import type { Rules } from '../../../src/config/rules/rules.ts';
import { parseRules } from '../../../src/config/rules/rules.ts';
import type { Log } from '../../../src/ports/log.ts';
import { fakeAudit } from '../../fakes/stores.ts';
import { silentLog, silentMeter } from '../../fakes/telemetry.ts';

/** For a look every 20 ms; a machine may stand still for seconds. */
const PATIENCE = { timeout: 20_000 };

let folder: string;
let path: string;
let stops: Closer[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headroom-rules-'));
  path = join(folder, 'headroom.yaml');
  stops = [];
});

afterEach(async () => {
  for (const stop of stops) await stop();
  await rm(folder, { recursive: true, force: true });
});

function rulesIn(text: string): Rules {
  const parsed = parseRules(text);
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('; '));
  return parsed.rules;
}

async function follow(text: string, { log = silentLog, audit = fakeAudit() } = {}) {
  await writeFile(path, text);
  const rules = followRules(rulesIn(text), {
    config: { rulesPath: path },
    stores: { audit },
    log,
    meter: silentMeter,
    lifecycle: { onStop: (_, stop) => void stops.push(stop) },
    lookEveryMs: 20,
  });
  return { rules, audit };
}

/** As a mounted ConfigMap is swapped: the new file takes the old one's place. */
async function swap(text: string): Promise<void> {
  await writeFile(`${path}.next`, text);
  await rename(`${path}.next`, path);
}

it('takes new rules without a restart, also through what was handed out before', async () => {
  const { rules, audit } = await follow('policy: {maxFactor: 2}');
  const { policy } = rules;
  await vi.waitFor(() => expect(audit.events).toHaveLength(1), PATIENCE);
  await swap('policy: {maxFactor: 3}\nreportWithin: 2h');
  await vi.waitFor(() => expect(policy.maxFactor).toBe(3), PATIENCE);
  expect(rules.reportWithin).toBe(2 * 3_600_000);
  expect({ ...policy }).toMatchObject({ maxFactor: 3, maxLimit: 16 * 2 ** 30 });
  await vi.waitFor(() => expect(audit.events.at(-1)?.outcome).toMatch(/: reportWithin, policy\.maxFactor changed$/), PATIENCE);
  expect(audit.events).toHaveLength(2);
});

it('keeps the rules it has when the file is wrong, and says why once', async () => {
  const said: unknown[] = [];
  const log: Log = { ...silentLog, error: (_, fields) => void said.push(fields) };
  const { rules, audit } = await follow('policy: {maxFactor: 2}', { log });
  await swap('policy: {maxFactr: 3}');
  await vi.waitFor(() => expect(said).toHaveLength(1), PATIENCE);
  expect(JSON.stringify(said)).toContain('did you mean maxFactor?');
  expect(rules.policy.maxFactor).toBe(2);
  await swap('policy: {maxFactor: 4}');
  await vi.waitFor(() => expect(rules.policy.maxFactor).toBe(4), PATIENCE);
  expect(said).toHaveLength(1);
  expect(audit.events.every(({ action }) => action === 'policy')).toBe(true);
});

it('audits the same rules once, however many processes read them', async () => {
  const audit = fakeAudit();
  await follow('policy: {maxFactor: 2}', { audit });
  await vi.waitFor(() => expect(audit.events).toHaveLength(1), PATIENCE);
  for (const stop of stops.splice(0)) await stop();
  const { rules } = await follow('policy: {maxFactor: 2}', { audit });
  await swap('policy: {maxFactor: 5}');
  await vi.waitFor(() => expect(audit.events).toHaveLength(2), PATIENCE);
  expect(rules.policy.maxFactor).toBe(5);
  expect(audit.events[1]?.outcome).toContain('policy.maxFactor changed');
});

it('leaves built-in rules alone', () => {
  const initial = rulesIn('');
  const rules = followRules(initial, {
    config: { rulesPath: undefined },
    stores: { audit: fakeAudit() },
    log: silentLog,
    meter: silentMeter,
    lifecycle: { onStop: () => undefined },
  });
  expect(rules).toBe(initial);
});
