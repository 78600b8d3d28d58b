// The repositories behind pull requests: GitHub where it is configured, else a reason to show. Octokit is loaded only when it is needed.

import type { GitHubConfig } from '../config/github.ts';
import type { Config } from '../config/load.ts';
import type { Rules } from '../config/rules/rules.ts';
import type { Repositories } from '../ports/repositories.ts';
import { withoutRepositories } from '../ports/repositories.ts';

export async function openRepositories(
  { github }: Pick<Config, 'github'>,
  rules: Pick<Rules, 'repositories'>,
): Promise<Repositories> {
  if (github === undefined)
    return withoutRepositories(
      'no repository is configured; set GITHUB_TOKEN or a GitHub App, and name it under repositories in headroom.yaml',
    );
  const { createGitHub } = await import('../adapters/github/client.ts');
  const { createRepositories } = await import('../adapters/github/repositories.ts');
  return createRepositories({
    github: createGitHub({ apiUrl: github.apiUrl, credentials: revealed(github) }),
    rules: () => rules.repositories,
  });
}

function revealed({ credentials }: GitHubConfig) {
  if (credentials.kind === 'token') return { kind: 'token', token: credentials.token.reveal() } as const;
  const { appId, installationId, privateKey } = credentials;
  return { kind: 'app', appId, installationId, privateKey: privateKey.reveal() } as const;
}
