// What /oom answers, seen by the person who asked only.

import type { Answer } from '../../../ports/conversation.ts';
import { bullets, section } from '../blocks.ts';
import { code, prose } from '../text.ts';
import { explanationView } from './explanation.ts';
import { listBlocks } from './home.ts';
import type { Rendered } from './rendered.ts';
import { bounded } from './rendered.ts';

const USAGE = [
  `${code('/oom pod <namespace>/<pod>')} explains any pod now, killed or not`,
  `${code('/oom list')} shows what is open`,
  `${code('/oom help')} shows this`,
];

export function answerView(answer: Answer, plain: boolean): Rendered {
  return bounded(draw(answer, plain));
}

function draw(answer: Answer, plain: boolean): Rendered {
  switch (answer.kind) {
    case 'help':
      return { text: `What you can ask: ${USAGE.join('; ')}`, blocks: [section(['*What you can ask*', ...USAGE].join('\n'))] };
    case 'usage':
      return usage(answer);
    case 'not-found':
      return notFound(answer);
    case 'list':
      return { text: `${answer.incidents.length} incidents are open.`, blocks: listBlocks(answer.incidents) };
    case 'explanation': {
      const { ref, kill, dossier } = answer;
      return explanationView({
        place: { namespace: ref.namespace, pod: ref.pod, container: ref.container },
        kill,
        dossier,
        plain,
      });
    }
  }
}

function usage({ problem, nearest }: Extract<Answer, { readonly kind: 'usage' }>): Rendered {
  const suggestion = nearest === undefined ? '' : ` Did you mean ${code(`/oom ${nearest}`)}?`;
  const text = `${prose(problem)}${suggestion}`;
  return { text, blocks: [section([text, ...USAGE].join('\n'))] };
}

function notFound({ problem, nearest }: Extract<Answer, { readonly kind: 'not-found' }>): Rendered {
  const text = prose(problem);
  if (nearest.length === 0) return { text, blocks: [section(text)] };
  return {
    text: `${text} Nearest: ${nearest.map(prose).join(', ')}`,
    blocks: [section(`${text} Nearest:`), bullets(nearest.map((name) => `/oom pod ${name}`))],
  };
}
