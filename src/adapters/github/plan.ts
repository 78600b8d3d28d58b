// Finds the one file that holds a container's memory, and what a change means there: by the configured mapping, else by searching the folder for the
// workload. Two files that fit are never guessed between; a file that does not hold what the cluster has is not edited.

import type { Change } from '../../domain/change/change.ts';
import type { FileRule, RepositoryRule } from '../../domain/change/repository/repository.ts';
import { fileFor } from '../../domain/change/repository/repository.ts';
import { textDiff } from '../../domain/change/repository/text-diff.ts';
import type { EditPlan } from '../../ports/repositories.ts';
import type { GitHub } from './client.ts';
import { editFile, matchFile } from './edit-file.ts';
import type { Blobs, Listed, Repo } from './files.ts';
import { defaultBranch, headOf, listYaml, MOST_FILES, readAll, repoOf } from './files.ts';
import { patchFiles } from './kustomize.ts';

export type Planned = Extract<EditPlan, { readonly kind: 'planned' }> & {
  readonly base: { readonly branch: string; readonly commit: string };
  readonly file: Listed;
  readonly text: string;
};

type NotPossible = Extract<EditPlan, { readonly kind: 'not-possible' }>;

export type Planning = {
  readonly github: GitHub;
  readonly blobs: Blobs;
  readonly rule: RepositoryRule;
  readonly signal: AbortSignal;
};

export async function planEdit(planning: Planning, change: Change): Promise<Planned | NotPossible> {
  const { github, rule, signal } = planning;
  const repo = repoOf(rule.repository);
  const branch = rule.branch ?? (await defaultBranch(github, repo, signal));
  const commit = await headOf(github, { repo, branch }, signal);
  if (commit === undefined) return notPossible(`${rule.repository} has no branch ${branch}`);
  const mapped = fileFor(rule, change);
  const candidates = await candidatesOf(planning, { repo, commit, mapped, change });
  if ('reason' in candidates) return candidates;
  const found = choose(candidates, change, { rule, mapped });
  if ('reason' in found) return found;
  const edited = editFile(found.text, change, found.spots);
  if (edited.kind === 'refused') return notPossible(`${found.path} in ${rule.repository}: ${edited.reason}`);
  const diff = textDiff(found.text, edited.text);
  return {
    kind: 'planned',
    edit: { repository: rule.repository, branch, file: found.path, diff },
    base: { branch, commit },
    file: { path: found.path, sha: found.sha },
    text: edited.text,
  };
}

function notPossible(reason: string): NotPossible {
  return { kind: 'not-possible', reason };
}

type Searching = {
  readonly repo: Repo;
  readonly commit: string;
  readonly mapped: FileRule | undefined;
  readonly change: Change;
};

type Candidate = Listed & { readonly text: string };

async function candidatesOf(
  { github, blobs, rule, signal }: Planning,
  { repo, commit, mapped, change }: Searching,
): Promise<readonly Candidate[] | NotPossible> {
  const folder = mapped === undefined ? rule.folder : undefined;
  const { files, complete } = await listYaml(github, { repo, commit, folder }, signal);
  if (mapped !== undefined) {
    const file = files.find(({ path }) => path === mapped.file);
    return file === undefined
      ? notPossible(`${mapped.file} is not in ${rule.repository}; see repositories.files in headroom.yaml`)
      : readAll(blobs, repo, { files: [file], signal });
  }
  if (!complete || files.length > MOST_FILES)
    return notPossible(
      `${rule.repository} has too many files to search; name a folder, or the file under repositories.files in headroom.yaml`,
    );
  const { name, namespace } = change.workload;
  const likely = files.toSorted((a, b) => likeness(b.path, name, namespace) - likeness(a.path, name, namespace));
  return readAll(blobs, repo, { files: likely, signal });
}

/** Only an order: everything is read. */
function likeness(path: string, name: string, namespace: string): number {
  return (path.includes(name) ? 2 : 0) + (path.includes(namespace) ? 1 : 0);
}

type Chosen = Candidate & { readonly spots: Extract<ReturnType<typeof matchFile>, { readonly kind: 'fits' }>['spots'] };

function choose(
  candidates: readonly Candidate[],
  change: Change,
  { rule, mapped }: { readonly rule: RepositoryRule; readonly mapped: FileRule | undefined },
): Chosen | NotPossible {
  const patches = new Set(mapped === undefined ? candidates.flatMap(({ path, text }) => patchFiles(text, { path, change })) : []);
  const matches = candidates.map((candidate) => ({
    candidate,
    match: matchFile(candidate.text, change, { rule: mapped, isPatch: patches.has(candidate.path) }),
  }));
  const fitting = matches.flatMap(({ candidate, match }) =>
    match.kind === 'fits' ? [{ ...candidate, spots: match.spots }] : [],
  );
  const [first, ...others] = fitting;
  if (first !== undefined && others.length === 0) return first;
  const place = `${change.workload.kind} ${change.workload.namespace}/${change.workload.name}, container ${change.container}`;
  if (first !== undefined) {
    const paths = fitting.map(({ path }) => path).join(', ');
    return notPossible(
      `${place} is in more than one file of ${rule.repository}: ${paths}; name a folder, or the file under repositories.files in headroom.yaml`,
    );
  }
  for (const { candidate, match } of matches)
    if (match.kind === 'differs') return notPossible(`${candidate.path} in ${rule.repository} cannot be edited: ${match.reason}`);
  return notPossible(
    `no file of ${rule.repository} holds ${place}; if a chart makes it, name the file and the paths of its values under repositories.files in headroom.yaml`,
  );
}
