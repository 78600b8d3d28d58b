// The bot as a person runs it: one process of src/main.ts with settings in its environment, killed or asked to stop; its log is kept for a test
// that fails.

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LocalSlack } from '../../../packages/slack-sim/src/start.ts';
import type { Role } from '../../../src/config/roles.ts';
import { KEY_SETTINGS } from '../../support/keys.ts';
import type { Target } from './target.ts';

export type Headroom = {
  /** What it printed so far. */
  output(): string;
  /** Resolves once it printed that. */
  said(words: string): Promise<void>;
  /** As a crash: no time to finish anything. */
  crash(): Promise<void>;
  /** Writes its headroom.yaml anew, with other parts. */
  rewrite(more: RulesOptions): Promise<void>;
  /** Asked to stop; resolves to its exit code. */
  stop(): Promise<number | null>;
  /** Resident memory now, and processor time since the start; Linux only. */
  usage(): ProcessUsage;
  readonly ready: Promise<void>;
};

export type HeadroomOptions = {
  readonly target: Pick<Target, 'kubeconfig' | 'prometheusUrl' | 'namespaces' | 'watch'>;
  readonly redisUrl: string;
  readonly slack: LocalSlack;
  readonly role?: Role;
  readonly environment?: Readonly<Record<string, string>>;
  /** Further lines of headroom.yaml's policy. */
  readonly policy?: readonly string[];
  /** More of headroom.yaml, at its top level. */
  readonly rules?: string;
  /** headroom.yaml's; long unless said. */
  readonly reportWithin?: string;
  /** From how many kills on the channel is told again; ten unless said. */
  readonly remindAfter?: number;
  /** When digests come; off unless said: at nine in the morning a story would find a message it does not know. */
  readonly digests?: string;
  /** From how many incidents a minute on they are told as one story; many, so that each story has a message of its own. */
  readonly stormAfter?: number;
  /** What to run; the program's source unless said. */
  readonly main?: string;
};

type RulesOptions = Partial<
  Pick<HeadroomOptions, 'policy' | 'rules' | 'reportWithin' | 'digests' | 'stormAfter' | 'remindAfter'>
>;

export type ProcessUsage = { readonly residentMiB: number; readonly cpuSeconds: number };

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
/** Usually two seconds; many that start at once on a busy machine take their turns. */
const READY_WITHIN_MS = 120_000;

export async function startHeadroom(options: HeadroomOptions): Promise<Headroom> {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
  const rules = join(folder, 'headroom.yaml');
  await writeFile(rules, rulesText(options));
  const child = spawn(process.execPath, [options.main ?? MAIN, '--role', options.role ?? 'all'], {
    cwd: folder,
    env: environment(options, rules),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set<() => void>();
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      resolve(code);
      void rm(folder, { recursive: true, force: true });
    });
  });
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready within ${READY_WITHIN_MS} ms:\n${output}`)), READY_WITHIN_MS);
    const read = (part: Buffer): void => {
      output += part.toString('utf8');
      for (const listener of listeners) listener();
      if (!output.includes('Headroom is running')) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`ended with code ${code} before it was ready:\n${output}`));
    });
  });
  ready.catch(() => undefined);
  return {
    output: () => output,
    said: (words) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`it did not say "${words}":\n${output}`)), READY_WITHIN_MS);
        const look = (): void => {
          if (!output.includes(words)) return;
          listeners.delete(look);
          clearTimeout(timer);
          resolve();
        };
        listeners.add(look);
        look();
      }),
    rewrite: (more) => writeFile(rules, rulesText({ ...options, ...more })),
    crash: () => end(child, { signal: 'SIGKILL', ended }).then(() => undefined),
    stop: () => end(child, { signal: 'SIGTERM', ended }),
    usage: () => usageOf(child.pid),
    ready,
  };
}

/** Clock ticks a second, as /proc counts them on every Linux there is. */
const TICKS = 100;

export function usageOf(pid: number | undefined): ProcessUsage {
  const folder = `/proc/${pid ?? 'self'}`;
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`${folder}/status`, 'utf8'))?.[1];
  // After the command's name in parentheses; user and system time are the 14th and 15th field of all.
  const fields = readFileSync(`${folder}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return {
    residentMiB: Math.round(Number(resident) / 102.4) / 10,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
  };
}

async function end(
  child: ChildProcess,
  { signal, ended }: { readonly signal: 'SIGKILL' | 'SIGTERM'; readonly ended: Promise<number | null> },
): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  return ended;
}

function rulesText(options: HeadroomOptions): string {
  const { stormAfter = 50, target, slack, rules = '', policy = [], reportWithin = '24h' } = options;
  const { digests = 'daily: off, weekly: off', remindAfter = 10 } = options;
  return [
    `reportWithin: ${reportWithin}`,
    `digests: { ${digests} }`,
    `alerts: { storm: { incidents: ${stormAfter} }, remindAfter: ${remindAfter} }`,
    'policy:',
    `  approvers: [{ namespaces: ["*"], groups: [${slack.groups.sreLeads}] }]`,
    `  watchFloor: ${target.watch}`,
    `  watchCeiling: ${target.watch}`,
    ...policy.map((line) => `  ${line}`),
    rules,
    '',
  ].join('\n');
}

function environment({ target, redisUrl, slack, environment: more = {} }: HeadroomOptions, rules: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    NO_COLOR: '1',
    REDIS_URL: redisUrl,
    KUBECONFIG: target.kubeconfig,
    ...(target.prometheusUrl === undefined ? {} : { PROMETHEUS_URL: target.prometheusUrl }),
    WATCH_NAMESPACES: target.namespaces.join(','),
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    SLACK_CHANNEL: slack.channelId,
    HEADROOM_CONFIG: rules,
    // Whoever starts it again has them as well.
    ...KEY_SETTINGS,
    HTTP_PORT: '0',
    LOG_LEVEL: 'info',
    ...more,
  };
}
