// People ask: this reads the question and leads it to the step that answers it. A name alone finds what it names; a word nobody knows gets the
// nearest right one.

import type { Answer, Choice, Question } from '../../src/api/answer.ts';
import { nearest } from '../../src/domain/base/nearest.ts';
import { placeInWords } from '../../src/domain/coverage/watched-namespaces.ts';
import type { CommandName } from '../../src/domain/query/ask.ts';
import { COMMANDS, commandWords, readAsk } from '../../src/domain/query/ask.ts';
import type { Thing } from '../../src/domain/query/find.ts';
import { thingName } from '../../src/domain/query/find.ts';
import type { Asked, QuerySettings } from './find.ts';
import { choiceOf, finding, pick } from './find.ts';
import type { PastPorts } from './history.ts';
import { approvals, history, listed } from './history.ts';
import type { MutePorts } from './mute.ts';
import { mute, unmute } from './mute.ts';
import type { PodPorts } from './pod.ts';
import { explainNamed, recommendFor } from './pod.ts';
import type { PlacePorts } from './resources.ts';
import { inNamespace, ofWorkload, onNode, top } from './resources.ts';

export type QueryPorts = PodPorts & PlacePorts & PastPorts & MutePorts;

export function createQuery(ports: QueryPorts, settings: QuerySettings) {
  return async function query(question: Question, signal: AbortSignal): Promise<Answer> {
    const { command, text } = readAsk(question.text);
    const asked = { text, person: question.person, page: question.page ?? 0, signal };
    if (command.kind === 'words') return byName(ports, settings, { ...asked, words: command.words });
    return STEPS[command.name](ports, settings, { ...asked, words: command.args });
  };
}

type Step = (ports: QueryPorts, settings: QuerySettings, asked: Asked) => Promise<Answer>;

const STEPS = {
  pod: explainNamed,
  workload: ofWorkload,
  namespace: inNamespace,
  node: onNode,
  top,
  list: (ports, _, asked) => listed(ports, asked, 'open'),
  recent: (ports, _, asked) => listed(ports, asked, 'recent'),
  recommend: recommendFor,
  history,
  approvals,
  mute,
  unmute,
  help: async (ports, _, { words: [word] }) => help(ports, word),
} as const satisfies Record<CommandName, Step>;

function help(ports: QueryPorts, word: string | undefined): Answer {
  if (word === undefined) return { kind: 'help' };
  const command = COMMANDS.find(({ name }) => name === word.toLowerCase());
  if (command !== undefined) return { kind: 'help', command: command.name };
  const near = nearestCommands(ports, word, (name) => `help ${name}`);
  return { kind: 'usage', problem: `"${word.slice(0, 60)}" is no command.`, nearest: near };
}

/** `/oom checkout`: one thing is shown, several are offered; nothing of that name may be a command mistyped. */
async function byName(ports: QueryPorts, settings: QuerySettings, asked: Asked): Promise<Answer> {
  const [word = '', ...rest] = asked.words;
  const name = rest.length === 1 ? asked.words.join('/') : word;
  const found = await finding(ports, { wanted: ['workload', 'pod', 'namespace', 'node'], text: name, signal: asked.signal });
  if (found.kind === 'one') return show(ports, settings, { asked, thing: found.thing });
  if (found.kind === 'several') return pick({ name, things: found.things, asked });
  const commands = nearestCommands(ports, word, (command) => [command, ...rest].join(' '));
  const said = `"${asked.words.join(' ').slice(0, 80)}"`;
  if (found.kind === 'unreadable') return { kind: 'usage', problem: `${said} is no command. ${found.reason}`, nearest: commands };
  return {
    kind: 'usage',
    problem: `${said} is no command, and nothing in ${placeInWords(settings.cluster, settings.watched)} has that name.`,
    nearest: [...commands, ...found.nearest.map(choiceOf)],
  };
}

type Shown = { readonly asked: Asked; readonly thing: Thing };

function show(ports: QueryPorts, settings: QuerySettings, { asked, thing }: Shown): Promise<Answer> {
  const named = { ...asked, words: [thingName(thing)] };
  switch (thing.kind) {
    case 'pod':
    case 'workload':
      return explainNamed(ports, settings, named);
    case 'namespace':
      return inNamespace(ports, settings, named);
    case 'node':
      return onNode(ports, settings, named);
  }
}

function nearestCommands(
  { distance }: Pick<QueryPorts, 'distance'>,
  word: string,
  askFor: (command: string) => string,
): readonly Choice[] {
  return nearest({ candidates: commandWords(), text: word.toLowerCase(), distance, limit: 1 }).map((name) => {
    const ask = askFor(name);
    return { label: ask, ask };
  });
}
