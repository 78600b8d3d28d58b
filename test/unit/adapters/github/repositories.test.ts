// Taking a pull request back when GitHub fails between two calls, or somebody merges it in between: nothing is said twice on it, nothing merged is lost.

import { expect, it } from 'vitest';
import type { GitHub } from '../../../../src/adapters/github/client.ts';
import { createRepositories } from '../../../../src/adapters/github/repositories.ts';
import { TransientError } from '../../../../src/ports/fault.ts';

const BRANCH = 'headroom/p-1-abc';
const REQUEST = { repository: 'acme/deploy', branch: BRANCH, why: 'nobody merged it' };

/** A GitHub with one open pull request; what its first close meets. */
function meeting(first: 'lost' | 'merged' | 'refused') {
  const done: string[] = [];
  let [state, merged, closes] = ['open', false, 0];
  const pull = () => ({
    number: 7,
    html_url: 'https://github.example.com/acme/deploy/pull/7',
    state,
    head: { ref: BRANCH },
    ...(merged ? { merged_at: '2026-05-04T10:00:00Z', merged_by: { login: 'carol' } } : {}),
  });
  const answer = (route: string): unknown => (route.endsWith('/reviews') ? [] : route.endsWith('/pulls') ? [pull()] : pull());
  const github: GitHub = {
    call: async ({ route }, schema) => schema.parse(answer(route)),
    find: async ({ route }, schema) => schema.parse(answer(route)),
    async attempt({ route }) {
      if (route.startsWith('PATCH')) {
        closes += 1;
        if (closes === 1 && first === 'lost')
          throw new TransientError('GitHub did not answer', { code: 'OOM_REPOSITORY_UNREACHABLE' });
        merged = first === 'merged';
        state = first === 'refused' ? 'open' : 'closed';
        if (first !== 'lost') return 422;
      }
      done.push(route.split(' ')[0] ?? '');
      return 200;
    },
  };
  const repositories = createRepositories({ github, rules: () => [] });
  return { done, withdraw: () => repositories.withdraw(REQUEST, AbortSignal.timeout(30_000)) };
}

it('comments once on a pull request whose close had to be tried again', async () => {
  const { withdraw, done } = meeting('lost');
  await expect(withdraw()).rejects.toThrow('did not answer');
  expect(done).toEqual([]);
  expect(await withdraw()).toEqual({ kind: 'withdrawn' });
  expect(done).toEqual(['PATCH', 'POST', 'DELETE']);
});

it('tells what was merged in the moment of the close', async () => {
  const { withdraw, done } = meeting('merged');
  expect(await withdraw()).toMatchObject({ kind: 'merged', pullRequest: { number: 7, merged: { by: 'carol' } } });
  expect(done).toEqual([]);
});

it('is refused when it can neither be closed nor is merged', async () => {
  await expect(meeting('refused').withdraw()).rejects.toMatchObject({ name: 'PermanentError' });
});
