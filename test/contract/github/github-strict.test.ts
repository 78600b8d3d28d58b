// What the emulated GitHub lets through and the real one does not, and what goes wrong on the way: a second pull request of a branch, wrong credentials,
// limits, stale files, lost and broken answers.

import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createGitHub } from '../../../src/adapters/github/client.ts';
import { createRepositories } from '../../../src/adapters/github/repositories.ts';
import type { Repositories } from '../../../src/ports/repositories.ts';
import { mi, proposal, size } from '../../support/build.ts';
import type { LocalGitHub } from '../../support/github.ts';
import { APP, REPOSITORY, startGitHub, TOKEN } from '../../support/github.ts';
import type { GitHubProxy, Rule } from '../../support/github-proxy.ts';
import { startGitHubProxy } from '../../support/github-proxy.ts';

const FILE = 'checkout.yaml';
const MANIFEST =
  'kind: Deployment\nmetadata: {name: checkout-api}\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          resources:\n            limits:\n              memory: 256Mi\n';
const RULE = { repository: REPOSITORY, clusters: ['*'], namespaces: ['*'], files: [] };
const CHANGE = { ...proposal().change, before: { limit: size(256) }, after: { limit: mi(384) } };
const TEXT = { title: 'Raise', body: 'Body', commit: 'Raise' };

let github: LocalGitHub;
let proxy: GitHubProxy;
let number = 0;

beforeAll(async () => {
  github = await startGitHub({ [FILE]: MANIFEST });
  proxy = await startGitHubProxy(github.url);
});

beforeEach(() => {
  proxy.rules = [];
  proxy.calls.length = 0;
  number += 1;
});

afterAll(async () => {
  await proxy.stop();
  await github.stop();
});

function repositories(): Repositories {
  return createRepositories({
    github: createGitHub({ credentials: { kind: 'token', token: TOKEN }, apiUrl: proxy.url }),
    rules: () => [RULE],
  });
}

function signal(): AbortSignal {
  return AbortSignal.timeout(20_000);
}

async function opening() {
  const plan = await repositories().plan(CHANGE, signal());
  if (plan.kind !== 'planned') throw new Error(plan.reason);
  return { change: CHANGE, edit: plan.edit, branch: `headroom/s-${number}`, text: TEXT };
}

function rule(method: string, path: RegExp, answer: Rule['answer']): Rule {
  return { method, path, answer, times: 1 };
}

it('finds the pull request that another made a moment ago, when GitHub refuses the second', async () => {
  const ask = await opening();
  await repositories().open(ask, signal());
  // The first look finds none, as if the other had made it right afterwards.
  proxy.rules = [rule('GET', /\/pulls\?/, { status: 200, body: [] }), rule('POST', /\/pulls$/, { status: 422 })];
  expect(await repositories().open(ask, signal())).toMatchObject({ kind: 'open' });
  expect((await github.pulls()).filter(({ title }) => title === 'Raise')).toHaveLength(1);
});

it('says so when GitHub refuses a pull request that there is not', async () => {
  proxy.rules = [rule('POST', /\/pulls$/, { status: 422 })];
  await expect(repositories().open(await opening(), signal())).rejects.toMatchObject({
    name: 'PermanentError',
    code: 'OOM_REPOSITORY_ANSWER',
  });
});

it('looks before it opens again, when the answer was lost', async () => {
  const ask = await opening();
  proxy.rules = [rule('POST', /\/pulls$/, 'lost')];
  await expect(repositories().open(ask, signal())).rejects.toMatchObject({ name: 'TransientError' });
  proxy.calls.length = 0;
  expect(await repositories().open(ask, signal())).toMatchObject({ kind: 'open' });
  expect(proxy.calls.filter((call) => call.startsWith('POST'))).toEqual([]);
});

