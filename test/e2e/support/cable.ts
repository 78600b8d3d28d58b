// A cable between a process and a server, which can be cut and mended. To an API server: a kubeconfig that leads through it.

import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

export type Cable = {
  /** Ends every connection, and each new one at once. */
  cut(): void;
  mend(): void;
  stop(): Promise<void>;
};

const kubeconfigShape = z.looseObject({
  clusters: z.array(z.looseObject({ cluster: z.looseObject({ server: z.string() }) })).min(1),
});

/** Writes the kubeconfig that leads through it to `path`. */
export async function layCable(kubeconfig: string, path: string): Promise<Cable> {
  const config = kubeconfigShape.parse(parse(await readFile(kubeconfig, 'utf8')));
  const target = new URL(config.clusters[0]?.cluster.server ?? '');
  const cable = await layCableTo(target.hostname, Number(target.port || '443'));
  const through = { server: `${target.protocol}//127.0.0.1:${cable.port}`, 'tls-server-name': target.hostname };
  const clusters = config.clusters.map((each) => ({ ...each, cluster: { ...each.cluster, ...through } }));
  await writeFile(path, stringify({ ...config, clusters }));
  return cable;
}

/** `port`: its near end on 127.0.0.1. */
export async function layCableTo(host: string, farPort: number): Promise<Cable & { readonly port: number }> {
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    near.on('error', () => near.destroy());
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(farPort, host);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    }
    far.on('error', () => near.destroy());
    far.once('close', () => near.destroy());
    near.once('close', () => far.destroy());
    near.pipe(far).pipe(near);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const end = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    port,
    cut() {
      isCut = true;
      end();
    },
    mend() {
      isCut = false;
    },
    async stop() {
      end();
      server.close();
      await once(server, 'close');
    },
  };
}
