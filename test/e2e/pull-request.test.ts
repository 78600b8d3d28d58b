// What Argo CD owns, on the demo cluster and on a real one, from the kill to quiet by a pull request: reviewed and approved in Slack, opened on an
// emulated GitHub, reviewed and merged there, brought to the cluster as the tool would, and told as quiet in the same thread. Also: one that is closed,
// and the live patch as a second choice.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../packages/slack-sim/src/world.ts';
import type { LocalGitHub } from '../support/github.ts';
import { REPOSITORY, startGitHub, TOKEN } from '../support/github.ts';
import { startDemoTarget } from './support/demo-target.ts';
import { realKubeconfig, startRealTarget } from './support/real-target.ts';
import { shownText } from './support/stage.ts';
import type { Target } from './support/target.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

/** A Deployment that Argo CD says it owns, with the values it has. */
type Owned = {
  readonly target: Target;
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
  readonly limit: string;
  readonly request: string;
};

async function demoOwned(): Promise<Owned> {
  const target = await startDemoTarget();
  const place = { namespace: 'web', name: 'storefront', container: 'storefront' };
  return { target: { ...target, namespaces: ['web'] }, ...place, limit: '384Mi', request: '256Mi' };
}

async function realOwned(kubeconfig: string): Promise<Owned> {
  // Taken back, it has too little again: were it killed in each run, its rollout would be over only in the moments that one lasts.
  const target = await startRealTarget(kubeconfig, { dies: 'twice' });
  const owned = { target, ...target.deployment, limit: '50Mi', request: '20Mi' };
  const id = `storefront:apps/Deployment:${owned.namespace}/${owned.name}`;
  await patch(owned, [{ op: 'add', path: '/metadata/annotations/argocd.argoproj.io~1tracking-id', value: id }]);
  return owned;
}

function pathOf({ namespace, name }: Owned): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
}

async function patch(owned: Owned, body: unknown): Promise<void> {
  await owned.target.connection.json({
    method: 'PATCH',
    path: pathOf(owned),
    query: { fieldManager: 'argocd-controller' },
    body,
    contentType: 'application/json-patch+json',
    signal: AbortSignal.timeout(30_000),
  });
}

async function deployed(owned: Owned): Promise<string> {
  return JSON.stringify(await owned.target.connection.json({ path: pathOf(owned), signal: AbortSignal.timeout(30_000) }));
}

const FILE = 'apps/shop/deployment.yaml';

function manifest({ name, container, limit, request }: Owned): string {
  return `# The shop's front. Synced by Argo CD.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  template:
    spec:
      containers:
        - name: ${container}
          resources:
            limits:
              memory: ${limit} # seen enough in May
            requests:
              memory: ${request}
`;
}

const kubeconfig = realKubeconfig();
const places: readonly { readonly place: string; readonly start: () => Promise<Owned> }[] = [
  { place: 'the demo cluster', start: demoOwned },
  ...(kubeconfig === undefined ? [] : [{ place: 'a real cluster', start: () => realOwned(kubeconfig) }]),
];