it('writes nothing over a file that changed between reading and committing', async () => {
  proxy.rules = [rule('PUT', /\/contents\//, { status: 409 })];
  expect(await repositories().open(await opening(), signal())).toMatchObject({ kind: 'drifted' });
});

it.each([
  { name: 'a wrong token', answer: { status: 401 }, fault: { name: 'PermanentError', code: 'OOM_REPOSITORY_DENIED' } },
  {
    name: 'a token without the right',
    answer: { status: 403 },
    fault: { name: 'PermanentError', code: 'OOM_REPOSITORY_DENIED' },
  },
  {
    name: 'a repository that is not there',
    answer: { status: 404 },
    fault: { name: 'PermanentError', code: 'OOM_REPOSITORY_DENIED' },
  },
  {
    name: 'a secondary rate limit',
    answer: { status: 403, headers: { 'retry-after': '7' } },
    fault: { name: 'TransientError', code: 'OOM_REPOSITORY_RATE_LIMITED', retryAfterMs: 7000 },
  },
  {
    name: 'the hourly rate limit',
    answer: { status: 403, headers: { 'x-ratelimit-remaining': '0' } },
    fault: { name: 'TransientError', code: 'OOM_REPOSITORY_RATE_LIMITED', retryAfterMs: 60_000 },
  },
  { name: 'too many requests', answer: { status: 429 }, fault: { name: 'TransientError', code: 'OOM_REPOSITORY_RATE_LIMITED' } },
  {
    name: 'a GitHub that is down',
    answer: { status: 503 },
    fault: { name: 'TransientError', code: 'OOM_REPOSITORY_UNREACHABLE' },
  },
  { name: 'a lost answer', answer: 'lost' as const, fault: { name: 'TransientError', code: 'OOM_REPOSITORY_UNREACHABLE' } },
  {
    name: 'an answer that is none',
    answer: { status: 200, body: { nothing: 1 } },
    fault: { name: 'PermanentError', code: 'OOM_REPOSITORY_ANSWER' },
  },
])('translates $name, without the token', async ({ answer, fault }) => {
  proxy.rules = [rule('GET', /\/repos\/acme\/deploy$/, answer)];
  const thrown: unknown = await repositories()
    .plan(CHANGE, signal())
    .catch((error: unknown) => error);
  expect(thrown).toMatchObject(fault);
  expect(inspect(thrown, { depth: 10 })).not.toContain(TOKEN);
});

it('reads a file once, however often it is searched', async () => {
  const searching = repositories();
  expect((await searching.plan(CHANGE, signal())).kind).toBe('planned');
  proxy.calls.length = 0;
  expect((await searching.plan(CHANGE, signal())).kind).toBe('planned');
  expect(proxy.calls.filter((call) => call.includes('/git/blobs/'))).toEqual([]);
  expect(proxy.calls.length).toBeGreaterThan(0);
});

it('says which repository has too many files to search', async () => {
  proxy.rules = [rule('GET', /\/git\/trees\//, { status: 200, body: { truncated: true, tree: [] } })];
  const plan = await repositories().plan(CHANGE, signal());
  expect(plan).toMatchObject({ kind: 'not-possible' });
  expect(plan.kind === 'not-possible' && plan.reason).toContain('too many files');
});

describe('a GitHub that takes calls and never answers', () => {
  const silent = createServer(() => undefined);
  let apiUrl: string;

  beforeAll(async () => {
    apiUrl = await listening(silent);
  });

  afterAll(() => {
    silent.close();
    silent.closeAllConnections();
  });

  it.each(['token', 'app'] as const)('is given up in time, by the credentials of a kind %s', async (kind) => {
    const credentials =
      kind === 'token'
        ? { kind, token: TOKEN }
        : { kind, appId: String(APP.appId), installationId: String(APP.installationId), privateKey: github.appKey };
    const call = { route: 'GET /repos/{owner}/{repo}', parameters: { owner: 'acme', repo: 'deploy' } };
    const impatient = createGitHub({ credentials, apiUrl, timeoutMs: 100 });
    await expect(impatient.call({ ...call, signal: signal() }, z.unknown())).rejects.toMatchObject({
      code: 'OOM_REPOSITORY_UNREACHABLE',
    });
    // The App's token is fetched without the caller's signal; the caller still stops waiting.
    const patient = createGitHub({ credentials, apiUrl });
    const stopped = patient.call({ ...call, signal: AbortSignal.timeout(100) }, z.unknown());
    await expect(stopped).rejects.toMatchObject({ code: 'OOM_REPOSITORY_UNREACHABLE' });
  });
});

async function listening(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}
