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
    namespaces: globs,
    workloads: globs,
    containers: globs,
    file: path,
    limit: valuePath.optional(),
    request: valuePath.optional(),
  })
  .refine(({ limit, request }) => request === undefined || limit !== undefined, { error: 'request needs limit beside it' });

const repository = z.strictObject({
  repository: z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, 'owner and name, for example acme/deploy'),
  clusters: globs,
  namespaces: globs,
  branch: z
    .string()
    .regex(/^(?!\/)[\w./-]{1,200}$/, 'the name of a branch')
    .optional(),
  folder: path.optional(),
  files: z.array(file).default([]),
});

export const repositoriesSchema = z.array(repository);

export const pullRequestsSchema = z.strictObject({
  lookEvery: duration.prefault('30s'),
  closeAfter: duration.prefault('14d'),
  syncWithin: duration.prefault('1h'),
});

export const REPOSITORY_KEYS: readonly string[] = [
  ...Object.keys(repository.shape),
  ...Object.keys(file.shape),
  ...Object.keys(pullRequestsSchema.shape),
];
