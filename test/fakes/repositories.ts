// A repository in memory: one edit that fits every change, and pull requests that a test reviews and merges by hand.

import { formatQuantity } from '../../src/domain/base/memory.ts';
import type { PullRequest } from '../../src/domain/change/repository/repository.ts';
import type { EditPlan, PullRequestState, Repositories } from '../../src/ports/repositories.ts';

export type FakeRepositories = Repositories & {
  /** Set: what every plan answers instead. */
  refusal: Exclude<EditPlan, { readonly kind: 'planned' }> | undefined;
  /** Set: the file changed after the review. */
  drift: string | undefined;
  kind: PullRequestState['kind'];
  /** As the host sees it; undefined until one was opened. */
  pullRequest: PullRequest | undefined;
  opened: number;
  readonly withdrawals: string[];
};

export function fakeRepositories(): FakeRepositories {
  const fake: FakeRepositories = {
    refusal: { kind: 'not-configured', reason: 'no repository is configured' },
    drift: undefined,
    kind: 'open',
    pullRequest: undefined,
    opened: 0,
    withdrawals: [],
    async plan({ before, after }) {
      if (fake.refusal !== undefined) return fake.refusal;
      const limit = after.limit === undefined ? 'none' : formatQuantity(after.limit);
      const diff = ['@@ -1,1 +1,1 @@', `- memory: ${before.limit?.text ?? 'none'}`, `+ memory: ${limit}`];
      return { kind: 'planned', edit: { repository: 'acme/deploy', branch: 'main', file: 'apps/checkout.yaml', diff } };
    },
    async open({ edit }) {
      if (fake.pullRequest !== undefined) return { kind: 'open', pullRequest: structuredClone(fake.pullRequest) };
      if (fake.drift !== undefined) return { kind: 'drifted', reason: fake.drift };
      fake.opened += 1;
      const url = `https://github.example.com/${edit.repository}/pull/7`;
      fake.pullRequest = { repository: edit.repository, number: 7, url, approvedBy: [], changesRequestedBy: [] };
      return { kind: 'open', pullRequest: structuredClone(fake.pullRequest) };
    },
    async look(known) {
      return { kind: fake.kind, pullRequest: structuredClone(fake.pullRequest ?? known) };
    },
    async withdraw({ why }) {
      if (fake.kind === 'merged' && fake.pullRequest !== undefined)
        return { kind: 'merged', pullRequest: structuredClone(fake.pullRequest) };
      fake.withdrawals.push(why);
      fake.kind = 'closed';
      return { kind: 'withdrawn' };
    },
  };
  return fake;
}
