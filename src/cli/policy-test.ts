// headroom policy test: what the rules say about a change of one workload, rule by rule, with the reason. Whoever writes rules can try them before they are
// in force, for a workload as the cluster has it, or, where none can be reached, for what is given. Nothing is written anywhere.

import { gitOpsOwner, routeOf, waysWith } from '../../handlers/fix/ownership.ts';
import type { Rules } from '../config/rules/rules.ts';
import type { Bytes } from '../domain/base/memory.ts';
import { formatQuantity } from '../domain/base/memory.ts';
import { formatDuration } from '../domain/base/time.ts';
import type { TemplateContainer, Way } from '../domain/change/change.ts';
import type { Named } from '../domain/change/policy/approval.ts';
import { approversFor, proposersFor } from '../domain/change/policy/approval.ts';
import type { Finding, PolicyQuestion } from '../domain/change/policy/judge.ts';
import { denial, judge } from '../domain/change/policy/judge.ts';
import type { ChangeRoute, Policy } from '../domain/change/policy/policy.ts';
import { inScope, policyFor } from '../domain/change/policy/policy.ts';
import { weekHoursWords } from '../domain/change/policy/week-hours.ts';
import { repositoryFor } from '../domain/change/repository/repository.ts';
import { ownerName } from '../domain/evidence/field-owner.ts';
import type { Print } from './audit.ts';
import type { SeenWorkload } from './seen-workload.ts';

export type PolicyTest = Omit<PolicyQuestion, 'sizes'> & {
  readonly name: string;
  /** Undefined: each one that the cluster has. */
  readonly container?: string | undefined;
  readonly asked: AskedSizes;
};

/** What was given: it goes before what the cluster says. Nothing is asked about sizes without a limit. */
export type AskedSizes = {
  readonly limit?: Bytes | undefined;
  readonly current?: Bytes | undefined;
  readonly request?: Bytes | undefined;
  readonly node?: Bytes | undefined;
};

type Said = Finding['says'] | 'unknown';
const MARK: Readonly<Record<Said, string>> = { allowed: 'ok', denied: 'NO', rehearsed: 'dry', unknown: '?' };

/** True when the change would be allowed. */
export function testPolicy(rules: Rules, test: PolicyTest, { seen, print }: { seen: SeenWorkload; print: Print }): boolean {
  if (seen.kind === 'not-seen') {
    print(`Not read from a cluster: ${seen.reason}. The rules are asked about what is given here.`);
    return testOne(rules.policy, test, { print, container: undefined, largestNode: undefined });
  }
  const { template, largestNode } = seen;
  const here = { ...test, place: { ...test.place, labels: { ...template.labels, ...test.place.labels } } };
  tellWorkload(seen, print);
  if (template.closed !== undefined) {
    print(`Not allowed: ${template.closed}`);
    return false;
  }
  const route = tellWays(rules, here, { seen, print });
  const containers = template.containers.filter(({ name }) => test.container === undefined || name === test.container);
  if (containers.length === 0) {
    print(`Not allowed: it has no container ${test.container ?? ''}.`);
    return false;
  }
  return containers
    .map((container) => testOne(rules.policy, { ...here, route: test.route ?? route }, { print, container, largestNode }))
    .every(Boolean);
}

type Seen = Extract<SeenWorkload, { readonly kind: 'seen' }>;

function tellWorkload({ cluster, template }: Seen, print: Print): void {
  const { workload, labels, fieldOwners } = template;
  print(`${workload.kind} ${workload.namespace}/${workload.name} as ${cluster} has it now`);
  print(`  labels       ${listed(Object.entries(labels).map(([name, value]) => `${name}=${value}`))}`);
  print(`  managed by   ${listed(fieldOwners.map((owner) => `${ownerName(owner)} (${owner.signal})`))}`);
  for (const container of template.containers) print(`  ${containerWords(container)}`);
  print('');
}

function listed(words: readonly string[]): string {
  return words.length === 0 ? 'none' : words.join(', ');
}

function containerWords({ name, list, resources: { limit, request } }: TemplateContainer): string {
  const what = { containers: `container ${name}`, initContainers: `init container ${name}`, pod: 'the whole pod' }[list];
  return `${what}: limit ${limit?.text ?? 'none'}, request ${request?.text ?? 'none'}`;
}

