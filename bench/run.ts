// npm run bench: measures on a real API server (E2E_KUBECONFIG), prints figures and ratios.
//
//   E2E_KUBECONFIG=… E2E_PROMETHEUS_URL=… npm run bench -- loop --count 60      from a kill to its message in Slack and to its explanation; needs a kubelet
//   E2E_KUBECONFIG=… npm run bench -- apply --count 60       from the click on Approve to the patch accepted; a hundred at once
//   E2E_KUBECONFIG=… npm run bench -- ask --count 60         from /oom to its answer
//   E2E_KUBECONFIG=… npm run bench -- detect --pods 20000    the watcher: memory, processor time, latency, a burst, kills while it is down
//   E2E_KUBECONFIG=… npm run bench -- storm                  300 kills of 60 workloads at once, told as one story
//   E2E_KUBECONFIG=… E2E_PROMETHEUS_URL=… npm run bench -- enrich --count 60    the evidence of one kill, and of a hundred at once; needs a kubelet

import { parseArgs } from 'node:util';
import { benchApply } from './apply.ts';
import { benchAsk } from './ask.ts';
import { benchDetect } from './detect.ts';
import { benchEnrich } from './enrich.ts';
import { benchLoop } from './loop.ts';
import { benchStorm } from './storm.ts';

type Numbers = { readonly count: number; readonly pods: number };

const BENCHES: readonly (readonly [name: string, run: (kubeconfig: string, numbers: Numbers) => Promise<void>])[] = [
  ['detect', (kubeconfig, { pods }) => benchDetect(kubeconfig, pods)],
  ['loop', (kubeconfig, { count }) => benchLoop(kubeconfig, count)],
  ['storm', (kubeconfig) => benchStorm(kubeconfig)],
  ['apply', (kubeconfig, { count }) => benchApply(kubeconfig, count)],
  ['ask', (kubeconfig, { count }) => benchAsk(kubeconfig, count)],
  ['enrich', (kubeconfig, { count }) => benchEnrich(kubeconfig, count)],
];

const EXIT = { done: 0, failed: 1, configuration: 78 } as const;

// A connection left open by a failure must not keep the process.
process.exit(await main(process.env['E2E_KUBECONFIG'] ?? ''));

async function main(kubeconfig: string): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { count: { type: 'string', default: '60' }, pods: { type: 'string', default: '20000' } },
    allowPositionals: true,
  });
  const names = BENCHES.map(([name]) => name);
  const unknown = positionals.find((each) => !names.includes(each));
  const [count, pods] = [Number(values.count), Number(values.pods)];
  if (unknown !== undefined) return wrong(`"${unknown}" is nothing to measure; say ${names.join(', ')}, or nothing for all`);
  if (kubeconfig === '') return wrong('set E2E_KUBECONFIG to a cluster on which pods may be created and their status patched');
  if (![count, pods].every((number) => Number.isSafeInteger(number) && number > 0))
    return wrong('--count and --pods are whole numbers from 1');
  try {
    for (const [name, run] of BENCHES)
      if (positionals.length === 0 || positionals.includes(name)) await run(kubeconfig, { count, pods });
    return EXIT.done;
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return EXIT.failed;
  }
}

function wrong(problem: string): number {
  process.stderr.write(`bench: ${problem}\n`);
  return EXIT.configuration;
}
