// The Home tab: what waits for this person's approval, and what is open. At most 20 of each.

import type { HomeView } from '@slack/types';
import type { HomeContent } from '../../../ports/conversation.ts';
import { header, section } from '../blocks.ts';
import { waitingBlocks } from './answer-lists.ts';
import { incidentLine } from './incident-line.ts';

export function homeView({ waiting, incidents }: HomeContent): HomeView {
  return {
    type: 'home',
    blocks: [
      header('Headroom'),
      section(
        `*${incidents.length}* open ${incidents.length === 1 ? 'incident' : 'incidents'}, *${waiting.length}* waiting for your approval.`,
      ),
      ...waiting.flatMap(waitingBlocks),
      { type: 'divider' },
      ...incidents.map((incident) => section(incidentLine(incident))),
      section('Ask about any pod: `/oom pod namespace/pod`'),
    ],
  };
}
