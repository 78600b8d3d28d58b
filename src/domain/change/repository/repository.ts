// Where a workload's manifest lives in a repository, and what a pull request there changes. Configured in headroom.yaml; nothing here is read from the
// cluster but names.

import type { Instant } from '../../base/time.ts';
import type { WorkloadRef } from '../../base/workload.ts';
import { matchesGlob, matchesGlobs } from '../policy/policy.ts';

/** One file that holds the values of some workloads, and where in it: a Helm chart's values, a manifest that search would not find. */
export type FileRule = {
  readonly namespaces: readonly string[];
  /** Globs over the workloads' names. */
  readonly workloads: readonly string[];
  readonly containers: readonly string[];
  /** Path in the repository. */
  readonly file: string;
  /** Path of the value in the file: "workers[0].resources.limits.memory". Undefined: the file is a manifest that holds the workload. */
  readonly limit?: string | undefined;
  readonly request?: string | undefined;
};

export type RepositoryRule = {
  /** "owner/name". */
  readonly repository: string;
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[];
  /** Undefined: the repository's default branch. */
  readonly branch?: string | undefined;
  /** Only files below it are searched. */
  readonly folder?: string | undefined;
  readonly files: readonly FileRule[];
};

/** The edit that was found: shown to whoever reviews, and bound to the approval. */
export type RepositoryEdit = {
  readonly repository: string;
  readonly branch: string;
  readonly file: string;
  /** Lines of a unified diff. */
  readonly diff: readonly string[];
};

export type PullRequest = {
  readonly repository: string;
  readonly number: number;
  readonly url: string;
  /** Logins on the repository's host. */
  readonly approvedBy: readonly string[];
  readonly changesRequestedBy: readonly string[];
  readonly merged?: { readonly by?: string | undefined; readonly at: Instant } | undefined;
};

/** The first rule that is about the workload. */
export function repositoryFor(rules: readonly RepositoryRule[], { cluster, namespace }: WorkloadRef): RepositoryRule | undefined {
  return rules.find(
    (rule) => rule.clusters.some((glob) => matchesGlob(glob, cluster)) && matchesGlobs(rule.namespaces, namespace),
  );
}

/** The first file that is configured for the container; undefined: it has to be searched for. */
export function fileFor(
  { files }: RepositoryRule,
  { workload, container }: { readonly workload: WorkloadRef; readonly container: string },
): FileRule | undefined {
  return files.find(
    (file) =>
      matchesGlobs(file.namespaces, workload.namespace) &&
      matchesGlobs(file.workloads, workload.name) &&
      matchesGlobs(file.containers, container),
  );
}

/** Characters of the hash in a branch's name: enough to tell two installations with proposals of the same number apart. */
const HASH_SHOWN = 8;

/** One branch for each proposal, "headroom/p-17-3fa9c2e1": whoever comes again finds what the first one did, and nobody else's. */
export function branchOf({ id, hash }: { readonly id: string; readonly hash: string }): string {
  return `headroom/${id.toLowerCase()}-${hash.slice(0, HASH_SHOWN)}`;
}

/** Whether two edits write the same: their places in the file may have moved. */
export function sameEdit(a: RepositoryEdit, b: RepositoryEdit): boolean {
  return JSON.stringify(writtenBy(a)) === JSON.stringify(writtenBy(b));
}

/** What an approval is bound to: where, and the lines that go and come. */
function writtenBy({ repository, branch, file, diff }: RepositoryEdit): readonly string[] {
  return [repository, branch, file, ...diff.filter((line) => /^[+-]/.test(line))];
}