/** Each way that is open, what the policy calls it, and whether it lets it; the route that would be taken first. */
function tellWays(
  { policy, repositories }: Rules,
  { place }: Pick<PolicyTest, 'place'>,
  { seen: { template }, print }: { seen: Seen; print: Print },
): ChangeRoute | undefined {
  const { routes } = policyFor(policy, place);
  const owner = gitOpsOwner(template);
  const pullRequest = repositoryFor(repositories, template.workload) === undefined ? undefined : 'possible';
  const ways = waysWith(template, { owner, pullRequest, reason: undefined }).map((way) => ({ way, route: routeOf(way, owner) }));
  for (const { way, route } of ways) {
    const allowed = routes.includes(route);
    const back = route === 'live-override' && owner !== undefined ? `; ${ownerName(owner)} would take it back` : '';
    print(`  ${MARK[allowed ? 'allowed' : 'denied'].padEnd(4)} ${WAYS[way].padEnd(24)} policy.routes calls it ${route}${back}`);
  }
  if (pullRequest === undefined && owner !== undefined)
    print(`  ${MARK.unknown.padEnd(4)} ${WAYS['pull-request'].padEnd(24)} no rule under repositories is about it`);
  print('');
  return (ways.find(({ route }) => routes.includes(route)) ?? ways[0])?.route;
}

const WAYS: Readonly<Record<Way, string>> = {
  template: 'a patch of the template',
  resize: 'running pods in place',
  recreate: 'the Job made again',
  'pull-request': 'a pull request',
};

type Telling = {
  readonly print: Print;
  /** As the cluster has it; undefined: what is given is all that is known. */
  readonly container: TemplateContainer | undefined;
  readonly largestNode: Bytes | undefined;
};

function testOne(whole: Policy, test: PolicyTest, { print, container, largestNode }: Telling): boolean {
  const policy = policyFor(whole, test.place);
  const sizes = sizesOf(test.asked, container, largestNode);
  const findings = judge(whole, { ...test, sizes });
  const fitting = whole.overrides.filter((override) => inScope(override, test.place)).length;
  const of = container === undefined ? '' : `, ${container.list === 'pod' ? 'the whole pod' : container.name}`;
  print(`${test.place.kind} ${test.place.namespace}/${test.name}${of}: ${fitting} of ${whole.overrides.length} overrides apply`);
  print('');
  for (const { rule, says, words } of [...findings, ...unknowns({ policy, test, sizes }, container)])
    print(`  ${MARK[says].padEnd(4)} ${`policy.${rule}`.padEnd(24)} ${words}`);
  print('');
  tellPolicy(policy, test, print);
  print('');
  const denied = denial(findings);
  print(denied === undefined ? 'Allowed.' : `Not allowed: ${denied}.`);
  if (container !== undefined) print('');
  return denied === undefined;
}

function sizesOf(asked: AskedSizes, container: TemplateContainer | undefined, node: Bytes | undefined): PolicyQuestion['sizes'] {
  if (asked.limit === undefined) return undefined;
  return {
    limit: asked.limit,
    currentLimit: asked.current ?? container?.resources.limit?.bytes,
    request: asked.request ?? container?.resources.request?.bytes,
    allocatable: asked.node ?? node,
  };
}

type AskedOne = { readonly policy: Policy; readonly test: PolicyTest; readonly sizes: PolicyQuestion['sizes'] };

/** Rules that nobody could ask, and what they would need. */
function unknowns(
  { policy: { coolDown }, test: { lastWrittenAt }, sizes }: AskedOne,
  container: TemplateContainer | undefined,
): readonly { readonly rule: string; readonly says: Said; readonly words: string }[] {
  const needs = (rule: string, isMissing: boolean, words: string) =>
    isMissing ? [{ rule, says: 'unknown' as const, words }] : [];
  const noCurrent =
    container === undefined ? 'the present limit is not known: --current' : 'it has no limit now: --current gives one';
  return [
    ...needs('minLimit, maxLimit …', sizes === undefined, 'not asked without a limit to try: --limit'),
    ...needs('maxFactor', sizes !== undefined && sizes.currentLimit === undefined, noCurrent),
    ...needs(
      'maxNodeShare',
      sizes !== undefined && sizes.allocatable === undefined,
      'what a node has to give is not known: --node',
    ),
    ...needs('coolDown', coolDown > 0 && lastWrittenAt === undefined, 'when it was changed last is not known: --last-change'),
  ];
}

function tellPolicy(policy: Policy, { place }: PolicyTest, print: Print): void {
  print(`  may propose  ${people(proposersFor(policy, place), 'every full member of the workspace')}`);
  print(`  may approve  ${people(approversFor(policy, place), 'nobody')}`);
  print(
    `  limits       ${formatQuantity(policy.minLimit)} to ${formatQuantity(policy.maxLimit)}, at most ${policy.maxFactor} times the present one`,
  );
  print(`  expires      after ${formatDuration(policy.proposalExpiry)}`);
  for (const hours of policy.approvalHours) print(`  approved in  ${weekHoursWords(hours)}`);
  for (const hours of policy.quietHours) print(`  quiet        ${weekHoursWords(hours)}`);
}

function people({ users, groups }: Named, nobody: string): string {
  const all = [...users, ...groups];
  return all.length === 0 ? nobody : all.join(', ');
}