describe.each(places)('a change that goes by a repository, on $place', ({ start }) => {
  let owned: Owned;
  let github: LocalGitHub;
  let world: TestWorld;

  beforeAll(async () => {
    owned = await start();
    github = await startGitHub({ [FILE]: manifest(owned) });
    world = await startTestWorld(owned.target);
    await world.headroom({
      environment: { GITHUB_TOKEN: TOKEN, GITHUB_API_URL: github.url },
      rules: `repositories: [{ repository: ${REPOSITORY}, folder: apps }]\npullRequests: { lookEvery: 1s }`,
    });
  });

  afterAll(async () => {
    await world.stop();
    await github.stop();
  });

  async function reviewed(reason: string): Promise<Message> {
    const { stage } = world;
    const root = await stage.root(`${owned.namespace}/${owned.name}`, ({ text }) => text.startsWith('OOMKilled'));
    await stage.reply(root, 'Why it was killed');
    expect(await stage.click(stage.alice, root, 'review_fix')).toEqual({ ok: true });
    const form = await stage.modal(stage.alice, ({ view }) => view['callback_id'] === 'review_submit');
    expect(shownText(form)).toContain('Argo CD (storefront) manages this object');
    expect(shownText(form)).toContain('Open a pull request');
    expect(shownText(form)).toContain('A stop-gap: Argo CD (storefront) will take it back');
    expect(await stage.submit(stage.alice, form, { reason, request: owned.request })).toEqual({ ok: true });
    return root;
  }

  async function approve(proposal: Message): Promise<void> {
    const { stage } = world;
    expect(await stage.click(stage.bob, proposal, 'approve_change')).toEqual({ ok: true });
    const form = await stage.modal(stage.bob, ({ view }) => view['callback_id'] === 'approve_submit');
    expect(shownText(form)).toContain(`memory: ${owned.limit} # seen enough in May`);
    expect(await stage.submit(stage.bob, form, { read: ['read'] })).toEqual({ ok: true });
  }

  /** As the tool does: what the repository says comes to the cluster. */
  async function sync(): Promise<void> {
    const value = /limits:\s+memory: (\S+)/.exec(await github.read(FILE))?.[1] ?? '';
    await patch(owned, [{ op: 'replace', path: '/spec/template/spec/containers/0/resources/limits/memory', value }]);
  }

  it('is closed in the thread when somebody closes the pull request', async () => {
    const { stage } = world;
    const root = await reviewed('The front needs room for the sale.');
    const proposal = await stage.reply(root, /asks to change memory limit/);
    expect(proposal.text).toContain(`By a pull request in ${REPOSITORY}, file ${FILE}`);
    await approve(proposal);
    const open = await stage.reply(root, /^Memory limit .*pull request .*is open/);
    expect(open.text).toMatch(/\/pull\/\d+\|pull request #\d+>/);
    const [pull] = await github.pulls();
    expect(pull?.title).toMatch(/^Raise memory limit of .* to /);
    expect(pull?.body).toContain('The front needs room for the sale.');
    await github.closePull(pull?.number ?? 0);
    await stage.reply(root, /^Not applied: .*closed without a merge/);
    expect(await github.read(FILE)).toBe(manifest(owned));
    expect(await deployed(owned)).toContain(`"limits":{"memory":"${owned.limit}"`);
  });

  it('is followed through review, merge and rollout to quiet; one line of one file changed', async () => {
    const { stage } = world;
    const root = await reviewed('It still needs more than that.');
    const proposal = await stage.reply(root, /asks to change memory limit.*Somebody else has to approve it/);
    await approve(proposal);
    await stage.reply(root, /^Memory limit .*pull request .*is open/);
    const [pull] = (await github.pulls()).filter(({ state }) => state === 'open');
    await github.review(pull?.number ?? 0, 'APPROVE');
    await stage.reply(root, /approved there by carol/);
    await github.merge(pull?.number ?? 0);
    await stage.reply(root, /was merged by carol, and the cluster does not have it yet/);
    await sync();
    await stage.reply(root, /^Quiet: .*no kill in/);
    const changed = (await github.read(FILE)).split('\n').filter((line, index) => line !== manifest(owned).split('\n')[index]);
    expect(changed).toHaveLength(1);
    expect(changed[0]).toMatch(/memory: \d+Mi # seen enough in May/);
  });

  it('is taken back by a pull request of its own, which leaves the file as it was, letter for letter', async () => {
    const { stage } = world;
    const root = await stage.root(`${owned.namespace}/${owned.name}`, ({ text }) => text.startsWith('Resolved'));
    const outcome = await stage.reply(root, /^Quiet: /);
    expect(await stage.click(stage.alice, outcome, 'undo_change')).toEqual({ ok: true });
    const form = await stage.modal(stage.alice, ({ view }) => view['callback_id'] === 'undo_submit');
    expect(await stage.submit(stage.alice, form, { reason: 'The sale is over, and it was enough.' })).toEqual({ ok: true });
    await approve(await stage.reply(root, /asks to change memory limit.*Somebody else has to approve it/));
    await stage.reply(root, /^Memory limit .*pull request .*is open/);
    const [pull] = (await github.pulls()).filter(({ state }) => state === 'open');
    expect(pull?.title).toMatch(/^Lower memory limit of /);
    expect(pull?.body).toContain('The sale is over');
    await github.merge(pull?.number ?? 0);
    await sync();
    await stage.reply(root, /^Taken back: /);
    expect(await github.read(FILE)).toBe(manifest(owned));
  });
});
