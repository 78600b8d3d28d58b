// GET pods/<name>/log: what a run of a container wrote, the last line of a killed one cut short. The lines follow from the run alone, so that reading twice reads
// the same.

import type { World } from '../../controllers/world.ts';
import { noise } from '../../model/random.ts';
import type { ContainerRecord, PodRecord, Run } from '../../model/run.ts';
import { lastRun } from '../../model/run.ts';
import { badRequest, notFound } from '../refusal.ts';
import type { Target } from '../resources.ts';
import { wholeNumber } from './lists.ts';

const MOST_LINES = 2000;
const DYING_SHARE = 0.7;

export function podLog(
  world: World,
  { namespace, name = '' }: Pick<Target, 'namespace' | 'name'>,
  query: URLSearchParams,
): string {
  const pod = [...world.pods.values()].find((each) => each.namespace === namespace && each.name === name);
  if (pod === undefined) throw notFound({ group: '', resource: 'pods', name });
  const container = chosenContainer(pod, query.get('container') ?? '');
  const tail = wholeNumber(query.get('tailLines'));
  const bytes = wholeNumber(query.get('limitBytes'));
  const run = chosenRun(pod, container, query.get('previous') === 'true' || query.get('previous') === '1');
  if (run.end?.reason === 'StartError') return '';
  const lines = logLines({ world, container, run }, query.get('timestamps') === 'true');
  const text = (tail === undefined ? lines : tail === 0 ? [] : lines.slice(-tail)).join('');
  return bytes === undefined ? text : Buffer.from(text).subarray(0, bytes).toString('utf8');
}

function chosenContainer({ name, containers }: PodRecord, wanted: string): ContainerRecord {
  const [first] = containers;
  if (wanted === '' && first !== undefined && containers.length === 1) return first;
  if (wanted === '')
    throw badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${containers.map((each) => each.name).join(' ')}]`,
    );
  const found = containers.find((each) => each.name === wanted);
  if (found === undefined) throw badRequest(`container ${wanted} is not valid for pod ${name}`);
  return found;
}

/** Previous means the run in `lastState`; otherwise the running one, else the one that just ended. */
function chosenRun(pod: PodRecord, container: ContainerRecord, previous: boolean): Run {
  const last = lastRun(container);
  const run = previous && container.state !== 'back-off' ? container.runs.at(-2) : last;
  if (run !== undefined) return run;
  if (previous) throw badRequest(`previous terminated container "${container.name}" in pod "${pod.name}" not found`);
  throw badRequest(`container "${container.name}" in pod "${pod.name}" is waiting to start: ContainerCreating`);
}

type Written = { readonly world: World; readonly container: ContainerRecord; readonly run: Run };

function logLines({ world, container, run }: Written, timestamps: boolean): readonly string[] {
  const style = container.behaviour.log;
  const every = run.past ? style.everyMs : world.scaled(style.everyMs);
  const until = run.end?.at ?? world.now();
  const count = Math.max(0, Math.floor((until - run.startedAt) / every));
  const from = Math.max(0, count - MOST_LINES);
  const stamp = (at: number): string => (timestamps ? `${new Date(at).toISOString().replace('Z', '000000Z')} ` : '');
  const line = (template: string, index: number, at = run.startedAt + index * every): string => {
    const number = 10_000 + Math.floor(Math.abs(noise(container.phase, index)) * 89_999);
    return stamp(at) + template.replaceAll('{n}', String(number)).replaceAll('{t}', new Date(at).toISOString());
  };
  const begin = from === 0 ? style.start.map((template) => `${line(template, 0)}\n`) : [];
  const body = Array.from({ length: count - from }, (_, index) => {
    const number = from + index + 1;
    return `${line(style.lines[Math.floor(Math.abs(noise(container.phase + 1, number)) * style.lines.length)] ?? '', number)}\n`;
  });
  return [...begin, ...body, ...lastWords(run, line(style.dying, count + 1, until))];
}

/** A kill interrupts a sentence, unless the main process lived on to tell of its dead child. */
function lastWords({ end }: Run, dying: string): readonly string[] {
  if (end === undefined || end.exitCode === 0) return [];
  if (end.exitCode !== 137) return dying.endsWith('\n') ? dying.split(/(?<=\n)/) : [`${dying} up\n`];
  return end.reason === 'OOMKilled' ? [dying.slice(0, Math.floor(dying.length * DYING_SHARE))] : [];
}
