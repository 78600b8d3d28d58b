// Pull requests on an emulated GitHub: the edit found by search and by mapping, opened once however often it is asked for, followed through review and
// merge, closed with its branch.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GitHubCredentials } from '../../../src/adapters/github/client.ts';
import { createGitHub } from '../../../src/adapters/github/client.ts';
import { createRepositories } from '../../../src/adapters/github/repositories.ts';
import type { Change } from '../../../src/domain/change/change.ts';
import type { RepositoryEdit, RepositoryRule } from '../../../src/domain/change/repository/repository.ts';
import type { Repositories } from '../../../src/ports/repositories.ts';
import { mi, proposal, size, workload } from '../../support/build.ts';
import type { LocalGitHub } from '../../support/github.ts';
import { APP, REPOSITORY, startGitHub, TOKEN } from '../../support/github.ts';

const DEPLOYMENT = `# The checkout of the shop. Ask @payments before you touch it.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout-api
  namespace: payments
spec:
  template:
    spec:
      containers:
        - name: proxy
          resources: {limits: {memory: 256Mi}}
        - name: app # the one that matters
          image: "checkout:1"
          resources:
            limits:
              memory: 256Mi   # measured in March
            requests: {cpu: 100m, memory: 128Mi}
`;

const KUSTOMIZATION = `resources: [../base]
patches:
  - target: {kind: Deployment, name: cart}
    patch: |-
      # the second one is app
      - op: replace
        path: /spec/template/spec/containers/1/resources/limits/memory
        value: 256Mi # enough in May
`;

const FILES = {
  'apps/checkout/deployment.yaml': DEPLOYMENT,
  'apps/checkout/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: checkout-api}\n',
  'apps/search/base/index.yaml':
    'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: index}\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          resources:\n            limits:\n              memory: 128Mi\n',
  'apps/search/prod/patch.yaml':
    'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: index}\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          resources:\n            limits:\n              memory: 256Mi\n',
  'apps/cart/base/cart.yaml': DEPLOYMENT.replaceAll('checkout-api', 'cart').replaceAll('256Mi', '128Mi'),
  'apps/cart/prod/kustomization.yaml': KUSTOMIZATION,
  'apps/lamp/base/lamp.yaml': DEPLOYMENT.replaceAll('checkout-api', 'lamp').replaceAll('256Mi', '128Mi'),
  'apps/lamp/prod/kustomization.yaml':
    'resources: [../base]\npatches:\n  - {path: memory.yaml, target: {kind: Deployment, name: lamp}}\n',
  'apps/lamp/prod/memory.yaml':
    '- op: replace\n  path: /spec/template/spec/containers/1/resources/limits/memory\n  value: 256Mi # enough in May\n',
  'charts/mailer/templates/deployment.yaml': 'kind: Deployment\nmetadata:\n  name: {{ .Release.Name }}-mailer\n',
  'charts/mailer/values.yaml':
    'replicas: 2\nworkers:\n  - name: app\n    resources:\n      limits: {memory: "256Mi"} # Mi, not M\n',
  'twice/a.yaml': DEPLOYMENT.replaceAll('checkout-api', 'twin'),
  'twice/b.yaml': DEPLOYMENT.replaceAll('checkout-api', 'twin'),
} as const;

const RULE: RepositoryRule = {
  repository: REPOSITORY,
  clusters: ['*'],
  namespaces: ['*'],
  files: [
    {
      namespaces: ['*'],
      workloads: ['mailer'],
      containers: ['app'],
      file: 'charts/mailer/values.yaml',
      limit: 'workers[0].resources.limits.memory',
      request: 'workers[0].resources.requests.memory',
    },
    { namespaces: ['*'], workloads: ['lost'], containers: ['*'], file: 'charts/lost/values.yaml', limit: 'a' },
  ],
};

/** The container is the second one of the template. */
const SECOND = { op: 'test', path: '/spec/template/spec/containers/1/name', value: 'app' } as const;

