// Reads the files of a repository at one commit: the list of its YAML files from the tree, and their texts. Bounded: what is too large or too many is said,
// never silently left out.

import { z } from 'zod';
import { PermanentError } from '../../ports/fault.ts';
import type { GitHub } from './client.ts';

export type Repo = { readonly owner: string; readonly repo: string };

export type Listed = { readonly path: string; readonly sha: string };

/** Larger files are not manifests. */
const LARGEST_FILE = 512 * 1024;
/** So many files are read at most for one search. */
export const MOST_FILES = 600;
const AT_ONCE = 8;

const refSchema = z.object({ object: z.object({ sha: z.string() }) });
const repoSchema = z.object({ default_branch: z.string() });
const treeSchema = z.object({
  truncated: z.boolean().optional(),
  tree: z.array(z.object({ path: z.string(), type: z.string(), sha: z.string(), size: z.number().optional() })),
});
const blobSchema = z.object({ content: z.string(), encoding: z.string() });

export function repoOf(repository: string): Repo {
  const [owner = '', repo = ''] = repository.split('/');
  return { owner, repo };
}

export async function defaultBranch(github: GitHub, repo: Repo, signal: AbortSignal): Promise<string> {
  return (await github.call({ route: 'GET /repos/{owner}/{repo}', parameters: { ...repo }, signal }, repoSchema)).default_branch;
}

/** The newest commit of a branch; undefined when there is no such branch. */
export async function headOf(
  github: GitHub,
  { repo, branch }: { readonly repo: Repo; readonly branch: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  const call = { route: 'GET /repos/{owner}/{repo}/git/ref/{ref}', parameters: { ...repo, ref: `heads/${branch}` }, signal };
  return (await github.find(call, refSchema))?.object.sha;
}

/** All YAML files below the folder at a commit. */
export async function listYaml(
  github: GitHub,
  { repo, commit, folder }: { readonly repo: Repo; readonly commit: string; readonly folder: string | undefined },
  signal: AbortSignal,
): Promise<{ readonly files: readonly Listed[]; readonly complete: boolean }> {
  const parameters = { ...repo, tree_sha: commit, recursive: '1' };
  const { tree, truncated } = await github.call(
    { route: 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}', parameters, signal },
    treeSchema,
  );
  const below = folder === undefined ? '' : `${folder.replace(/\/+$/, '')}/`;
  const files = tree.filter(
    ({ path, type, size }) =>
      type === 'blob' && path.startsWith(below) && /\.(ya?ml|json)$/i.test(path) && (size ?? 0) <= LARGEST_FILE,
  );
  return { files, complete: truncated !== true };
}

/** The text of a blob by its sha, which never changes. */
export type Blobs = (repo: Repo, sha: string, signal: AbortSignal) => Promise<string>;

/** Characters kept; a search reads the same files again and again. */
const KEPT = 32 * 1024 * 1024;

/** Keeps what it has read, the oldest goes first: a second search of the same commit asks GitHub for nothing but the list. */
export function createBlobs(github: GitHub): Blobs {
  const kept = new Map<string, string>();
  let size = 0;
  return async (repo, sha, signal) => {
    const known = kept.get(sha);
    if (known !== undefined) return known;
    const text = await readBlob(github, repo, { sha, signal });
    if (!kept.has(sha)) size += text.length;
    kept.set(sha, text);
    for (const [oldest, old] of kept) {
      if (size <= KEPT) break;
      kept.delete(oldest);
      size -= old.length;
    }
    return text;
  };
}

async function readBlob(
  github: GitHub,
  repo: Repo,
  { sha, signal }: { readonly sha: string; readonly signal: AbortSignal },
): Promise<string> {
  const parameters = { ...repo, file_sha: sha };
  const { content, encoding } = await github.call(
    { route: 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}', parameters, signal },
    blobSchema,
  );
  if (encoding === 'utf-8') return content;
  if (encoding === 'base64') return Buffer.from(content, 'base64').toString('utf8');
  throw new PermanentError(`a file came in the unknown encoding ${encoding}`, { code: 'OOM_REPOSITORY_ANSWER' });
}

/** The texts in the order of the files, a few at once. */
export async function readAll(
  blobs: Blobs,
  repo: Repo,
  { files, signal }: { readonly files: readonly Listed[]; readonly signal: AbortSignal },
): Promise<readonly (Listed & { readonly text: string })[]> {
  const read: (Listed & { readonly text: string })[] = [];
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const batch = files.slice(from, from + AT_ONCE);
    const texts = await Promise.all(batch.map(({ sha }) => blobs(repo, sha, signal)));
    read.push(...batch.map((file, index) => ({ ...file, text: texts[index] ?? '' })));
  }
  return read;
}
