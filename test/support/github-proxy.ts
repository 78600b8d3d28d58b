// Stands between the program and the emulated GitHub, and answers some calls as the real one would where the emulator lets them through: refusals, limits,
// lost and broken answers. Everything else goes on to the emulator.

import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';

export type Rule = {
  readonly method: string;
  readonly path: RegExp;
  /** lost: passed on, and the answer never comes back. */
  readonly answer:
    | 'lost'
    | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown };
  /** How often it holds; afterwards the call goes through. */
  times: number;
};

export type GitHubProxy = {
  readonly url: string;
  /** Asked in order; the first that fits answers. */
  rules: Rule[];
  readonly calls: string[];
  stop(): Promise<void>;
};

export async function startGitHubProxy(target: string): Promise<GitHubProxy> {
  const state: { rules: Rule[]; calls: string[] } = { rules: [], calls: [] };
  const server = createServer((request, response) => {
    void handle(request).then(({ status, headers, body }) => {
      response.writeHead(status, headers).end(body);
    });
  });
  async function handle(request: IncomingMessage) {
    const { method = 'GET', url = '/' } = request;
    state.calls.push(`${method} ${url}`);
    const rule = state.rules.find((each) => each.times > 0 && each.method === method && each.path.test(url));
    if (rule !== undefined) rule.times -= 1;
    if (rule !== undefined && rule.answer !== 'lost') {
      const { status, headers = {}, body = { message: 'as GitHub says' } } = rule.answer;
      return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
    }
    const answer = await passOn(target, request);
    if (rule?.answer === 'lost') request.socket.destroy();
    return answer;
  }
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return Object.assign(state, {
    url: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  });
}

async function passOn(target: string, request: IncomingMessage) {
  const parts: Buffer[] = [];
  for await (const part of request) if (Buffer.isBuffer(part)) parts.push(part);
  const { method = 'GET', url = '/', headers } = request;
  const answer = await fetch(`${target}${url}`, {
    method,
    headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
    ...(parts.length === 0 ? {} : { body: Buffer.concat(parts) }),
  });
  return { status: answer.status, headers: { 'content-type': 'application/json' }, body: await answer.text() };
}
