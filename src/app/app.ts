// One process of Headroom: waits for what it needs, starts the roles it was asked for, and stops everything in order. Redis first and the
// watcher last, so that no kill is seen before there is somebody to explain it.

import { waitForCluster } from '../adapters/kubernetes/client/reachable.ts';
import type { ReadinessCheck } from '../adapters/telemetry/http.ts';
import { startHttp } from '../adapters/telemetry/http.ts';
import { createLog } from '../adapters/telemetry/logger.ts';
import { createMetrics } from '../adapters/telemetry/meter.ts';
import { takeOverLines } from '../adapters/telemetry/raw-lines.ts';
import type { Config } from '../config/load.ts';
import { talksToSlack } from '../config/roles.ts';
import { PermanentError } from '../ports/fault.ts';
import { timeoutAfter } from '../ports/timers.ts';
import { banner } from './banner.ts';
import type { SlackPlace } from './embedded/embedded.ts';
import { placeCluster, placeRedis, placeSlack } from './embedded/embedded.ts';
import type { OpenedKeys } from './keys.ts';
import { openKeys } from './keys.ts';
import type { Lifecycle } from './lifecycle.ts';
import { createLifecycle } from './lifecycle.ts';
import { refuseUsedPorts } from './listen-ports.ts';
import type { Stores, Telemetry } from './parts.ts';
import { openCluster, openStores } from './parts.ts';
import { whatIsMissing } from './preflight.ts';
import { openRepositories } from './repositories.ts';
import type { Detecting } from './roles/detection.ts';
import { startNodeAgent, startWatcher } from './roles/detection.ts';
import type { Running } from './roles/presence.ts';
import { startPresence } from './roles/presence.ts';
import { rulesFor } from './rules.ts';
import { followRules } from './rules-reloader.ts';

export type AppOptions = {
  /** Where the banner and the start-up warnings go. */
  readonly print: (line: string) => void;
};

export type App = {
  /** Resolves when every role of this process works. Rejects with a sentence for a person when something needed cannot be had. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Less than the ten seconds that docker stop waits. */
const STOP_WITHIN_MS = 9000;
const READY_WITHIN_MS = 2000;

export function createApp(config: Config, { print }: AppOptions): App {
  const log = createLog(config.logLevel);
  const lifecycle = createLifecycle(log);
  const stopping = new AbortController();
  return {
    start() {
      takeOverLines({ console, process, log, ticks: () => performance.now() });
      return start({ config, print, lifecycle, log, stopping: stopping.signal });
    },
    async stop() {
      stopping.abort();
      await lifecycle.stop(STOP_WITHIN_MS);
    },
  };
}

/** Whether the start failed for a setting whose mistake only shows once it is used, as a context that the kubeconfig does not have. */
export function isWrongSetting(error: unknown): boolean {
  return error instanceof PermanentError && error.code === 'OOM_SETTING';
}

type Starting = {
  readonly config: Config;
  readonly print: AppOptions['print'];
  readonly lifecycle: Lifecycle;
  readonly log: Telemetry['log'];
  readonly stopping: AbortSignal;
};

async function start(starting: Starting): Promise<void> {
  const { config, print, lifecycle, log, stopping } = starting;
  const { meter, registry } = createMetrics();
  const telemetry = { log, meter };
  const checks: ReadinessCheck[] = [];
  await refuseUsedPorts(config);
  const keys = await openKeys(config);
  for (const words of keys.missing) log.warn('a key is missing', { words });
  const http = await startHttp({ host: config.httpHost, port: config.httpPort, registry, checks, notes: keys.missing });
  lifecycle.onStop('health server', () => http.stop());

  const redis = await placeRedis(config, lifecycle);
  const stores = openStores(redis, { log, lifecycle, seal: keys.seal });
  checks.push({ name: 'redis', ready: () => answers(stores) });
  await stores.connection.ready(stopping);

  const place = talksToSlack(config.role) ? await placeSlack(config, lifecycle) : undefined;
  const clusterPlace = await placeCluster(config, lifecycle);
  const cluster = openCluster(config, clusterPlace, { log, lifecycle });
  const common = {
    config,
    rules: followRules(rulesFor(config, place?.approverGroups ?? []), {
      ...{ ...telemetry, config, lifecycle },
      // The others write no audit, and have no key for it.
      stores: talksToSlack(config.role) ? stores : undefined,
    }),
    stores,
    keys,
    cluster,
    telemetry,
    lifecycle,
    stopping,
  };
  await waitForCluster({ connection: cluster.connection, log, signal: stopping });
  // No role waits for what is not there, only the banner, which comes last.
  const missing = tellMissing(common, print);
  await startRoles(common, place, checks);
  await missing;
  const health = `http://${config.httpHost}:${http.port}/readyz`;
  for (const line of bannerOf(common, place, { redis: redis.words, health })) print(line);
}

function bannerOf(
  { config, cluster, keys }: Common,
  place: SlackPlace | undefined,
  told: { readonly redis: string; readonly health: string },
): readonly string[] {
  return banner(config, {
    ...told,
    cluster: `${cluster.name} at ${cluster.connection.server}`,
    slack: place?.words,
    usage: cluster.usageWords,
    keys: talksToSlack(config.role) ? keys.words : undefined,
    page: place?.page,
  });
}

async function tellMissing({ cluster, config, keys, stopping }: Common, print: AppOptions['print']): Promise<void> {
  for (const words of keys.missing) print(`headroom: ${words}`);
  for (const words of await whatIsMissing({ cluster, config, signal: stopping })) print(`headroom: ${words}`);
}

type Common = Detecting & { readonly keys: OpenedKeys; readonly stopping: AbortSignal };

/** Who explains before who finds. */
async function startRoles(common: Common, place: SlackPlace | undefined, checks: ReadinessCheck[]) {
  const { config, telemetry, stopping } = common;
  const running: { -readonly [Part in keyof Running]: Running[Part] } = {};
  if (place !== undefined) {
    // Bolt and all that comes with it is loaded only by those who talk to Slack.
    const { openSlack, startSlack, startWorker } = await import('./roles/roles.ts');
    const slack = await openSlack(place, telemetry, stopping);
    const world = { ...common, slack, repositories: await openRepositories(config, common.rules) };
    if (config.role === 'slack' || config.role === 'all') {
      const socket = await startSlack(world);
      running.socket = socket;
      checks.push({ name: 'slack', ready: () => socket.connected() });
    }
    if (config.role === 'worker' || config.role === 'all') await startWorker(world);
  }
  if (config.role === 'watcher' || config.role === 'all') {
    const watcher = await startWatcher(common);
    running.watcher = watcher;
    checks.push({ name: 'watch', ready: () => watcher.connected() });
  }
  if (config.role === 'node-agent') {
    const agent = await startNodeAgent(common);
    checks.push({ name: 'kernel log', ready: () => agent.following() });
  }
  startPresence(common, running);
}

async function answers(stores: Stores): Promise<boolean> {
  try {
    await stores.connection.ready(timeoutAfter(READY_WITHIN_MS));
    return true;
  } catch {
    return false;
  }
}
