// A connection to one cluster's API server: configuration and credentials by @kubernetes/client-node, requests by undici with them. Answers
// come as they are on the wire (the client's typed calls turn times into Dates, and pods into what kubectl would not print). Every call
// takes a signal and has a timeout; faults are translated in faults.ts.

import { KubeConfig } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import { request } from 'undici';
import { PermanentError, TransientError } from '../../../ports/fault.ts';
import { timeoutAfter } from '../../../ports/timers.ts';
import type { CredentialSource } from './credentials.ts';
import { createCredentialSource } from './credentials.ts';
import { answerFault, networkFault } from './faults.ts';
import type { ByteStreams } from './stream/byte-stream.ts';
import { createByteStreams } from './stream/byte-stream.ts';
import type { ByteStream } from './stream/each-chunk.ts';

export type ClusterSource =
  | { readonly kind: 'text'; readonly kubeconfig: string }
  | { readonly kind: 'file'; readonly path: string | undefined; readonly context: string | undefined }
  | { readonly kind: 'in-cluster' };

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export type Call = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  /** Of the body; application/json unless a patch says otherwise. */
  readonly contentType?: string;
  readonly signal: AbortSignal;
};

export type Answer = { readonly status: number; readonly body: unknown };

export type ClusterConnection = {
  /** The context's name, for CLUSTER_NAME's default. */
  readonly contextName: string;
  readonly server: string;
  /** The parsed answer of a 2xx; any other status becomes a fault with the server's own message. */
  json(call: Call): Promise<unknown>;
  /** The parsed answer whatever the status: for callers to whom a refusal is an outcome. */
  answer(call: Call): Promise<Answer>;
  text(call: Call): Promise<string>;
  /** The body as it arrives, with no timeout but the signal. */
  stream(call: Call): Promise<ByteStream>;
  close(): Promise<void>;
};

/** Throws PermanentError when there is no such kubeconfig or context. Does not connect yet. */
export function connectCluster(source: ClusterSource, timeoutMs = 10_000): ClusterConnection {
  const config = load(source);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw wrongConfig(`the kubeconfig names no cluster for the context "${config.getCurrentContext()}"`);
  const credentials = createCredentialSource(config, server);
  const send = createSend(credentials, server);
  const streams = createByteStreams(config);
  const bounded = (call: Call): Promise<Response> => send(call, AbortSignal.any([call.signal, timeoutAfter(timeoutMs)]));
  const answer = async (call: Call): Promise<Answer> => readAnswer(call, await bounded(call));
  return {
    contextName: config.getCurrentContext(),
    server,
    answer,
    async json(call) {
      const { status, body } = await answer(call);
      if (status >= 300) throw answerFault(call, status, body);
      return body;
    },
    async text(call) {
      const response = await bounded(call);
      if (response.statusCode >= 300) throw answerFault(call, response.statusCode, (await readAnswer(call, response)).body);
      return readText(call, response);
    },
    async stream(call) {
      const stream = await openStream(streams, server, call);
      if (stream.status >= 300) throw answerFault(call, stream.status, parsedOr(await wholeText(stream)));
      return stream;
    },
    async close() {
      streams.close();
      await credentials.close();
    },
  };
}

type Response = Pick<Dispatcher.ResponseData, 'statusCode' | 'body'>;

type Send = (call: Call, signal: AbortSignal) => Promise<Response>;

function createSend(credentials: CredentialSource, server: string): Send {
  return async (call, signal) => {
    const { headers, dispatcher } = await credentials.current();
    const body = call.body === undefined ? null : JSON.stringify(call.body);
    const type = call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' };
    try {
      // Not fetch, which takes twice the time of the process for the same answer.
      return await request(urlOf(server, call), {
        method: call.method ?? 'GET',
        headers: { ...headers, ...type, accept: 'application/json, */*' },
        body,
        signal,
        dispatcher,
      });
    } catch (error) {
      throw networkFault(call, error);
    }
  };
}

async function openStream(streams: ByteStreams, server: string, call: Call): Promise<ByteStream> {
  try {
    return await streams.open(urlOf(server, call), call.signal);
  } catch (error) {
    throw error instanceof TransientError ? error : networkFault(call, error);
  }
}

async function wholeText(stream: ByteStream): Promise<string> {
  const parts: Buffer[] = [];
  await stream.each((part) => {
    parts.push(Buffer.from(part));
    return undefined;
  });
  return Buffer.concat(parts).toString('utf8');
}

function load(source: ClusterSource): KubeConfig {
  const config = new KubeConfig();
  try {
    if (source.kind === 'text') config.loadFromString(source.kubeconfig);
    else if (source.kind === 'in-cluster') config.loadFromCluster();
    else if (source.path === undefined) config.loadFromDefault();
    else config.loadFromFile(source.path);
  } catch (error) {
    throw wrongConfig(error instanceof Error ? error.message : 'it cannot be read', error);
  }
  const context = source.kind === 'file' ? source.context : undefined;
  if (context === undefined) return config;
  if (config.getContextObject(context) === null) {
    throw wrongConfig(
      `KUBE_CONTEXT: there is no context "${context}"; there are ${config
        .getContexts()
        .map(({ name }) => name)
        .join(', ')}`,
    );
  }
  config.setCurrentContext(context);
  return config;
}

function wrongConfig(problem: string, cause?: unknown): PermanentError {
  return new PermanentError(`the cluster's configuration cannot be used: ${problem}`, { code: 'OOM_SETTING', cause });
}

function urlOf(server: string, { path, query = {} }: Call): URL {
  const url = new URL(`${server.replace(/\/$/, '')}${path}`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

async function readText(call: Call, response: Response): Promise<string> {
  try {
    return await response.body.text();
  } catch (error) {
    throw networkFault(call, error);
  }
}

async function readAnswer(call: Call, response: Response): Promise<Answer> {
  return { status: response.statusCode, body: parsedOr(await readText(call, response)) };
}

/** What is no JSON is a message: proxies answer in plain text. */
function parsedOr(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return { message: text.slice(0, 300) };
  }
}