function signal(): AbortSignal {
  return AbortSignal.timeout(20_000);
}

function change(overrides: Partial<Change> = {}): Change {
  return {
    ...proposal().change,
    before: { limit: size(256), request: size(128) },
    after: { limit: mi(384), request: mi(192) },
    ...overrides,
  };
}

let github: LocalGitHub;

beforeAll(async () => {
  github = await startGitHub(FILES);
});

afterAll(async () => {
  await github.stop();
});

function repositories(
  rule: RepositoryRule = RULE,
  credentials: GitHubCredentials = { kind: 'token', token: TOKEN },
): Repositories {
  return createRepositories({ github: createGitHub({ credentials, apiUrl: `${github.url}/` }), rules: () => [rule] });
}

async function planned(wanted: Change, rule: RepositoryRule = RULE): Promise<RepositoryEdit> {
  const plan = await repositories(rule).plan(wanted, signal());
  if (plan.kind !== 'planned') throw new Error(plan.reason);
  return plan.edit;
}

describe('finding the edit', () => {
  it('searches for a plain manifest, and edits the right container only', async () => {
    const edit = await planned(change());
    expect(edit).toMatchObject({ repository: REPOSITORY, branch: 'main', file: 'apps/checkout/deployment.yaml' });
    expect(edit.diff.filter((line) => /^[+-]/.test(line))).toEqual([
      '-               memory: 256Mi   # measured in March',
      '-             requests: {cpu: 100m, memory: 128Mi}',
      '+               memory: 384Mi   # measured in March',
      '+             requests: {cpu: 100m, memory: 192Mi}',
    ]);
  });

  it('takes the kustomize patch that holds what the cluster has, not the base', async () => {
    const wanted = change({
      workload: workload({ kind: 'StatefulSet', name: 'index', namespace: 'search' }),
      before: { limit: size(256) },
    });
    expect((await planned(wanted)).file).toBe('apps/search/prod/patch.yaml');
  });

  it.each([
    { name: 'written into a kustomization', workloadName: 'cart', file: 'apps/cart/prod/kustomization.yaml', indent: 8 },
    { name: 'that a kustomization names', workloadName: 'lamp', file: 'apps/lamp/prod/memory.yaml', indent: 2 },
  ])('edits the operation of a patch $name', async ({ workloadName, file, indent }) => {
    const target = { workload: workload({ name: workloadName }), patch: [SECOND] };
    const edit = await planned(change({ ...target, before: { limit: size(256) }, after: { limit: mi(384) } }));
    expect(edit.file).toBe(file);
    const line = `${' '.repeat(indent)}value: 256Mi # enough in May`;
    expect(edit.diff.filter((each) => /^[+-]/.test(each))).toEqual([`- ${line}`, `+ ${line.replace('256', '384')}`]);
  });

  it('edits Helm values by the configured path, adding what is not there', async () => {
    const edit = await planned(change({ workload: workload({ name: 'mailer' }) }));
    expect(edit.file).toBe('charts/mailer/values.yaml');
    expect(edit.diff.filter((line) => /^[+-]/.test(line))).toEqual([
      '-       limits: {memory: "256Mi"} # Mi, not M',
      '+       limits: {memory: "384Mi"} # Mi, not M',
      '+       requests:',
      '+         memory: 192Mi',
    ]);
  });

  it.each([
    { name: 'what is in no file', wanted: { workload: workload({ name: 'ghost' }) }, words: /no file of acme\/deploy holds/ },
    { name: 'what is in two files', wanted: { workload: workload({ name: 'twin' }) }, words: /twice\/a\.yaml, twice\/b\.yaml/ },
    {
      name: 'a file that is not there',
      wanted: { workload: workload({ name: 'lost' }) },
      words: /charts\/lost\/values\.yaml is not in/,
    },
    {
      name: 'a value that is not the cluster’s',
      wanted: { before: { limit: size(512) } },
      words: /the limit there is 256Mi, in the cluster it is 512Mi/,
    },
    { name: 'a limit that the cluster does not have', wanted: { before: {} }, words: /in the cluster it is not set/ },
  ])('refuses $name', async ({ wanted, words }) => {
    const plan = await repositories().plan(change(wanted), signal());
    expect(plan).toMatchObject({ kind: 'not-possible' });
    expect(plan.kind === 'not-possible' && plan.reason).toMatch(words);
  });

  it('searches below the folder only, and says when nothing is configured', async () => {
    const twin = change({ workload: workload({ name: 'twin' }) });
    expect(await repositories({ ...RULE, folder: 'apps' }).plan(twin, signal())).toMatchObject({ kind: 'not-possible' });
    expect(await repositories({ ...RULE, namespaces: ['search'] }).plan(twin, signal())).toMatchObject({
      kind: 'not-configured',
    });
    expect(await repositories({ ...RULE, branch: 'gone' }).plan(twin, signal())).toMatchObject({ kind: 'not-possible' });
  });
});

