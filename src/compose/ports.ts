// The ports that a process will listen on, tried before anything is started: all that are taken are named at once.

import { createServer } from 'node:net';
import type { Config } from '../config.ts';

type Wanted = { readonly setting: string; readonly host: string; readonly port: number };

/** Rejects with one sentence for each port in use. Whoever takes one a moment later is named by who listens then. */
export async function refuseUsedPorts(config: Config): Promise<void> {
  const wanted = portsOf(config).filter(({ port }) => port !== 0);
  const used = await Promise.all(wanted.map(isUsed));
  const problems = wanted
    .filter((_, index) => used[index])
    .map(({ setting, port }) => `${setting}: port ${port} is in use; stop what uses it or set ${setting} to another`);
  if (problems.length > 0) throw new Error(problems.join('\nheadroom: '));
}

export function portsOf({ role, httpHost, httpPort, slack }: Config): readonly Wanted[] {
  const health = { setting: 'HTTP_PORT', host: httpHost, port: httpPort };
  if (role !== 'slack' && role !== 'all') return [health];
  if (slack.kind === 'local') return [health, { setting: 'LOCAL_SLACK_PORT', host: '127.0.0.1', port: slack.port }];
  if (slack.incoming.kind !== 'http') return [health];
  return [health, { setting: 'SLACK_HTTP_PORT', host: httpHost, port: slack.incoming.port }];
}

function isUsed({ host, port }: Wanted): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    server.listen(port, host, () => server.close(() => resolve(false)));
  });
}
