// A watch's bytes as they come, read into memory that is used again: node's own https makes a new buffer for each of the many small pieces of a busy watch,
// and collecting those costs more than looking at them (docs/decisions/0010-watch-into-one-memory.md).

import type { IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { TransientError } from '../../../../ports/fault.ts';
import { openDirect } from './direct-stream.ts';
import type { ByteStream } from './each-chunk.ts';
import { eachChunk } from './each-chunk.ts';

export type ByteStreams = {
  /** Resolves with the answer's head, whatever its status. Rejects with what node says when there is no answer, TransientError without credentials. */
  open(url: URL, signal: AbortSignal): Promise<ByteStream>;
  /** Ends all that are under way. */
  close(): void;
};

export function createByteStreams(config: KubeConfig): ByteStreams {
  const closing = new AbortController();
  return {
    async open(url, signal) {
      const either = AbortSignal.any([signal, closing.signal]);
      const options = await optionsFor(config);
      const { agent, headers } = options;
      const isProxied = config.getCurrentCluster()?.proxyUrl !== undefined;
      if (url.protocol === 'http:') return openDirect({ url, headers, tls: undefined }, either);
      if (!isProxied && agent instanceof https.Agent) return openDirect({ url, headers, tls: agent.options }, either);
      // The proxy's agent knows how to reach it.
      return openByAgent(url, options, either);
    },
    close: () => closing.abort(),
  };
}

type Options = { readonly headers: Readonly<Record<string, string>>; readonly agent: RequestOptions['agent'] };

async function openByAgent(url: URL, options: Options, signal: AbortSignal): Promise<ByteStream> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  https.get(url, { ...options, signal }, resolve).on('error', reject);
  const response = await promise;
  return {
    status: response.statusCode ?? 0,
    each: (onChunk) => eachChunk(response, onChunk),
    close: () => response.destroy(),
  };
}

/** Read for each stream: tokens rotate, and exec plugins hand out new ones. */
async function optionsFor(config: KubeConfig): Promise<Options> {
  const headers: Record<string, string> = { accept: 'application/json' };
  const options: RequestOptions = { headers };
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new TransientError(`the credentials of the kubeconfig cannot be had: ${words}`, {
      code: 'OOM_CLUSTER_UNREACHABLE',
      cause: error,
    });
  }
  const { agent, auth } = options;
  if (typeof auth === 'string') headers['authorization'] = `Basic ${Buffer.from(auth).toString('base64')}`;
  return { headers, agent };
}
