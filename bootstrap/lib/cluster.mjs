// A real cluster for the stories and contracts: the one E2E_KUBECONFIG names, else the one on loopback that ../shared/cluster/up starts, where that
// is beside this repository. Only what was started here is taken down again.

import { createWriteStream, existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { childEnvironment, ROOT, runQuietly } from './run.mjs';

const SCRIPTS = resolve(ROOT, '../shared/cluster');
/** Exit codes above it tell of a signal. */
const SIGNALLED = 128;
const HOW = 'E2E_KUBECONFIG=<kubeconfig of kind, k3d or the like> npm test';

/**
 * `wrong`: one was asked for that is not there.
 * @typedef {{ kind: 'here', env: Record<string, string>, stop: () => Promise<void> } | { kind: 'none' | 'wrong', reason: string, how: string }} RealCluster
 * @returns {Promise<RealCluster>}
 */
export async function realCluster() {
  const given = process.env.E2E_KUBECONFIG ?? '';
  if (given !== '') {
    if (!existsSync(given)) return { kind: 'wrong', reason: `E2E_KUBECONFIG names ${given}, which is not there`, how: HOW };
    return { kind: 'here', env: { E2E_KUBECONFIG: resolve(given) }, stop: async () => {} };
  }
  if (!existsSync(join(SCRIPTS, 'up'))) return { kind: 'none', reason: 'none is at hand', how: HOW };
  return startOnLoopback();
}

async function startOnLoopback() {
  const wasRunning = await isReady();
  const log = join(tmpdir(), `headroom-cluster-${process.pid}.log`);
  console.log(
    `Starting a real cluster with ../shared/cluster/up --node (the first time it builds for about ten minutes); its output goes to ${log}`,
  );
  const { code, stdout, output } = await startTwice(log, wasRunning);
  if (code !== 0) {
    const last = output.trim().split('\n').slice(-5).join('\n    ');
    return { kind: 'none', reason: `../shared/cluster/up failed with exit code ${code} (${log}):\n    ${last}`, how: HOW };
  }
  const env = {
    E2E_KUBECONFIG: stdout.trim().split('\n').at(-1),
    E2E_PROMETHEUS_URL: prometheusUrl(),
    E2E_KUBECTL: kubectlPath(),
  };
  if (wasRunning) return { kind: 'here', env, stop: async () => {} };
  return {
    kind: 'here',
    env,
    async stop() {
      console.log('Taking the real cluster down …');
      await runLogged('down', [], log);
    },
  };
}

/** What it needs is downloaded, which may fail once. What a signal ended is not begun again, and somebody else's cluster not taken down. */
async function startTwice(log, wasRunning) {
  for (let tries = 1; ; tries += 1) {
    const built = isHalfBuilt() ? await runLogged('build', [], log) : { code: 0 };
    const result = built.code === 0 ? await runLogged('up', ['--node'], log) : built;
    if (result.code === 0 || wasRunning) return result;
    await runLogged('down', [], log);
    if (tries === 2 || result.code > SIGNALLED) return result;
    console.log(`It failed with exit code ${result.code}; once more`);
  }
}

/** The script builds all its programs when the first is missing: one whose build was cut off looks complete to it. */
function isHalfBuilt() {
  return existsSync(join(programs(), 'kube-apiserver')) && !existsSync(join(programs(), 'metrics-server'));
}

/** Whether somebody runs it already: then it is theirs. */
async function isReady() {
  const kubeconfig = join(process.env.CLUSTER_DIR ?? '/tmp/oom-cluster', 'kubeconfig');
  if (!existsSync(kubeconfig)) return false;
  const { code } = await runQuietly(kubectlPath(), [
    '--kubeconfig',
    kubeconfig,
    '--request-timeout',
    '30s',
    'get',
    '--raw',
    '/readyz',
  ]);
  return code === 0;
}

/** The cluster's own, which speaks its version. */
function kubectlPath() {
  return process.env.E2E_KUBECTL ?? join(programs(), 'kubectl');
}

function programs() {
  return process.env.CLUSTER_BIN ?? join(homedir(), '.cache/oom-cluster/bin');
}

function prometheusUrl() {
  return process.env.E2E_PROMETHEUS_URL ?? `http://127.0.0.1:${process.env.CLUSTER_PROMETHEUS_PORT ?? '9090'}`;
}

async function runLogged(script, args, log) {
  const file = createWriteStream(log, { flags: 'a' });
  try {
    return await runQuietly(join(SCRIPTS, script), args, { env: childEnvironment(), onOutput: (part) => file.write(part) });
  } finally {
    file.end();
  }
}
