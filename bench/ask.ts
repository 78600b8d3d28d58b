// How long from /oom in Slack to the first answer, and to the whole explanation. A real API server, a real Redis, the local Slack, and the bot as its own
// process; one question at a time, by the full name and by a short one.

import type { LocalSlack } from '../packages/slack-sim/src/start.ts';
import { report } from './report.ts';
import { onStage } from './stage.ts';

const PODS = 200;
const WITHIN_MS = 30_000;

export async function benchAsk(kubeconfig: string, count: number): Promise<void> {
  await onStage({ kubeconfig, pods: PODS }, async ({ slack, fleet, startBot }) => {
    await startBot({ prometheusUrl: process.env['E2E_PROMETHEUS_URL'] });
    const chosen = Array.from({ length: count }, (_, index) => fleet.names[index % fleet.names.length] ?? '');
    const full = await askAll(
      slack,
      chosen.map((name) => `pod ${fleet.namespace}/${name}`),
    );
    tell('/oom pod by its full name', full);
    const short = await askAll(
      slack,
      chosen.map((name) => name.slice('bench-'.length)),
    );
    tell(`/oom by a short name among ${PODS} pods`, short);
  });
}

function tell(question: string, asked: readonly Asked[]): void {
  report(
    `${question} → first answer`,
    asked.map(({ firstMs }) => firstMs),
  );
  report(
    `${question} → explanation`,
    asked.map(({ wholeMs }) => wholeMs),
  );
}

type Asked = { readonly firstMs: number; readonly wholeMs: number };

async function askAll(slack: LocalSlack, questions: readonly string[]): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const question of questions) asked.push(await ask(slack, question));
  return asked;
}

/** The first thing that person sees; the explanation is what says how it stands. */
async function ask({ control, channelId, people }: LocalSlack, question: string): Promise<Asked> {
  const seen = control.ephemeral(people.alice).length;
  const started = performance.now();
  let firstMs = 0;
  const said = control.say({ as: people.alice, channel: channelId, text: `/oom ${question}` });
  const look = (): true | undefined => {
    const fresh = control.ephemeral(people.alice).slice(seen);
    if (fresh.length > 0 && firstMs === 0) firstMs = performance.now() - started;
    return fresh.some(({ text }) => /^(How it stands|Why it was killed)/.test(text)) ? true : undefined;
  };
  await control.until(look, { withinMs: WITHIN_MS, words: `the answer to /oom ${question}` });
  const wholeMs = performance.now() - started;
  await said;
  return { firstMs, wholeMs };
}
