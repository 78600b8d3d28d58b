// A third party's local Slack (local-slack 0.1.8, pinned by its hash), installed by itself where it can run: it is no package of the program, so that nobody
// else has to download it. It listens on every address there is, so it runs in a network namespace and is reached through loopback only.

import { spawn, spawnSync } from 'node:child_process';
import { access, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { connect, createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('../third-party-slack/', import.meta.url));
const INSTALLED_IN = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'headroom', 'third-party-slack');
const PROGRAM = join(INSTALLED_IN, 'node_modules', 'local-slack-linux-x64', 'bin', 'local-slack');
const INSTALL_WITHIN_MS = 180_000;
const READY_WITHIN_MS = 30_000;
const NAMESPACE = ['--net', '--map-root-user'];

export type Program = { readonly kind: 'here'; readonly path: string } | { readonly kind: 'missing'; readonly why: string };

/** Installs it when it is not there yet. */
export async function thirdPartySlack(): Promise<Program> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { kind: 'missing', why: `it runs on Linux x64 only, not on ${process.platform} ${process.arch}` };
  const namespace = spawnSync('unshare', [...NAMESPACE, 'ip', 'link', 'set', 'lo', 'up'], { encoding: 'utf8' });
  if (namespace.status !== 0)
    return {
      kind: 'missing',
      why: `no network namespace can be made here: ${namespace.error?.message ?? namespace.stderr.trim()}`,
    };
  if (await exists(PROGRAM)) return { kind: 'here', path: PROGRAM };
  await mkdir(INSTALLED_IN, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) await copyFile(join(HERE, file), join(INSTALLED_IN, file));
  const { status, error, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: INSTALLED_IN,
    encoding: 'utf8',
    timeout: INSTALL_WITHIN_MS,
  });
  if (status === 0 && (await exists(PROGRAM))) return { kind: 'here', path: PROGRAM };
  return { kind: 'missing', why: `npm could not install it: ${error?.message ?? stderr.trim().slice(0, 300)}` };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export const WORKSPACE = {
  team: 'T0TEST',
  bot: 'U0BOT',
  botToken: 'xoxb-third-party',
  appToken: 'xapp-third-party',
  channel: 'C0ALERTS',
  alice: 'U0ALICE',
} as const;

/** JSON is YAML. */
const CONFIGURATION = JSON.stringify({
  workspace: { name: 'Test', domain: 'test', teamId: WORKSPACE.team },
  app: {
    appId: 'A0APP',
    botUserId: WORKSPACE.bot,
    botName: 'headroom',
    botToken: WORKSPACE.botToken,
    appToken: WORKSPACE.appToken,
    mode: 'socket',
  },
  users: [{ id: WORKSPACE.alice, name: 'alice', real_name: 'Alice Archer' }],
  channels: [{ id: WORKSPACE.channel, name: 'oom-alerts', members: [WORKSPACE.alice, WORKSPACE.bot] }],
});

export type RunningSlack = {
  /** http://localhost:<port> */
  readonly url: string;
  readonly apiUrl: string;
  stop(): Promise<void>;
};

export async function runThirdPartySlack(program: string): Promise<RunningSlack> {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-third-party-'));
  const [configuration, socketPath] = [join(folder, 'config.yaml'), join(folder, 'slack.sock')];
  await writeFile(configuration, CONFIGURATION);
  const { relay, port } = await openRelay(socketPath);
  const child = spawn(
    'unshare',
    [...NAMESPACE, process.execPath, join(HERE, 'inside.ts'), program, configuration, String(port), socketPath],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString('utf8')));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://localhost:${port}`;
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
    relay.close();
    await rm(folder, { recursive: true, force: true });
  };
  if (await answers(url)) return { url, apiUrl: `${url}/api/`, stop };
  await stop();
  throw new Error(`it did not answer within ${READY_WITHIN_MS} ms:\n${output}`);
}

/** It tells the bot to connect to its own port, so the way in has to have the same number. */
async function openRelay(socketPath: string): Promise<{ readonly relay: Server; readonly port: number }> {
  const relay = createServer((near) => {
    const far = connect(socketPath);
    for (const end of [near, far]) end.on('error', () => undefined);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => {
    relay.listen(0, '127.0.0.1', resolve);
  });
  const address = relay.address();
  return { relay, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

async function answers(url: string): Promise<boolean> {
  const until = performance.now() + READY_WITHIN_MS;
  while (performance.now() < until) {
    const answer = await fetch(`${url}/_control/state`, { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
    if (answer?.ok === true) return true;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  return false;
}
