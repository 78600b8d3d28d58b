// What a start says of ports that are taken and of a Prometheus that does not answer.

import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { connectPrometheus } from '../../../src/adapters/prometheus/endpoint.ts';
import { refuseUsedPorts } from '../../../src/app/listen-ports.ts';
import { whatIsMissing } from '../../../src/app/preflight.ts';
import type { Config } from '../../../src/config/load.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { textWith } from '../../support/text-with.ts';
import { serve } from '../../unit/adapters/kubernetes/watch/watching.ts';
import { soon } from '../cluster/cluster-support.ts';

const servers: Server[] = [];

afterEach(closeAll);

async function closeAll(): Promise<void> {
  for (const server of servers.splice(0)) await new Promise((done) => server.close(done));
}

/** Any, unless told which: then rejects when it is not free. Who connects gets no answer. */
async function takenPort(port = 0): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  servers.push(server);
  await new Promise<void>((done, fail) => server.once('error', fail).listen(port, '127.0.0.1', done));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

function configOf(environment: Readonly<Record<string, string>>): Config {
  const loaded = loadConfig({ environment, args: [], readFile: () => '', isTerminal: false, hostname: 'h' });
  if (loaded.kind === 'problems') throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

it('names every port in use at once', async () => {
  const [http, page] = [await takenPort(), await takenPort()];
  const both = refuseUsedPorts(configOf({ HTTP_PORT: `${http}`, LOCAL_SLACK_PORT: `${page}` }));
  await expect(both).rejects.toThrow(
    new RegExp(`HTTP_PORT: port ${http} is in use[\\s\\S]*LOCAL_SLACK_PORT: port ${page} is in use`),
  );
});

it('goes on where the ports are free, and leaves them free', async () => {
  const [http, page] = [await takenPort(), await takenPort()];
  await closeAll();
  await expect(refuseUsedPorts(configOf({ HTTP_PORT: `${http}`, LOCAL_SLACK_PORT: `${page}` }))).resolves.toBeUndefined();
  expect([await takenPort(http), await takenPort(page)]).toEqual([http, page]);
});

it.each(['127.0.0.1', '0.0.0.0'])('calls one port for two things a wrong setting, on %s', async (host) => {
  const port = `${await takenPort()}`;
  await closeAll();
  const one = configOf({ HTTP_HOST: host, HTTP_PORT: port, LOCAL_SLACK_PORT: port });
  await expect(refuseUsedPorts(one)).rejects.toMatchObject({
    code: 'OOM_SETTING',
    message: textWith(`HTTP_PORT and LOCAL_SLACK_PORT are both ${port}`),
  });
});

async function saidOfPrometheus(timeoutMs: number, signal: AbortSignal): Promise<readonly string[]> {
  const prometheus = connectPrometheus({ url: `http://127.0.0.1:${await takenPort()}` }, timeoutMs);
  const { connection } = serve({ streams: [], answer: () => ({ status: 200, body: {} }) });
  const config = { role: 'watcher', namespaces: [], excludedNamespaces: [] } as const;
  const said = await whatIsMissing({ config, cluster: { connection, prometheus }, signal });
  await prometheus.close();
  return said;
}

it('says once that Prometheus does not answer', async () => {
  expect(await saidOfPrometheus(200, soon())).toEqual([expect.stringMatching(/Prometheus .*until it answers/)]);
});

it('says nothing of a Prometheus when stopped while it asks', async () => {
  expect(await saidOfPrometheus(10_000, AbortSignal.timeout(100))).toEqual([]);
});
