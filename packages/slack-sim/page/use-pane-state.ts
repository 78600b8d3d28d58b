// Keeps one person's state in step with the server over one WebSocket.
// In: a user id. Out: the newest state and whether the socket is open. Comes back by itself after a lost socket.

import { useEffect, useState } from 'react';
import type { UiState } from '../src/ui/ui-types.ts';
import { readState } from './protocol.ts';

const RETRY_MS = 800;

export type PaneState = { readonly state: UiState | undefined; readonly open: boolean; readonly fault: string | undefined };

export function usePaneState(as: string): PaneState {
  const [pane, setPane] = useState<PaneState>({ state: undefined, open: false, fault: undefined });
  useEffect(() => listen(as, setPane), [as]);
  return pane;
}

type Change = (change: (before: PaneState) => PaneState) => void;

function listen(as: string, change: Change): () => void {
  let stopped = false;
  let retry: number | undefined;
  let socket: WebSocket | undefined;
  const connect = (): void => {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    socket = new WebSocket(`${scheme}://${location.host}/ui?as=${encodeURIComponent(as)}`);
    socket.addEventListener('open', () => change((before) => ({ ...before, open: true })));
    socket.addEventListener('message', (event) => change((before) => ({ ...before, ...take(event.data) })));
    socket.addEventListener('close', () => {
      if (stopped) return;
      change((before) => ({ ...before, open: false }));
      retry = window.setTimeout(connect, RETRY_MS);
    });
  };
  connect();
  return () => {
    stopped = true;
    window.clearTimeout(retry);
    socket?.close();
  };
}

function take(frame: unknown): Partial<PaneState> {
  try {
    return { state: readState(frame), fault: undefined };
  } catch (cause) {
    return { fault: cause instanceof Error ? cause.message : 'unreadable state' };
  }
}
