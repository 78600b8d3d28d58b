// How requests prove who they are: headers and TLS by @kubernetes/client-node, read again every minute, because tokens rotate and exec plugins hand
// out new ones. HTTP/1.1 on purpose: over HTTP/2 undici 8.12 lets a watch that is aborted as it is sent live on, and destroying its client then throws
// outside of every call.

import type { KubeConfig } from '@kubernetes/client-node';
import { HttpMethod, RequestContext } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import { Agent } from 'undici';
import { TransientError } from '../../../ports/fault.ts';

type Credentials = { readonly headers: Readonly<Record<string, string>>; readonly dispatcher: Dispatcher };

export type CredentialSource = {
  /** Rejects with TransientError when they cannot be had now; asks anew the next time. */
  current(): Promise<Credentials>;
  /** Ends all connections, also those under way. */
  close(): Promise<void>;
};

type Held = Credentials & { readonly own: Dispatcher; readonly readAt: number };

const FRESH_MS = 60_000;

export function createCredentialSource(config: KubeConfig, server: string): CredentialSource {
  let latest: Promise<Held> | undefined;
  const open = new Set<Dispatcher>();
  const read = async (before: Held | undefined): Promise<Held> => {
    const held = await readCredentials(config, server);
    open.add(held.own);
    // Watches on the connections before go on until they end by themselves.
    if (before !== undefined) void before.own.close().finally(() => open.delete(before.own));
    return held;
  };
  const ask = (before: Held | undefined): Promise<Held> => {
    const asked = read(before);
    latest = asked;
    asked.catch(() => {
      if (latest === asked) latest = undefined;
    });
    return asked;
  };
  return {
    async current() {
      const seen = latest;
      if (seen === undefined) return ask(undefined);
      const held = await seen;
      if (performance.now() - held.readAt < FRESH_MS) return held;
      return latest === seen ? ask(held) : (latest ?? ask(undefined));
    },
    async close() {
      await latest?.catch(() => undefined);
      await Promise.all([...open].map((dispatcher) => dispatcher.destroy()));
    },
  };
}

async function readCredentials(config: KubeConfig, server: string): Promise<Held> {
  const context = new RequestContext(server, HttpMethod.GET);
  try {
    await config.applySecurityAuthentication(context);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new TransientError(`the credentials of the kubeconfig cannot be had: ${words}`, {
      code: 'OOM_CLUSTER_UNREACHABLE',
      cause: error,
    });
  }
  const own = context.getDispatcher() ?? new Agent();
  return { headers: context.getHeaders(), own, dispatcher: own.compose(overHttp1), readAt: performance.now() };
}

function overHttp1(dispatch: Dispatcher['dispatch']): Dispatcher['dispatch'] {
  return (options, handler) => {
    // undici's types do not name the option that its Agent reads per request.
    const plain: Dispatcher.DispatchOptions & { readonly allowH2: boolean } = { ...options, allowH2: false };
    return dispatch(plain, handler);
  };
}
