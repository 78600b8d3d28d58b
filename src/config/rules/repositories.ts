// The part `repositories` of headroom.yaml: which repository owns which workloads, and where in it their memory is written.

import { z } from 'zod';
import { duration, globs } from './values.ts';

/** A path inside a repository. */
const path = z
  .string()
  .regex(
    /^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))\S+$/,
    'a path from the top of the repository, without a leading slash and without ..',
  );

/** Keys, positions in brackets, keys with dots in quotes. */
const valuePath = z
  .string()
  .regex(
    /^(?:"[^"]+"|[^.[\]"]+|\[\d+\])(?:\.(?:"[^"]+"|[^.[\]"]+)|\[\d+\])*$/,
    'the path of a value, for example resources.limits.memory or workers[0].resources.limits.memory',
  );

const file = z
  .strictObject({
    namespaces: globs.describe('Globs of namespaces this file is for.'),
    workloads: globs.describe('Globs of workload names.'),
    containers: globs.describe('Globs of container names.'),
    file: path.describe('Path in the repository.').meta({ example: 'charts/api/values.yaml' }),
    limit: valuePath.optional().describe('Path of the memory limit in the file.').meta({ example: 'resources.limits.memory' }),
    request: valuePath.optional().describe('Path of the memory request.').meta({ example: 'resources.requests.memory' }),
  })
  .refine(({ limit, request }) => request === undefined || limit !== undefined, { error: 'request needs limit beside it' });

const repository = z.strictObject({
  repository: z
    .string()
    .regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, 'owner and name, for example acme/deploy')
    .describe('Owner and name.')
    .meta({ example: 'acme/deploy' }),
  clusters: globs.describe('Globs of cluster names.'),
  namespaces: globs.describe('Globs of namespaces.').meta({ example: ['web'] }),
  branch: z
    .string()
    .regex(/^(?!\/)[\w./-]{1,200}$/, 'the name of a branch')
    .optional()
    .describe('Branch that pull requests go to; the default branch otherwise.'),
  folder: path.optional().describe('Folder to look in; the whole repository otherwise.'),
  files: z.array(file).prefault([]).describe('Files whose place cannot be found by itself, as Helm values.'),
});

export const repositoriesSchema = z.array(repository);

export const pullRequestsSchema = z.strictObject({
  lookEvery: duration.prefault('30s').describe('How often an open pull request is checked.'),
  closeAfter: duration.prefault('14d').describe('One that stays unmerged this long is closed.'),
  syncWithin: duration.prefault('1h').describe('A merged one that is not in the cluster by then counts as not rolled out.'),
});

export const REPOSITORY_KEYS: readonly string[] = [
  ...Object.keys(repository.shape),
  ...Object.keys(file.shape),
  ...Object.keys(pullRequestsSchema.shape),
];
