// A watch's bytes as they come. By node's own https rather than by fetch: each of the many small chunks of a watch costs half the processor time
// (docs/decisions/0010-watch-by-https.md).

import type { IncomingMessage } from 'node:http';
import http from 'node:http';
import type { RequestOptions } from 'node:https';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { TransientError } from '../../ports/fault.ts';

export type ByteStreams = {
  /** Resolves with the answer's head, whatever its status. Rejects with what node says when there is no answer, TransientError without credentials. */
  open(url: URL, signal: AbortSignal): Promise<IncomingMessage>;
  /** Ends all that are under way. */
  close(): void;
};

export function createByteStreams(config: KubeConfig): ByteStreams {
  const underWay = new Set<IncomingMessage>();
  return {
    async open(url, signal) {
      const options = await optionsFor(config, url);
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const { get } = url.protocol === 'https:' ? https : http;
        get(url, { ...options, signal }, resolve).on('error', reject);
      });
      underWay.add(response);
      response.once('close', () => underWay.delete(response));
      return response;
    },
    close() {
      for (const response of underWay) response.destroy();
    },
  };
}

/** Read for each stream: tokens rotate, and exec plugins hand out new ones. */
async function optionsFor(config: KubeConfig, url: URL): Promise<RequestOptions> {
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
  const common = { headers, ...(auth === undefined ? {} : { auth }) };
  // Without TLS there is nothing an agent would have to know.
  return url.protocol === 'https:' ? { ...common, agent } : common;
}
