// Pull requests on GitHub. The branch is named after the proposal and every call first looks for what an earlier one did, so that a crash or a lost answer
// never makes a second one. The commit goes through only while the file is the one that was read.

import { z } from 'zod';
import { parseInstant } from '../../domain/base/time.ts';
import type { PullRequest, RepositoryRule } from '../../domain/change/repository/repository.ts';
import { repositoryFor, sameEdit } from '../../domain/change/repository/repository.ts';
import { PermanentError } from '../../ports/fault.ts';
import type { OpenResult, PullRequestState, Repositories, Withdrawing, Withdrawn } from '../../ports/repositories.ts';
import type { GitHub } from './client.ts';
import type { Repo } from './files.ts';
import { createBlobs, headOf, repoOf } from './files.ts';
import type { Planned } from './plan.ts';
import { planEdit } from './plan.ts';

export type RepositoriesOptions = {
  readonly github: GitHub;
  /** Read anew at each call. */
  readonly rules: () => readonly RepositoryRule[];
};

const pullSchema = z.object({
  number: z.number(),
  html_url: z.url({ protocol: /^https?$/ }),
  state: z.enum(['open', 'closed']),
  merged_at: z.string().nullable().optional(),
  merged_by: z.object({ login: z.string() }).nullable().optional(),
});

const reviewSchema = z.object({ user: z.object({ login: z.string() }).nullable(), state: z.string() });

export function createRepositories({ github, rules }: RepositoriesOptions): Repositories {
  const blobs = createBlobs(github);
  const ruleOf = (repository: string): RepositoryRule | undefined => rules().find((rule) => rule.repository === repository);
  return {
    async plan(change, signal) {
      const rule = repositoryFor(rules(), change.workload);
      if (rule === undefined) return { kind: 'not-configured', reason: NOT_CONFIGURED };
      const planned = await planEdit({ github, blobs, rule, signal }, change);
      return planned.kind === 'planned' ? { kind: 'planned', edit: planned.edit } : planned;
    },
    async open(request, signal) {
      const repo = repoOf(request.edit.repository);
      const known = await findPull(github, { repo, branch: request.branch }, signal);
      if (known !== undefined) return { kind: 'open', pullRequest: known };
      const rule = ruleOf(request.edit.repository);
      if (rule === undefined) return drifted(`${request.edit.repository} is no longer configured`);
      const planned = await planEdit({ github, blobs, rule, signal }, request.change);
      if (planned.kind !== 'planned') return drifted(planned.reason);
      if (!sameEdit(planned.edit, request.edit)) return drifted(`${request.edit.file} changed since the review`);
      return create(github, { ...request, planned, repo, signal });
    },
    look: (pullRequest, signal) => lookAt(github, pullRequest, signal),
    withdraw: (request, signal) => withdraw(github, request, signal),
  };
}

async function withdraw(github: GitHub, { repository, branch, why }: Withdrawing, signal: AbortSignal): Promise<Withdrawn> {
  const repo = repoOf(repository);
  const known = await findPull(github, { repo, branch }, signal);
  if (known !== undefined) {
    const merged = await closePull(github, known, { repo, why, signal });
    if (merged !== undefined) return { kind: 'merged', pullRequest: merged };
  }
  const ref = { ...repo, ref: `heads/${branch}` };
  await github.attempt({ route: 'DELETE /repos/{owner}/{repo}/git/refs/{ref}', parameters: ref, signal }, [404, 422]);
  return { kind: 'withdrawn' };
}

type ClosingPull = { readonly repo: Repo; readonly why: string; readonly signal: AbortSignal };

