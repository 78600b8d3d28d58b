// What Argo CD owns, from the kill to quiet by a pull request: reviewed and approved in Slack, opened on an emulated GitHub, reviewed and merged there,
// brought to the cluster as the tool would, and told as quiet in the same thread. Also: one that is closed, and the live patch as a second choice.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../demo/slack/world.ts';
import type { LocalGitHub } from '../support/github.ts';
import { REPOSITORY, startGitHub, TOKEN } from '../support/github.ts';
import type { DemoTarget } from './support/demo-target.ts';
import { startDemoTarget } from './support/demo-target.ts';
import { shownText } from './support/stage.ts';
import type { TestWorld } from './support/world.ts';
import { startTestWorld } from './support/world.ts';

const FILE = 'apps/storefront/deployment.yaml';
const MANIFEST = `# The shop's front. Synced by Argo CD.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: storefront
spec:
  template:
    spec:
      containers:
        - name: storefront
          image: registry.example/web/storefront:2026.11.3
          resources:
            limits:
              memory: 384Mi # seen enough in May
            requests:
              memory: 256Mi
`;
const WORKLOAD = { namespace: 'web', workload: 'storefront', container: 'storefront' } as const;

let target: DemoTarget;
let github: LocalGitHub;
let world: TestWorld;

beforeAll(async () => {
  target = await startDemoTarget();
  github = await startGitHub({ [FILE]: MANIFEST });
  world = await startTestWorld(target);
  await world.headroom({
    target: { ...target, namespaces: ['web'] },
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
  const root = await stage.root('web/storefront', ({ text }) => text.startsWith('OOMKilled'));
  await stage.reply(root, 'Why it was killed');
  expect(await stage.click(stage.alice, root, 'review_fix')).toEqual({ ok: true });
  const form = await stage.modal(stage.alice, ({ view }) => view['callback_id'] === 'review_submit');
  expect(shownText(form)).toContain('Argo CD (storefront) manages this object');
  expect(shownText(form)).toContain('Open a pull request');
  expect(await stage.submit(stage.alice, form, { reason, request: '256Mi' })).toEqual({ ok: true });
  return root;
}

async function approve(proposal: Message): Promise<void> {
  const { stage } = world;
  expect(await stage.click(stage.bob, proposal, 'approve_change')).toEqual({ ok: true });
  const form = await stage.modal(stage.bob, ({ view }) => view['callback_id'] === 'approve_submit');
  expect(shownText(form)).toContain('memory: 384Mi # seen enough in May');
  expect(await stage.submit(stage.bob, form, { read: ['read'] })).toEqual({ ok: true });
}

/** As the tool does: what the repository says comes to the cluster. */
async function sync(): Promise<void> {
  const limit = /limits:\s+memory: (\S+)/.exec(await github.read(FILE))?.[1] ?? '';
  target.demo.control.overwriteLimit({ ...WORKLOAD, limit, manager: 'argocd-controller' });
}

describe('a change that goes by a repository', () => {
  it('is closed in the thread when somebody closes the pull request', async () => {
    const { stage } = world;
    const root = await reviewed('The front needs room for the sale.');
    const proposal = await stage.reply(root, /asks to change memory limit/);
    expect(proposal.text).toContain(`By a pull request in ${REPOSITORY}, file ${FILE}`);
    await approve(proposal);
    const open = await stage.reply(root, /^Pull request: .*is open/);
    expect(open.text).toMatch(/\/pull\/\d+\|pull request #\d+>/);
    const [pull] = await github.pulls();
    expect(pull?.title).toMatch(/^Raise memory limit of storefront to /);
    expect(pull?.body).toContain('The front needs room for the sale.');
    await github.closePull(pull?.number ?? 0);
    await stage.reply(root, /^Not applied: .*closed without a merge/);
    expect(await github.read(FILE)).toBe(MANIFEST);
    expect(target.demo.control.limitOf(WORKLOAD.namespace, WORKLOAD.workload)).toBe('384Mi');
  });

  it('is followed through review, merge and rollout to quiet; one line of one file changed', async () => {
    const { stage } = world;
    const root = await reviewed('It still needs more than that.');
    const proposal = await stage.reply(root, /asks to change memory limit.*Somebody else has to approve it/);
    await approve(proposal);
    await stage.reply(root, /^Pull request: .*is open/);
    const [pull] = (await github.pulls()).filter(({ state }) => state === 'open');
    await github.review(pull?.number ?? 0, 'APPROVE');
    await stage.reply(root, /approved there by carol/);
    await github.merge(pull?.number ?? 0);
    await stage.reply(root, /was merged by carol, and the cluster does not have it yet/);
    await sync();
    await stage.reply(root, /^Quiet: .*no kill in/);
    const changed = (await github.read(FILE)).split('\n').filter((line, index) => line !== MANIFEST.split('\n')[index]);
    expect(changed).toHaveLength(1);
    expect(changed[0]).toMatch(/memory: \d+Mi # seen enough in May/);
  });
});
