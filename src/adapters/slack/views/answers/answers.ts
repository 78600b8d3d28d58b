// What /oom answers: seen by the person who asked only, unless they share it.

import type { Answer } from '../../../../api/answer.ts';
import type { ContainerRef } from '../../../../domain/base/workload.ts';
import type { Incident } from '../../../../domain/incident/incident.ts';
import { timesInWords } from '../../../../domain/kill/kill-count.ts';
import type { Command } from '../../../../domain/query/ask.ts';
import { COMMANDS } from '../../../../domain/query/ask.ts';
import { context, section } from '../../blocks.ts';
import { code, mention, prose } from '../../text.ts';
import { explanationView } from '../explanation/explanation.ts';
import { fitted } from '../fitted.ts';
import { standingWords } from '../incident/standing-words.ts';
import type { Workspace } from '../permalink.ts';
import type { Rendered } from '../rendered.ts';
import { bounded } from '../rendered.ts';
import { choiceBlock, shareBlock } from './answer-blocks.ts';
import { containersView } from './answer-containers.ts';
import {
  approvalsView,
  choiceView,
  historyView,
  incidentsView,
  mutedView,
  mutesView,
  recommendationView,
} from './answer-lists.ts';

export type AnswerLook = {
  /** Without charts and folding, for a workspace that refuses them. */
  readonly plain: boolean;
  readonly workspace: Workspace;
  /** private: with a way to share it, where that helps and the question can be asked again. shared: says who asked what. */
  readonly seenBy:
    | { readonly kind: 'private'; readonly ask: string }
    | { readonly kind: 'shared'; readonly ask: string; readonly person: string };
};

export function answerView(answer: Answer, look: AnswerLook): Rendered {
  const drawn = draw(answer, look);
  const { seenBy } = look;
  if (seenBy.kind === 'shared') {
    const asked = context(`${mention(seenBy.person)} asked: ${code(`/oom ${seenBy.ask}`)}`);
    return bounded({ ...drawn, blocks: fitted([...drawn.blocks, asked]) });
  }
  if (seenBy.ask === '' || !SHAREABLE.includes(answer.kind)) return bounded({ ...drawn, blocks: fitted(drawn.blocks) });
  return bounded({ ...drawn, blocks: fitted([...drawn.blocks, shareBlock(seenBy.ask)]) });
}

const SHAREABLE: readonly Answer['kind'][] = ['explanation', 'recommendation', 'containers', 'incidents', 'history'];

function draw(answer: Answer, { plain, workspace }: Pick<AnswerLook, 'plain' | 'workspace'>): Rendered {
  switch (answer.kind) {
    case 'help':
      return help(answer.command);
    case 'usage':
      return usage(answer);
    case 'not-found':
      return notFound(answer);
    case 'choice':
      return choiceView(answer);
    case 'explanation':
      return explanation(answer, { plain, workspace });
    case 'recommendation':
      return recommendationView(answer, workspace);
    case 'containers':
      return containersView(answer, workspace);
    case 'incidents':
      return incidentsView(answer, workspace);
    case 'history':
      return historyView(answer, workspace);
    case 'approvals':
      return approvalsView(answer);
    case 'mutes':
      return mutesView(answer);
    case 'muted':
    case 'unmuted':
      return mutedView(answer);
  }
}

type Explanation = Extract<Answer, { readonly kind: 'explanation' }>;

/** The incident comes first: a pod that is new shows nothing of it. */
function explanation(
  { ref, kill, dossier, note, standing }: Explanation,
  { plain, workspace }: Pick<AnswerLook, 'plain' | 'workspace'>,
): Rendered {
  const place = { namespace: ref.namespace, pod: ref.pod, container: ref.container };
  const drawn = explanationView({ place, kill, dossier, plain });
  return {
    ...drawn,
    text: `${standing === undefined ? '' : heard(standing.incident, ref)}${drawn.text}`,
    blocks: [
      ...(standing === undefined ? [] : [section(standingWords(standing, workspace))]),
      ...(note === undefined ? [] : [context(prose(note))]),
      ...drawn.blocks,
    ],
  };
}

function heard(incident: Incident, { container }: ContainerRef): string {
  const which = incident.container === container ? '' : ` (container ${prose(incident.container)})`;
  return `${incident.id}${which}: killed ${timesInWords(incident)}. `;
}

const SHARING = `Only you see the answers; with ${code('share')} behind the question everybody does. A short name is enough: ${code('/oom checkout')}.`;

function lineFor({ name, usage: after, meaning }: (typeof COMMANDS)[number]): string {
  return `${code(`/oom ${name}${after === '' ? '' : ` ${after}`}`)} ${meaning}`;
}

function help(name: string | undefined): Rendered {
  const shown = COMMANDS.filter((command) => name === undefined || command.name === name);
  const also = name === undefined ? [] : shown.flatMap(moreOf);
  const lines = [...shown.map(lineFor), ...also];
  return {
    text: `What you can ask: ${shown.map(lineFor).join('; ')}`,
    blocks: [section(['*What you can ask*', ...lines].join('\n')), section(SHARING)],
  };
}

function moreOf({ example, aliases }: Command): readonly string[] {
  return [...(example === undefined ? [] : [`For example: ${code(`/oom ${example}`)}`]), `Also: ${aliases.map(code).join(', ')}`];
}

function usage({ problem, command, nearest }: Extract<Answer, { readonly kind: 'usage' }>): Rendered {
  const text = prose(problem);
  const known = COMMANDS.find(({ name }) => name === command);
  const hint = known === undefined ? `${code('/oom help')} says what can be asked.` : lineFor(known);
  if (nearest.length === 0) return { text: `${text} ${hint}`, blocks: [section(`${text}\n${hint}`)] };
  return {
    text: `${text} Did you mean ${nearest.map(({ ask }) => code(`/oom ${ask}`)).join(' or ')}?`,
    blocks: [section(`${text} Did you mean:`), ...nearest.map(choiceBlock), section(hint)],
  };
}

function notFound({ problem, nearest }: Extract<Answer, { readonly kind: 'not-found' }>): Rendered {
  const text = prose(problem);
  if (nearest.length === 0) return { text, blocks: [section(text)] };
  return {
    text: `${text} Nearest: ${nearest.map(({ label }) => prose(label)).join(', ')}`,
    blocks: [section(`${text} Nearest:`), ...nearest.map(choiceBlock)],
  };
}
