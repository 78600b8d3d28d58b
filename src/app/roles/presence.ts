// Each process says every ten seconds that it lives and how it is, so that people see it on the Home tab.

import { randomUUID } from 'node:crypto';
import { endedSoon, pause } from '../../adapters/pause.ts';
import { prometheusAnswers } from '../../adapters/prometheus/answers.ts';
import type { SlackSocket } from '../../adapters/slack/socket/socket.ts';
import type { Presence } from '../../domain/coverage/presence.ts';
import { SAID_EVERY_MS } from '../../domain/coverage/presence.ts';
import { timeoutAfter } from '../../ports/timers.ts';
import { systemClock } from '../parts.ts';
import type { Detecting, Watcher } from './detection.ts';

export type Running = { readonly watcher?: Watcher | undefined; readonly socket?: SlackSocket | undefined };

const PROMETHEUS_WITHIN_MS = 3000;

export function startPresence({ config, stores, cluster, telemetry, lifecycle }: Detecting, running: Running): void {
  const process = `${config.identity}_${randomUUID().slice(0, 8)}`;
  const stopped = new AbortController();
  const look = async (): Promise<Presence> => {
    const { watcher, socket } = running;
    const { prometheus } = cluster;
    const signal = timeoutAfter(PROMETHEUS_WITHIN_MS);
    return {
      process,
      host: config.identity,
      role: config.role,
      cluster: cluster.name,
      prometheus: prometheus === undefined ? undefined : await prometheusAnswers(prometheus, systemClock.now(), signal),
      watching: watcher === undefined ? undefined : { standing: watcher.standing(), connected: watcher.connected() },
      slackConnections: socket?.count(),
      at: systemClock.now(),
    };
  };
  const saying = (async () => {
    while (!stopped.signal.aborted) {
      try {
        await stores.presence.say(await look());
      } catch (error) {
        telemetry.log.debug('could not say how this process is', { error });
      }
      await pause(SAID_EVERY_MS, stopped.signal);
    }
  })();
  lifecycle.onStopWork('presence', async () => {
    stopped.abort();
    // What could not be taken back runs out by itself.
    await endedSoon([saying.then(() => stores.presence.leave(process))]);
  });
}
