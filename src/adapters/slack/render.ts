// Which view draws which message.

import type { Message } from '../../ports/messenger.ts';
import { digestView } from './views/digest.ts';
import { explanationView } from './views/explanation.ts';
import { followUpView } from './views/follow-up.ts';
import { noteView } from './views/note.ts';
import { outcomeView, proposalView } from './views/proposal.ts';
import type { Rendered } from './views/rendered.ts';
import { bounded } from './views/rendered.ts';
import { rootView } from './views/root.ts';

/** `plain`: without charts and folding, for a workspace that refuses them. */
export function renderMessage(message: Message, plain: boolean): Rendered {
  return bounded(draw(message, plain));
}

function draw(message: Message, plain: boolean): Rendered {
  switch (message.kind) {
    case 'root':
      return rootView(message);
    case 'explanation': {
      const { incident, dossier } = message;
      const { ref } = incident.lastKill;
      return explanationView({
        place: { namespace: ref.namespace, pod: ref.pod, container: ref.container },
        kill: incident.lastKill,
        dossier,
        plain,
      });
    }
    case 'proposal':
      return proposalView(message);
    case 'outcome':
      return outcomeView(message);
    case 'follow-up':
      return followUpView(message);
    case 'digest':
      return digestView(message.digest, plain);
    case 'note':
      return noteView(message);
  }
}