/** The pull request as it is when somebody merged it before. */
async function closePull(
  github: GitHub,
  known: PullRequest,
  { repo, why, signal }: ClosingPull,
): Promise<PullRequest | undefined> {
  const before = await lookAt(github, known, signal);
  if (before.kind !== 'open') return before.kind === 'merged' ? before.pullRequest : undefined;
  // Closed first: a comment before a close that fails would be made again at the next try.
  const closing = { ...repo, pull_number: known.number, state: 'closed' };
  const status = await github.attempt(
    { route: 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}', parameters: closing, signal },
    [422],
  );
  const after = status === 422 ? await lookAt(github, known, signal) : before;
  if (after.kind === 'merged') return after.pullRequest;
  if (status === 422) throw new PermanentError(`GitHub refused to close ${known.url}`, { code: 'OOM_REPOSITORY_DENIED' });
  const comment = { ...repo, issue_number: known.number, body: why };
  await github.attempt({ route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments', parameters: comment, signal }, []);
  return undefined;
}

const NOT_CONFIGURED = 'no repository is configured for it; add one under repositories in headroom.yaml';

function drifted(reason: string): OpenResult {
  return { kind: 'drifted', reason };
}

type Creating = Parameters<Repositories['open']>[0] & {
  readonly planned: Planned;
  readonly repo: Repo;
  readonly signal: AbortSignal;
};

async function create(github: GitHub, creating: Creating): Promise<OpenResult> {
  const { planned, repo, branch, text, signal } = creating;
  if ((await headOf(github, { repo, branch }, signal)) === undefined) {
    const ref = { ...repo, ref: `refs/heads/${branch}`, sha: planned.base.commit };
    await github.attempt({ route: 'POST /repos/{owner}/{repo}/git/refs', parameters: ref, signal }, [422]);
  }
  if (!(await commit(github, creating))) return drifted(`${planned.file.path} changed since the review`);
  const parameters = { ...repo, title: text.title, body: text.body, head: branch, base: planned.base.branch };
  const status = await github.attempt({ route: 'POST /repos/{owner}/{repo}/pulls', parameters, signal }, [422]);
  const made = await findPull(github, { repo, branch }, signal);
  if (made !== undefined) return { kind: 'open', pullRequest: made };
  throw new PermanentError(`GitHub answered ${status} to the pull request of ${branch}, and has none`, {
    code: 'OOM_REPOSITORY_ANSWER',
  });
}

/** Unless the branch already has the edit: an earlier call made it. False when the file is no longer the one that was read. */
async function commit(github: GitHub, { planned, repo, branch, text, signal }: Creating): Promise<boolean> {
  const contents = {
    route: 'GET /repos/{owner}/{repo}/contents/{path}',
    parameters: { ...repo, path: planned.file.path, ref: branch },
    signal,
  };
  const there = await github.call(contents, z.object({ sha: z.string(), content: z.string() }));
  if (Buffer.from(there.content, 'base64').toString('utf8') === planned.text) return true;
  const parameters = {
    ...repo,
    path: planned.file.path,
    branch,
    message: text.commit,
    content: Buffer.from(planned.text, 'utf8').toString('base64'),
    sha: planned.file.sha,
  };
  return (await github.attempt({ route: 'PUT /repos/{owner}/{repo}/contents/{path}', parameters, signal }, [409])) !== 409;
}

/** The newest one of the branch, whatever became of it. */
async function findPull(
  github: GitHub,
  { repo, branch }: { readonly repo: Repo; readonly branch: string },
  signal: AbortSignal,
): Promise<PullRequest | undefined> {
  const parameters = { ...repo, head: `${repo.owner}:${branch}`, state: 'all', per_page: 100 };
  const found = await github.call(
    { route: 'GET /repos/{owner}/{repo}/pulls', parameters, signal },
    z.array(pullSchema.extend({ head: z.object({ ref: z.string() }) })),
  );
  const pull = found.find(({ head }) => head.ref === branch);
  if (pull === undefined) return undefined;
  return {
    repository: `${repo.owner}/${repo.repo}`,
    number: pull.number,
    url: pull.html_url,
    approvedBy: [],
    changesRequestedBy: [],
  };
}

async function lookAt(github: GitHub, known: PullRequest, signal: AbortSignal): Promise<PullRequestState> {
  const parameters = { ...repoOf(known.repository), pull_number: known.number };
  const pull = await github.call({ route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}', parameters, signal }, pullSchema);
  const reviews = await github.call(
    { route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', parameters: { ...parameters, per_page: 100 }, signal },
    z.array(reviewSchema),
  );
  const mergedAt = parseInstant(pull.merged_at);
  const pullRequest = { ...known, ...opinions(reviews) };
  if (mergedAt === undefined) return { kind: pull.state, pullRequest };
  return { kind: 'merged', pullRequest: { ...pullRequest, merged: { at: mergedAt, by: pull.merged_by?.login } } };
}

/** Each reviewer's newest opinion; a comment is none. */
function opinions(reviews: readonly z.infer<typeof reviewSchema>[]): Pick<PullRequest, 'approvedBy' | 'changesRequestedBy'> {
  const last = new Map<string, string>();
  for (const { user, state } of reviews)
    if (user !== null && ['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'].includes(state)) last.set(user.login, state);
  const who = (wanted: string): readonly string[] => [...last].filter(([, state]) => state === wanted).map(([login]) => login);
  return { approvedBy: who('APPROVED'), changesRequestedBy: who('CHANGES_REQUESTED') };
}
