// Which view draws which message.

import { workloadName } from '../../domain/base/workload.ts';
import type { Incident } from '../../domain/incident/incident.ts';
import type { Message } from '../../ports/messenger.ts';
import { context } from './blocks.ts';
import type { Uploaded } from './client/upload.ts';
import { code, cut } from './text.ts';
import { digestView } from './views/digest/digest.ts';
import { stormCard, stormView } from './views/digest/storm.ts';
import { explanationView } from './views/explanation/explanation.ts';
import { outputView } from './views/explanation/output.ts';
import { againView, reminderView } from './views/incident/news.ts';
import { noteView } from './views/incident/note.ts';
import { rootView } from './views/incident/root.ts';
import { followUpView } from './views/proposal/follow-up.ts';
import { outcomeView, proposalView } from './views/proposal/proposal.ts';
import type { Rendered } from './views/rendered.ts';
import { bounded } from './views/rendered.ts';

/** `plain`: without charts and folding, for a workspace that refuses them. `file`: the picture that stands in for the chart, or what the message links to. */
export function renderMessage(message: Message, plain: boolean, file?: Uploaded): Rendered {
  const drawn = draw(message, plain, file);
  return bounded(isReply(message) ? named(drawn, message.incident) : drawn);
}

type Reply = Exclude<Message, { readonly kind: 'root' | 'storm' | 'digest' }>;

function isReply(message: Message): message is Reply {
  return message.kind !== 'root' && message.kind !== 'storm' && message.kind !== 'digest';
}

/** In a storm's thread the replies of many incidents stand together: each says whose it is. */
function named(rendered: Rendered, { id, stormId, workload }: Incident): Rendered {
  if (stormId === undefined) return rendered;
  const whose = context(`*${id}*`, code(cut(workloadName(workload), LONGEST_NAME)));
  return { ...rendered, text: `${id}: ${rendered.text}`, blocks: [whose, ...rendered.blocks] };
}

const LONGEST_NAME = 120;

function draw(message: Message, plain: boolean, file: Uploaded | undefined): Rendered {
  switch (message.kind) {
    case 'root':
      return message.incident.stormId === undefined ? rootView(message) : stormCard(message);
    case 'explanation': {
      const { incident, dossier } = message;
      const { ref } = incident.lastKill;
      return explanationView({
        place: { namespace: ref.namespace, pod: ref.pod, container: ref.container },
        kill: incident.lastKill,
        dossier,
        plain,
        picture: file?.id,
        incidentId: incident.id,
      });
    }
    case 'proposal':
      return proposalView(message);
    case 'outcome':
      return outcomeView(message);
    case 'again':
      return againView(message);
    case 'reminder':
      return reminderView(message);
    case 'output':
      return outputView(message, file?.link);
    case 'storm':
      return stormView(message);
    case 'follow-up':
      return followUpView(message);
    case 'digest':
      return digestView(message.digest, plain);
    case 'note':
      return noteView(message);
  }
}
