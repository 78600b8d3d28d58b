// A GitHub on loopback (emulate) with one repository, and what people do there: put files, review, merge. Its answers are GitHub's but for what
// test/contract/github/github-strict.test.ts covers.

import { generateKeyPairSync } from 'node:crypto';
import { createEmulator } from 'emulate';
import { z } from 'zod';

export const REPOSITORY = 'acme/deploy';
export const TOKEN = 'ghp_headroom';
const REVIEWER = 'ghp_reviewer';
export const APP = { appId: 4242, installationId: 77 } as const;

export type LocalGitHub = {
  readonly url: string;
  readonly appKey: string;
  /** Puts a file on a branch, as a person would. */
  put(path: string, text: string, branch?: string): Promise<void>;
  read(path: string, branch?: string): Promise<string>;
  review(number: number, event: 'APPROVE' | 'REQUEST_CHANGES'): Promise<void>;
  merge(number: number): Promise<void>;
  closePull(number: number): Promise<void>;
  /** Every pull request there is, newest first. */
  pulls(): Promise<
    readonly { readonly number: number; readonly state: string; readonly title: string; readonly body: string | null }[]
  >;
  comments(number: number): Promise<readonly string[]>;
  branches(): Promise<readonly string[]>;
  protectMain(): Promise<void>;
  stop(): Promise<void>;
};

const pull = z.object({ number: z.number(), state: z.string(), title: z.string(), body: z.string().nullable() });
const content = z.object({ content: z.string(), sha: z.string() });

export async function startGitHub(files: Readonly<Record<string, string>>): Promise<LocalGitHub> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const emulator = await createEmulator({ service: 'github', port: 0, seed: seedOf(privateKey) });
  const repo = `${emulator.url}/repos/${REPOSITORY}`;
  const send = async (
    method: string,
    path: string,
    { body, token = REVIEWER }: { readonly body?: unknown; readonly token?: string } = {},
  ) => {
    const response = await fetch(`${repo}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    return answer;
  };
  const github: LocalGitHub = {
    url: emulator.url,
    appKey: privateKey,
    async put(path, text, branch = 'main') {
      const there = await fetch(`${repo}/contents/${path}?ref=${branch}`, { headers: { authorization: `Bearer ${REVIEWER}` } });
      const sha = there.ok ? { sha: content.parse(await there.json()).sha } : {};
      await send('PUT', `/contents/${path}`, {
        body: { message: `put ${path}`, branch, content: Buffer.from(text).toString('base64'), ...sha },
      });
    },
    read: async (path, branch = 'main') =>
      Buffer.from(content.parse(await send('GET', `/contents/${path}?ref=${branch}`)).content, 'base64').toString('utf8'),
    review: async (number, event) => void (await send('POST', `/pulls/${number}/reviews`, { body: { event, body: 'looked' } })),
    merge: async (number) => void (await send('PUT', `/pulls/${number}/merge`, { body: { merge_method: 'squash' } })),
    closePull: async (number) => void (await send('PATCH', `/pulls/${number}`, { body: { state: 'closed' } })),
    pulls: async () => z.array(pull).parse(await send('GET', '/pulls?state=all&per_page=100')),
    comments: async (number) =>
      z
        .array(z.object({ body: z.string() }))
        .parse(await send('GET', `/issues/${number}/comments`))
        .map(({ body }) => body),
    branches: async () =>
      z
        .array(z.object({ name: z.string() }))
        .parse(await send('GET', '/branches'))
        .map(({ name }) => name),
    protectMain: async () =>
      void (await send('PUT', '/branches/main/protection', {
        body: {
          required_pull_request_reviews: { required_approving_review_count: 1 },
          required_status_checks: null,
          enforce_admins: true,
          restrictions: null,
        },
      })),
    stop: () => emulator.close(),
  };
  for (const [path, text] of Object.entries(files)) await github.put(path, text);
  return github;
}

function seedOf(privateKey: string) {
  const [owner = '', name = ''] = REPOSITORY.split('/');
  return {
    tokens: { [TOKEN]: { login: 'headroom', scopes: ['repo'] }, [REVIEWER]: { login: 'carol', scopes: ['repo'] } },
    github: {
      users: [{ login: 'headroom' }, { login: 'carol' }],
      orgs: [
        {
          login: owner,
          members: [
            { login: 'headroom', role: 'admin' },
            { login: 'carol', role: 'admin' },
          ],
        },
      ],
      repos: [{ owner, name, default_branch: 'main' }],
      apps: [
        {
          app_id: APP.appId,
          slug: 'headroom',
          name: 'Headroom',
          private_key: privateKey,
          permissions: { contents: 'write', pull_requests: 'write', issues: 'write', metadata: 'read' },
          installations: [{ installation_id: APP.installationId, account: owner, repository_selection: 'all' }],
        },
      ],
    },
  };
}