describe('a pull request', () => {
  const text = { title: 'Raise memory limit of checkout-api to 384Mi', body: 'Evidence.', commit: 'Raise memory limit\n\nP-1' };

  it('is opened once, however often and by however many it is asked for; nothing else in the file changes', async () => {
    const edit = await planned(change());
    const ask = { change: change(), edit, branch: 'headroom/p-1', text };
    const first = await repositories().open(ask, signal());
    const again = await Promise.all([repositories().open(ask, signal()), repositories().open(ask, signal())]);
    expect(first).toMatchObject({ kind: 'open', pullRequest: { repository: REPOSITORY } });
    expect(again).toEqual([first, first]);
    expect(await github.pulls()).toMatchObject([{ title: text.title, state: 'open', body: 'Evidence.' }]);
    const wanted = DEPLOYMENT.replace('256Mi   #', '384Mi   #').replace('memory: 128Mi}', 'memory: 192Mi}');
    expect(await github.read('apps/checkout/deployment.yaml', 'headroom/p-1')).toBe(wanted);
    expect(await github.read('apps/checkout/deployment.yaml')).toBe(DEPLOYMENT);
  });

  it('takes up what a crash left: the branch alone, or the branch with its commit', async () => {
    const wanted = change({ workload: workload({ name: 'mailer' }) });
    const edit = await planned(wanted);
    await github.put('charts/mailer/README.md', 'unrelated', 'main');
    const branch = 'headroom/p-2';
    const main = await fetch(`${github.url}/repos/${REPOSITORY}/git/ref/heads/main`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    const { object } = refOf(await main.json());
    await branchFrom(branch, object.sha);
    expect(await repositories().open({ change: wanted, edit, branch, text }, signal())).toMatchObject({ kind: 'open' });
    expect(await github.read('charts/mailer/values.yaml', branch)).toContain('memory: 192Mi');
  });

  it('is followed through review and merge', async () => {
    const opened = await repositories().open(
      { change: change(), edit: await planned(change()), branch: 'headroom/p-1', text },
      signal(),
    );
    if (opened.kind !== 'open') throw new Error(opened.reason);
    const { pullRequest } = opened;
    expect(await repositories().look(pullRequest, signal())).toMatchObject({ kind: 'open', pullRequest: { approvedBy: [] } });
    await github.review(pullRequest.number, 'REQUEST_CHANGES');
    expect(await repositories().look(pullRequest, signal())).toMatchObject({ pullRequest: { changesRequestedBy: ['carol'] } });
    await github.review(pullRequest.number, 'APPROVE');
    expect(await repositories().look(pullRequest, signal())).toMatchObject({
      kind: 'open',
      pullRequest: { approvedBy: ['carol'], changesRequestedBy: [] },
    });
    await github.merge(pullRequest.number);
    expect(await repositories().look(pullRequest, signal())).toMatchObject({
      kind: 'merged',
      pullRequest: { merged: { by: 'carol' } },
    });
    expect(await github.read('apps/checkout/deployment.yaml')).toContain('memory: 384Mi   # measured in March');
  });

  it('is not opened when the file changed after the review', async () => {
    const wanted = change({
      workload: workload({ kind: 'StatefulSet', name: 'index', namespace: 'search' }),
      before: { limit: size(256) },
    });
    const edit = await planned(wanted);
    await github.put('apps/search/prod/patch.yaml', FILES['apps/search/prod/patch.yaml'].replace('256Mi', '300Mi'));
    const ask = { change: wanted, edit, branch: 'headroom/p-3', text };
    expect(await repositories().open(ask, signal())).toMatchObject({ kind: 'drifted' });
    await github.put(
      'apps/search/prod/patch.yaml',
      FILES['apps/search/prod/patch.yaml'].replace('memory: 256Mi', 'memory: "256Mi"'),
    );
    expect(await repositories().open(ask, signal())).toMatchObject({
      kind: 'drifted',
      reason: 'apps/search/prod/patch.yaml changed since the review',
    });
    expect(await github.branches()).not.toContain('headroom/p-3');
  });

  it('is closed with a reason and without its branch, also twice', async () => {
    const request = { repository: REPOSITORY, why: 'Nobody merged it.' };
    const [stale] = (await github.pulls()).filter(({ state }) => state === 'open');
    const pullRequest = {
      repository: REPOSITORY,
      number: stale?.number ?? 0,
      url: 'https://x.example/1',
      approvedBy: [],
      changesRequestedBy: [],
    };
    for (const _ of ['once', 'twice'])
      expect(await repositories().withdraw({ ...request, branch: 'headroom/p-2' }, signal())).toEqual({ kind: 'withdrawn' });
    expect(await repositories().look(pullRequest, signal())).toMatchObject({ kind: 'closed' });
    expect(await github.comments(pullRequest.number)).toEqual(['Nobody merged it.']);
    expect(await github.branches()).not.toContain('headroom/p-2');
  });

  it('is told as merged, and left alone, when people were faster', async () => {
    const request = { repository: REPOSITORY, branch: 'headroom/p-1', why: 'Nobody merged it.' };
    expect(await repositories().withdraw(request, signal())).toMatchObject({
      kind: 'merged',
      pullRequest: { merged: { by: 'carol' } },
    });
  });

  it('leaves no branch behind where none was opened', async () => {
    const branch = 'headroom/p-4';
    const main = await fetch(`${github.url}/repos/${REPOSITORY}/git/ref/heads/main`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    await branchFrom(branch, refOf(await main.json()).object.sha);
    const request = { repository: REPOSITORY, branch, why: 'the file changed' };
    for (const _ of ['once', 'twice']) expect(await repositories().withdraw(request, signal())).toEqual({ kind: 'withdrawn' });
    expect(await github.branches()).not.toContain(branch);
  });

  it('can be opened by a GitHub App, with tokens of its installation', async () => {
    const app = {
      kind: 'app',
      appId: String(APP.appId),
      privateKey: github.appKey,
      installationId: String(APP.installationId),
    } as const;
    const wanted = change({ workload: workload({ name: 'mailer' }) });
    const ask = { change: wanted, edit: await planned(wanted), branch: 'headroom/p-9', text };
    expect(await repositories(RULE, app).open(ask, signal())).toMatchObject({ kind: 'open' });
  });
});

async function branchFrom(branch: string, sha: string): Promise<void> {
  await fetch(`${github.url}/repos/${REPOSITORY}/git/refs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ref: `refs/heads/${branch}`, sha }),
  });
}

function refOf(value: unknown): { readonly object: { readonly sha: string } } {
  const object: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'object') : undefined;
  const sha: unknown = typeof object === 'object' && object !== null ? Reflect.get(object, 'sha') : undefined;
  if (typeof sha !== 'string') throw new Error('no ref');
  return { object: { sha } };
}
