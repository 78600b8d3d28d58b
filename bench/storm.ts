// Three hundred kills of sixty workloads within five seconds, Slack at one message a second in a channel and refusing now and then: how soon every
// incident can be reached, how many messages the channel itself shows, and that none is lost or doubled. A real API server, Redis, the local Slack.

import { z } from 'zod';
import type { LocalSlack } from '../packages/slack-sim/src/start.ts';
import type { Message } from '../packages/slack-sim/src/world.ts';
import type { Fleet } from './pods.ts';
import { inParallel, markKilled } from './pods.ts';
import { onStage } from './stage.ts';

const WORKLOADS = 60;
const ROUNDS = 5;
const REACHABLE_WITHIN_MS = 120_000;
const COUNTED_WITHIN_MS = 240_000;
const REFUSE_EVERY_MS = 10_000;

export async function benchStorm(kubeconfig: string): Promise<void> {
  await onStage({ kubeconfig, pods: WORKLOADS }, async ({ connection, slack, fleet, startBot }) => {
    const refusing = setInterval(() => slack.control.break({ rateLimitNext: 1 }), REFUSE_EVERY_MS);
    try {
      await startBot({ prometheusUrl: undefined, stormAfter: 5 });
      const started = performance.now();
      for (let round = 0; round < ROUNDS; round += 1)
        await inParallel(fleet.names, (name) => markKilled(connection, { namespace: fleet.namespace, name }));
      const killed = performance.now();
      await reported(slack, fleet, { killed, spentMs: killed - started });
    } finally {
      clearInterval(refusing);
    }
  });
}

type Storm = { readonly killed: number; readonly spentMs: number };

async function reported({ control, channelId }: LocalSlack, { names }: Fleet, { killed, spentMs }: Storm): Promise<void> {
  const all = (): readonly Message[] => control.messages(channelId);
  const own = (name: string): Message | undefined =>
    all().find((message) => keyOf(message).endsWith('/root') && message.text.includes(name));
  const since = (): string => `${((performance.now() - killed) / 1000).toFixed(1)} s`;
  await control.until(() => (names.every((name) => own(name) !== undefined) ? true : undefined), {
    withinMs: REACHABLE_WITHIN_MS,
    words: 'a message for each incident',
  });
  const reachable = since();
  const counts = new RegExp(`killed ${ROUNDS} times`);
  await control.until(() => (names.every((name) => counts.test(own(name)?.text ?? '')) ? true : undefined), {
    withinMs: COUNTED_WITHIN_MS,
    words: 'every kill counted on its message',
  });
  const keys = all().map(keyOf);
  const loud = all().filter(({ threadTs, broadcast }) => threadTs === undefined || broadcast === true);
  const refused = control.calls().filter(({ ok, error }) => !ok && error === 'ratelimited').length;
  process.stdout.write(
    [
      `${WORKLOADS * ROUNDS} kills of ${WORKLOADS} workloads within ${(spentMs / 1000).toFixed(1)} s, ${refused} calls refused with 429`,
      `every incident reachable after ${reachable}, every kill counted on its message after ${since()}`,
      `messages in the channel’s main view: ${loud.length}; in threads: ${all().length - loud.length}; sent twice: ${keys.length - new Set(keys).size}`,
      '',
    ].join('\n'),
  );
}

const metadata = z.object({ event_payload: z.object({ key: z.string() }) });

function keyOf(message: Message): string {
  return metadata.safeParse(message.metadata).data?.event_payload.key ?? `unknown ${message.ts}`;
}
