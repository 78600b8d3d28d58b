// GitHub in the environment and repositories in headroom.yaml: what is read, and what each mistake is told.

import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../../src/config/load.ts';
import { parseRules } from '../../../../src/config/rules/rules.ts';
import { DAY, HOUR } from '../../../../src/domain/base/time.ts';

function load(environment: Readonly<Record<string, string>>) {
  return loadConfig({ environment, args: [], readFile: () => '', isTerminal: false, hostname: 'h' });
}

const KEY = '-----BEGIN RSA PRIVATE KEY-----\\nMIIB\\n-----END RSA PRIVATE KEY-----';
const APP = { GITHUB_APP_ID: '12', GITHUB_APP_INSTALLATION_ID: '34', GITHUB_APP_PRIVATE_KEY: KEY };

describe('GitHub', () => {
  it.each([
    { name: 'nothing', environment: {}, kind: undefined },
    { name: 'a token', environment: { GITHUB_TOKEN: 'ghp_12345678' }, kind: 'token' },
    { name: 'an App', environment: APP, kind: 'app' },
  ])('is configured by $name', ({ environment, kind }) => {
    const loaded = load(environment);
    expect(loaded.kind === 'config' && loaded.config.github?.credentials.kind).toBe(kind);
  });

  it('takes line ends of a key in one line, and never prints it', () => {
    const loaded = load({ ...APP, GITHUB_API_URL: 'https://github.example.com/api/v3' });
    if (loaded.kind !== 'config') throw new Error(loaded.problems.join('\n'));
    const { github } = loaded.config;
    expect(github?.apiUrl).toBe('https://github.example.com/api/v3');
    const key = github?.credentials.kind === 'app' ? github.credentials.privateKey : undefined;
    expect(key?.reveal()).toContain('\nMIIB\n');
    expect(JSON.stringify(github)).not.toContain('MIIB');
  });

  it.each(['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'])('may be spoken to at %s', (url) => {
    const loaded = load({ GITHUB_TOKEN: 'ghp_12345678', GITHUB_API_URL: url });
    expect(loaded.kind === 'config' && loaded.config.github?.apiUrl).toBe(url);
  });

  it.each([
    {
      name: 'half an App',
      environment: { GITHUB_APP_ID: '12' },
      settings: ['GITHUB_APP_INSTALLATION_ID', 'GITHUB_APP_PRIVATE_KEY'],
    },
    { name: 'both', environment: { ...APP, GITHUB_TOKEN: 'ghp_12345678' }, settings: ['GITHUB_TOKEN'] },
    { name: 'a key that is none', environment: { ...APP, GITHUB_APP_PRIVATE_KEY: 'abc' }, settings: ['GITHUB_APP_PRIVATE_KEY'] },
    { name: 'a URL that is none', environment: { GITHUB_API_URL: 'github' }, settings: ['GITHUB_API_URL'] },
    {
      name: 'credentials sent in the clear',
      environment: { GITHUB_API_URL: 'HTTP://github.example.com/api/v3' },
      settings: ['GITHUB_API_URL'],
    },
    {
      name: 'a host that only begins like this machine',
      environment: { GITHUB_API_URL: 'http://127.0.0.1.example.com' },
      settings: ['GITHUB_API_URL'],
    },
  ])('refuses $name', ({ environment, settings }) => {
    const loaded = load(environment);
    expect(loaded.kind === 'problems' ? loaded.problems.map((problem) => problem.split(':')[0]) : []).toEqual(settings);
  });
});

describe('repositories', () => {
  it('are read with their files, and how long pull requests may take', () => {
    const parsed = parseRules(`
repositories:
  - repository: acme/deploy
    namespaces: [web]
    branch: main
    folder: clusters/prod
    files:
      - { workloads: [mailer], file: charts/mailer/values.yaml, limit: 'workers[0].resources.limits.memory' }
pullRequests: { closeAfter: 3d }
`);
    if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'));
    expect(parsed.rules).toMatchObject({
      repositories: [
        { repository: 'acme/deploy', clusters: ['*'], files: [{ containers: ['*'], file: 'charts/mailer/values.yaml' }] },
      ],
      pullRequests: { closeAfter: 3 * DAY, syncWithin: HOUR },
    });
  });

  it.each([
    { name: 'a repository without owner', text: '[{repository: deploy}]', place: 'repositories.0.repository' },
    { name: 'a path that leaves it', text: '[{repository: a/b, folder: ../x}]', place: 'repositories.0.folder' },
    {
      name: 'a value path that is none',
      text: '[{repository: a/b, files: [{file: v.yaml, limit: "a..b"}]}]',
      place: 'repositories.0.files.0.limit',
    },
    {
      name: 'a request without limit',
      text: '[{repository: a/b, files: [{file: v.yaml, request: a.b}]}]',
      place: 'repositories.0.files.0',
    },
    { name: 'an unknown key', text: '[{repository: a/b, brnch: main}]', place: 'repositories.0.brnch' },
  ])('names the place of $name', ({ text, place }) => {
    const parsed = parseRules(`repositories: ${text}`);
    expect(parsed.kind === 'problems' ? parsed.problems.map((problem) => problem.split(' (line')[0]) : []).toEqual([place]);
  });
});
