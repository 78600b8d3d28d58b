// What restarts, and how: by the way the change takes, the workload's strategy, and what guards its pods.

import type { Finding, ReviewInput } from './finding.ts';

export function restartFindings(input: ReviewInput): readonly Finding[] {
  switch (input.change.way) {
    case 'resize':
      return inPlace(input);
    case 'recreate':
      return again(input);
    case 'template':
    case 'pull-request':
      return rolling(input);
  }
}

function inPlace({ change: { workload, pods = [] } }: ReviewInput): readonly Finding[] {
  const kept =
    workload.kind === 'Pod'
      ? 'It lasts as long as this pod does.'
      : 'The template keeps the old limit: the next rollout or a rescheduled pod has it again. Review the fix once more for the template.';
  return [
    tells(`Nothing restarts: ${count(pods.length)} resized in place. ${kept}`),
    warns(
      'A program that sizes its heap when it starts gets nothing from this. A container that happens to be between two runs keeps its old cgroup on Kubernetes up to 1.36.3 (kubernetes#138760).',
    ),
  ];
}

function again({ change: { workload, replacement } }: ReviewInput): readonly Finding[] {
  return [
    warns(
      `A Job’s template cannot be changed. ${workload.name} and its pods are deleted, what they have done so far included, and ${replacement ?? 'a copy'} starts from the beginning under that new name.`,
    ),
  ];
}

function rolling({ change, template, surroundings }: ReviewInput): readonly Finding[] {
  return [
    tells(sentence(template.restart)),
    ...(template.noEffect === undefined ? [] : [warns(template.noEffect)]),
    ...(change.releaseStuck === true
      ? [warns('Pods that cannot get ready with the old template are deleted, so that they start with the new one.')]
      : []),
    ...budgetFindings({ template, surroundings }),
  ];
}

function tells(words: string): Finding {
  return { about: 'restart', level: 'tells', words };
}

function warns(words: string): Finding {
  return { about: 'restart', level: 'warns', words };
}

function budgetFindings({ template, surroundings }: Pick<ReviewInput, 'template' | 'surroundings'>): readonly Finding[] {
  const { budgets } = surroundings;
  if (budgets.kind === 'unavailable')
    return [{ about: 'restart', level: 'not-checked', words: `Disruption budgets: ${budgets.reason}.` }];
  if (template.replicas === undefined) return [];
  return budgets.value.map(({ name, allowed }) => ({
    about: 'restart',
    level: 'tells',
    words: `PodDisruptionBudget ${name} allows ${allowed} disruption${allowed === 1 ? '' : 's'} now; a rollout does not ask it.`,
  }));
}

function count(pods: number): string {
  return pods === 1 ? 'one running pod is' : `${pods} running pods are`;
}

function sentence(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`;
}
