// Every kind of workload × kind of container × limit there or not × owner × what the policy says, proposed, approved and applied by the program's own
// steps against a real API server. Each case looks at the object as it is stored: what was approved is in it, and nothing else is different.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../../../src/adapters/kubernetes/client/connection.ts';
import { removeNamespace } from '../../support/namespace.ts';
import type { ChangeCase } from './support/cases.ts';
import { CASES, caseName } from './support/cases.ts';
import { recreateStory, surroundingsStory } from './support/change-stories.ts';
import type { Place } from './support/changes.ts';
import { prepareCluster, runCase } from './support/changes.ts';

const kubeconfig = process.env['E2E_KUBECONFIG'] || undefined;
/** Cases of one object go one after the other; objects go side by side. */
const AT_ONCE = 8;

describe.skipIf(kubeconfig === undefined)('every kind of change on a real API server: set E2E_KUBECONFIG to run it', () => {
  const namespace = `headroom-changes-${randomBytes(3).toString('hex')}`;
  const results = new Map<ChangeCase, Promise<void>>();
  let connection: ClusterConnection;
  let putBack: () => Promise<void>;

  beforeAll(async () => {
    connection = connectCluster({ kind: 'file', path: kubeconfig ?? '', context: undefined });
    putBack = await prepareCluster(connection, namespace);
    runAll({ connection, namespace }, results);
  }, 180_000);

  afterAll(async () => {
    await removeNamespace(connection, namespace);
    await putBack();
    await connection.close();
  }, 300_000);

  it('has more than a hundred cases', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(100);
    expect(new Set(CASES.map(caseName)).size).toBe(CASES.length);
  });

  it('makes a Job again under another name, never two at work, whenever it is asked to go on', { timeout: 120_000 }, async () => {
    await recreateStory({ connection, namespace });
  });

  it('says of what stands around a workload what is there', { timeout: 120_000 }, async () => {
    await surroundingsStory({ connection, namespace });
  });

  it.each(CASES.map((one) => ({ name: caseName(one), one })))('$name', { timeout: 120_000 }, async ({ one }) => {
    await results.get(one);
  });
});

/** All under way at once, a few at a time: each test only waits for its own. */
function runAll(place: Place, results: Map<ChangeCase, Promise<void>>): void {
  const lanes = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  for (const [index, one] of CASES.entries()) {
    const before = lanes[index % AT_ONCE] ?? Promise.resolve();
    const result = before.then(() => runCase(place, one));
    result.catch(() => undefined);
    results.set(one, result);
    lanes[index % AT_ONCE] = result.catch(() => undefined);
  }
}
