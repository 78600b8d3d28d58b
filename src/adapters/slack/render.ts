// Which view draws which message.

import type { Message } from '../../ports/messenger.ts';
import type { Uploaded } from './upload.ts';
import { digestView } from './views/digest.ts';
import { explanationView } from './views/explanation.ts';
import { followUpView } from './views/follow-up.ts';
import { againView, reminderView } from './views/news.ts';
import { noteView } from './views/note.ts';
import { outputView } from './views/output.ts';
import { outcomeView, proposalView } from './views/proposal.ts';
import type { Rendered } from './views/rendered.ts';
import { bounded } from './views/rendered.ts';
import { rootView } from './views/root.ts';
import { stormCard, stormView } from './views/storm.ts';

/** `plain`: without charts and folding, for a workspace that refuses them. `file`: the picture that stands in for the chart, or what the message links to. */
export function renderMessage(message: Message, plain: boolean, file?: Uploaded): Rendered {
  return bounded(draw(message, plain, file));
}

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
