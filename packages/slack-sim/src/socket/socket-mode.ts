// What goes to the app over Socket Mode. Events that are not acknowledged in time are delivered again with the same event_id; commands and clicks are
// not: the person is told instead. Times in ms.

import type { Json, World } from '../world.ts';
import { newId } from '../world.ts';
import type { Connections, Delivery } from './socket-connections.ts';
import { createConnections } from './socket-connections.ts';

export type SocketMode = Pick<Connections, 'newTicket' | 'upgrade' | 'disconnect' | 'stop'> & {
  /** One attempt, to one connection. */
  deliver(type: 'slash_commands' | 'interactive', payload: Json): Promise<Delivery>;
  /** Attempts in the background until it is acknowledged, then gives up. */
  event(event: Json): void;
  connections(): number;
};

export type SocketModeOptions = {
  readonly world: World;
  /** Waits before an event that was not acknowledged is delivered again. */
  readonly retryAfterMs: readonly number[];
  readonly answerWithinMs: number;
  readonly cutAfterMs: number;
};

export function createSocketMode({ world, retryAfterMs, ...times }: SocketModeOptions): SocketMode {
  const connections = createConnections({ world, ...times });
  const retries = new Set<NodeJS.Timeout>();
  let stopped = false;

  const attempt = async (payload: Json, attempts: number): Promise<void> => {
    const retry = { retry_attempt: attempts, retry_reason: attempts === 0 ? '' : 'timeout' };
    const { kind } = await connections.attempt({ type: 'events_api', payload, accepts_response_payload: false, ...retry });
    const afterMs = retryAfterMs[attempts];
    if (kind === 'acked' || afterMs === undefined || stopped) return;
    const timer = setTimeout(() => {
      retries.delete(timer);
      void attempt(payload, attempts + 1);
    }, afterMs);
    retries.add(timer);
  };

  return {
    newTicket: connections.newTicket,
    upgrade: connections.upgrade,
    disconnect: connections.disconnect,
    deliver: (type, payload) => connections.attempt({ type, payload, accepts_response_payload: true }),
    event: (event) => void attempt(eventPayload(world, event), 0),
    connections: connections.count,
    stop() {
      stopped = true;
      for (const timer of retries) clearTimeout(timer);
      connections.stop();
    },
  };
}

function eventPayload(world: World, event: Json): Json {
  return {
    token: 'local',
    team_id: world.teamId,
    api_app_id: world.appId,
    event,
    type: 'event_callback',
    event_id: newId('Ev'),
    event_time: Math.floor(world.now() / 1000),
    authorizations: [
      { enterprise_id: null, team_id: world.teamId, user_id: world.botUserId, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
  };
}
