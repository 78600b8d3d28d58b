// The watch of a cluster with very many pods, replayed: one pod as the real API server gave it, told again and again under other names and uids. For sizes that a
// test cluster's etcd does not hold.

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { z } from 'zod';

export type Replay = {
  readonly kubeconfig: string;
  stop(): Promise<void>;
};

const recorded = z.looseObject({ metadata: z.looseObject({ name: z.string(), uid: z.string(), resourceVersion: z.string() }) });
const FIRST_VERSION = 1000;

/** `pod`: the JSON of one pod. The kubeconfig is text. */
export async function startReplay(pod: string, count: number): Promise<Replay> {
  const { metadata } = recorded.parse(JSON.parse(pod));
  const line = (index: number): string => {
    const name = `${metadata.name}-${index}`;
    const uid = `${metadata.uid.slice(0, -12)}${String(index).padStart(12, '0')}`;
    const object = pod
      .trim()
      .replaceAll(metadata.name, name)
      .replaceAll(metadata.uid, uid)
      .replace(`"resourceVersion":"${metadata.resourceVersion}"`, `"resourceVersion":"${FIRST_VERSION + index}"`);
    return `{"type":"ADDED","object":${object}}\n`;
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://replay');
    if (searchParams.get('watch') === 'true') void tell(response, pathname === '/api/v1/pods' ? count : 0, line);
    else response.setHeader('content-type', 'application/json').end('{"status":{"allowed":true}}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    kubeconfig: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'replay', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'replay', user: {} }],
      contexts: [{ name: 'replay', context: { cluster: 'replay', user: 'replay' } }],
      'current-context': 'replay',
    }),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Everything there is, then silence. */
async function tell(response: ServerResponse, count: number, line: (index: number) => string): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  for (let index = 0; index < count && !response.destroyed; index += 1) {
    if (!response.write(line(index))) await once(response, 'drain');
  }
  const metadata = `{"resourceVersion":"${FIRST_VERSION + count}","annotations":{"k8s.io/initial-events-end":"true"}}`;
  response.write(`{"type":"BOOKMARK","object":{"kind":"Pod","metadata":${metadata}}}\n`);
}
