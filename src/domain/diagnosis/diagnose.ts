// Why it happened: ordered rules over the evidence; the first that applies decides (docs/sizing.md). Without enough to go by it
// says "cannot tell yet" and what would settle it.

import { formatBytes } from '../base/memory.ts';
import { formatDuration } from '../base/time.ts';
import type { Kill } from '../kill/oom-kill.ts';
import type { Case, DiagnoseInput, Rule } from './causes/case.ts';
import { caseOf } from './causes/case.ts';
import { childProcess } from './causes/child.ts';
import { heapSetting } from './causes/heap.ts';
import { nodeDoubt, nodePressure, noLimit } from './causes/node.ts';
import { evicted, notKilled, ownHeapWords } from './causes/not-an-oom.ts';
import { podLimit } from './causes/pod-limit.ts';
import { rising } from './causes/rising.ts';
import { leak, limitTooLow, spike } from './causes/shape.ts';
import { shownBy, standing } from './causes/standing.ts';
import { startFailure, startup } from './causes/start.ts';
import { memoryVolume } from './causes/volume.ts';
import type { Diagnosis } from './diagnosis.ts';

/** Objects before curves: what the specification and the kernel say outright is surer than a shape. */
const RULES: readonly Rule[] = [
  nodePressure,
  podLimit,
  noLimit,
  memoryVolume,
  startFailure,
  childProcess,
  heapSetting,
  rising,
  startup,
  leak,
  spike,
  limitTooLow,
];

/** More facts than this are not read. */
const MOST_FACTS = 4;
/** The kernel enforces whole pages; a difference of more than this share is another limit. */
const SAME_LIMIT = 0.95;

export function diagnose(input: DiagnoseInput): Diagnosis {
  const facts = caseOf(input);
  if (input.kill === undefined) return notKilled(facts);
  const found = RULES.map((rule) => rule(facts)).find((each) => each !== undefined) ?? unclear(facts);
  const stands = standing(facts, found);
  const told = withKernel(input.kill, withSuspicion(input.kill, withMore(facts, stands ?? found)));
  const shown = stands === undefined ? shownBy(found) : input.before?.shown;
  return { ...told, facts: told.facts.slice(0, MOST_FACTS), ...(shown === undefined ? {} : { shown }) };
}

/** What stands beside the cause and changes what to make of it. */
function withMore(facts: Case, diagnosis: Diagnosis): Diagnosis {
  const eviction = facts.kill?.how === 'suspected' ? undefined : evicted(facts);
  const heap = ownHeapWords(facts);
  const stale = staleLimit(facts);
  const clock = clockWords(facts);
  const doubt = diagnosis.cause === 'node-pressure' ? undefined : nodeDoubt(facts);
  return {
    ...diagnosis,
    facts: [
      ...(stale === undefined ? [] : [stale]),
      ...(clock === undefined ? [] : [clock]),
      ...diagnosis.facts,
      ...(eviction === undefined ? [] : ['Afterwards the kubelet evicted the whole pod: the node ran short as well.']),
      ...(heap === undefined ? [] : [`The log also says ${heap}: the program’s own heap was full too.`]),
    ],
    ...(doubt === undefined ? {} : { against: [doubt, ...diagnosis.against] }),
  };
}

function clockWords({ kill }: Case): string | undefined {
  if (kill?.clockBehind === undefined) return undefined;
  return `The clock of ${kill.node ?? 'its node'} is ${formatDuration(kill.clockBehind)} behind: the times it gives are too early, and samples may not fit them.`;
}

/** A resize of a container that is not running never reaches the pod's cgroup (kubernetes#138760). */
export function staleLimit({ kill }: Pick<Case, 'kill'>): string | undefined {
  const enforced = kill?.kernel?.limit;
  const { limit } = kill ?? {};
  if (enforced === undefined || limit === undefined || kill?.kernel?.scope === 'node' || kill?.kernel?.scope === 'ancestor')
    return undefined;
  if (enforced >= SAME_LIMIT * limit) return undefined;
  return `The kernel still enforced ${formatBytes(enforced)}, less than the ${formatBytes(limit)} the pod shows: a resize that never reached the kernel. Only a new pod gets the new limit.`;
}

/** What the kernel itself wrote is the surest fact there is. */
function withKernel({ kernel }: Kill, diagnosis: Diagnosis): Diagnosis {
  if (kernel === undefined) return diagnosis;
  const { victim, usage, limit } = kernel;
  const score = victim.oomScoreAdj === undefined ? '' : `, oom_score_adj ${victim.oomScoreAdj}`;
  const group =
    usage === undefined || limit === undefined ? '' : ` The group used ${formatBytes(usage)} of ${formatBytes(limit)}.`;
  const fact = `The kernel says: it killed process ${victim.pid} (${victim.command}), which held ${formatBytes(victim.resident)}${score}.${group}`;
  return { ...diagnosis, facts: [fact, ...diagnosis.facts] };
}

function withSuspicion({ how, shownIn, kernel }: Kill, diagnosis: Diagnosis): Diagnosis {
  if (how !== 'suspected' || kernel !== undefined) return diagnosis;
  const said = shownIn === 'event' ? 'The runtime only says that the process had ended' : 'The runtime did not mark it OOMKilled';
  return {
    ...diagnosis,
    confidence: 'low',
    against: [`${said}; that it was a memory kill is probable, not sure.`, ...diagnosis.against],
    toSettle: 'The kernel log of the node at that time.',
  };
}

function unclear({ limit, points, livedMs }: Case): Diagnosis {
  return {
    cause: 'unclear',
    confidence: 'low',
    summary:
      'It reached its memory limit, and there is too little history to tell whether the limit is too small or the program asks for too much.',
    facts: [
      ...(limit === undefined ? [] : [`The limit is ${formatBytes(limit)}.`]),
      points.length === 0
        ? 'There are no samples of its memory from before the kill.'
        : `There are only ${points.length} samples from before the kill.`,
      ...(livedMs === undefined ? [] : [`It lived ${Math.round(livedMs / 1000)} seconds.`]),
    ],
    against: [],
    toSettle: 'A day of memory samples, from a Prometheus that scrapes the kubelet.',
  };
}
