// What is said at the start about namespaces that the cluster does not have.

import { describe, expect, it } from 'vitest';
import { whatIsMissing } from '../../../src/app/preflight.ts';
import { soon } from '../../contract/cluster/cluster-support.ts';
import { serve } from '../adapters/kubernetes/watch/watching.ts';

async function saidOf(status: (namespace: string) => number, namespaces: readonly string[], excluded: readonly string[] = []) {
  const { connection } = serve({
    streams: [],
    answer: ({ path }) => ({ status: status(path.split('/').at(-1) ?? ''), body: {} }),
  });
  const config = { role: 'all', namespaces, excludedNamespaces: excluded } as const;
  return whatIsMissing({ config, cluster: { connection, prometheus: undefined }, signal: soon() });
}

describe('what is missing at the start', () => {
  it('names a watched namespace that there is not, and no other', async () => {
    const said = await saidOf((name) => (name === 'paymnets' ? 404 : 200), ['paymnets', 'checkout']);
    expect(said).toEqual([expect.stringMatching(/WATCH_NAMESPACES.*paymnets.*no kill is seen/)]);
  });

  it('names one that is to be left out and is not there', async () => {
    const said = await saidOf(() => 404, [], ['kube-sistem']);
    expect(said).toEqual([expect.stringMatching(/!kube-sistem leaves nothing out/)]);
  });

  it.each([
    { name: 'may not be read', status: 403 },
    { name: 'are there', status: 200 },
  ])('says nothing of namespaces that $name', async ({ status }) => {
    expect(await saidOf(() => status, ['payments'])).toEqual([]);
  });
});
