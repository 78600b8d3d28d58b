// The ports that a process will listen on, tried before anything is started: all that are taken are named at once, and two that are meant to be one.

import { createServer } from 'node:net';
import type { Config } from '../config/load.ts';
import { PermanentError } from '../ports/fault.ts';

type Wanted = { readonly setting: string; readonly host: string; readonly port: number };

/** Rejects with one sentence for each port in use. Whoever takes one a moment later is named by who listens then. */
export async function refuseUsedPorts(config: Config): Promise<void> {
  const wanted = portsOf(config).filter(({ port }) => port !== 0);
  refuseSamePort(wanted);
  const problems: string[] = [];
  // One after the other, so that none is in the way of the next.
  for (const each of wanted) {
    const { setting, port } = each;
    if (await isUsed(each)) problems.push(`${setting}: port ${port} is in use; stop what uses it or set ${setting} to another`);
  }
  if (problems.length > 0) throw new Error(problems.join('\nheadroom: '));
}

const EVERY_HOST = ['0.0.0.0', '::'];

function refuseSamePort([first, second]: readonly Wanted[]): void {
  if (first === undefined || second === undefined || first.port !== second.port) return;
  const hosts = [first.host, second.host];
  if (first.host !== second.host && !hosts.some((host) => EVERY_HOST.includes(host))) return;
  throw new PermanentError(`${first.setting} and ${second.setting} are both ${first.port}: set one of them to another port`, {
    code: 'OOM_SETTING',
  });
}

function portsOf({ role, httpHost, httpPort, slack }: Config): readonly Wanted[] {
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
