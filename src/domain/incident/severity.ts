// How urgent an incident is, from its kill alone, so that it is known before anything else is read. It decides where the incident goes; it never hides one.

import type { Kill } from '../kill/oom-kill.ts';
import type { Severity } from './route.ts';

/** The kubelet's back-off has reached minutes by then: the container is away more than it is there. */
const OFTEN = 5;

export function severityOf({ how, restartCount, ref }: Pick<Kill, 'how' | 'restartCount' | 'ref'>): Severity {
  if (how === 'node') return 'critical';
  if (how === 'silent' || how === 'suspected' || ref.role === 'ephemeral') return 'info';
  return restartCount >= OFTEN ? 'critical' : 'warning';
}
