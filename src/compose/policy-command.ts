// headroom policy test: what the rules say about a change of one workload, rule by rule, with the reason. Asks nothing of the cluster or of Slack:
// whoever writes rules can try them before they are in force.

import type { Rules } from '../config-file.ts';
import type { Named } from '../domain/approval.ts';
import { approversFor, proposersFor } from '../domain/approval.ts';
import { formatQuantity } from '../domain/memory.ts';
import type { Finding, PolicyQuestion } from '../domain/policy/judge.ts';
import { denial, judge } from '../domain/policy/judge.ts';
import { weekHoursWords } from '../domain/policy/week-hours.ts';
import { inScope, policyFor } from '../domain/policy.ts';
import { formatDuration } from '../domain/time.ts';
import type { Print } from './audit-command.ts';

export type PolicyTest = PolicyQuestion & { readonly name: string };

const MARK: Readonly<Record<Finding['says'], string>> = { allowed: 'ok', denied: 'NO', rehearsed: 'dry' };

/** True when the change would be allowed. */
export function testPolicy({ policy: whole }: Rules, test: PolicyTest, print: Print): boolean {
  const policy = policyFor(whole, test.place);
  const findings = judge(whole, test);
  const fitting = whole.overrides.filter((override) => inScope(override, test.place)).length;
  print(`${test.place.kind} ${test.place.namespace}/${test.name}: ${fitting} of ${whole.overrides.length} overrides apply`);
  print('');
  for (const { rule, says, words } of findings) print(`  ${MARK[says].padEnd(4)} ${`policy.${rule}`.padEnd(24)} ${words}`);
  print('');
  print(`  may propose  ${people(proposersFor(policy, test.place), 'every full member of the workspace')}`);
  print(`  may approve  ${people(approversFor(policy, test.place), 'nobody')}`);
  print(
    `  limits       ${formatQuantity(policy.minLimit)} to ${formatQuantity(policy.maxLimit)}, at most ${policy.maxFactor} times the present one`,
  );
  print(`  expires      after ${formatDuration(policy.proposalExpiry)}`);
  for (const hours of policy.quietHours) print(`  quiet        ${weekHoursWords(hours)}`);
  print('');
  const denied = denial(findings);
  print(denied === undefined ? 'Allowed.' : `Not allowed: ${denied}.`);
  return denied === undefined;
}

function people({ users, groups }: Named, nobody: string): string {
  const all = [...users, ...groups];
  return all.length === 0 ? nobody : all.join(', ');
}
