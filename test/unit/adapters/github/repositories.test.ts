// Closing a pull request when GitHub fails between two calls: nothing is said twice on it.

import { expect, it } from 'vitest';
import type { GitHub } from '../../../../src/adapters/github/client.ts';
import { createRepositories } from '../../../../src/adapters/github/repositories.ts';
import { TransientError } from '../../../../src/ports/fault.ts';

/** A GitHub with one open pull request whose first close is lost. */
function failingOnce() {
  const done: string[] = [];
  let state = 'open';
  let failures = 1;
  const answer = (route: string): unknown =>
    route.endsWith('/reviews') ? [] : { number: 7, html_url: 'https://github.example.com/acme/deploy/pull/7', state };
  const github: GitHub = {
    call: async ({ route }, schema) => schema.parse(answer(route)),
    find: async ({ route }, schema) => schema.parse(answer(route)),
    async attempt({ route }) {
      const isClosing = route.startsWith('PATCH');
      if (isClosing && failures-- > 0) throw new TransientError('GitHub did not answer', { code: 'OOM_REPOSITORY_UNREACHABLE' });
      if (isClosing) state = 'closed';
      done.push(route.split(' ')[0] ?? '');
      return 200;
    },
  };
  return { github, done };
}

it('comments once on a pull request whose close had to be tried again', async () => {
  const { github, done } = failingOnce();
  const repositories = createRepositories({ github, rules: () => [] });
  const known = {
    repository: 'acme/deploy',
    number: 7,
    url: 'https://github.example.com/acme/deploy/pull/7',
    approvedBy: [],
    changesRequestedBy: [],
  };
  const close = () => repositories.close(known, { branch: 'headroom/p1', why: 'nobody merged it' }, AbortSignal.timeout(5000));
  await expect(close()).rejects.toThrow('did not answer');
  expect(done).toEqual([]);
  await close();
  expect(done).toEqual(['PATCH', 'POST', 'DELETE']);
});
