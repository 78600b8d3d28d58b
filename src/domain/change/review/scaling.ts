// Whatever scales the workload by its memory: more request means a lower percentage and fewer pods, and a vertical autoscaler writes what really runs.

import type { Scaler, Vertical } from '../../evidence/surroundings.ts';
import type { Finding, ReviewInput } from './finding.ts';

export function scalingFindings({ change, surroundings }: ReviewInput): readonly Finding[] {
  const { scalers, verticals } = surroundings;
  const requestMoves =
    (change.before.request?.bytes ?? change.before.limit?.bytes) !== (change.after.request ?? change.after.limit);
  return [
    ...(scalers.kind === 'known'
      ? scalers.value.map((scaler) => horizontal(scaler, requestMoves))
      : [unchecked('Autoscalers', scalers.reason)]),
    ...(verticals.kind === 'known' ? verticals.value.map(vertical) : [unchecked('Vertical autoscalers', verticals.reason)]),
  ];
}

function unchecked(what: string, reason: string): Finding {
  return { about: 'scaling', level: 'not-checked', words: `${what}: ${reason}.` };
}

function horizontal({ kind, name, target }: Scaler, requestMoves: boolean): Finding {
  if (target.kind === 'average')
    return {
      about: 'scaling',
      level: 'tells',
      words: `${kind} ${name} scales by an average of memory, which a new limit does not move.`,
    };
  const base = `${kind} ${name} scales at ${target.percent} % of the memory request`;
  return requestMoves
    ? { about: 'scaling', level: 'warns', words: `${base}: a higher request lowers that percentage, and it may scale in.` }
    : { about: 'scaling', level: 'tells', words: `${base}, which stays as it is.` };
}

function vertical({ name, mode, controlsLimits }: Vertical): Finding {
  if (mode === 'Off')
    return { about: 'scaling', level: 'tells', words: `VerticalPodAutoscaler ${name} only recommends (mode Off).` };
  const what = controlsLimits ? 'requests and limits' : 'requests';
  return {
    about: 'scaling',
    level: controlsLimits ? 'warns' : 'tells',
    words: `VerticalPodAutoscaler ${name} (mode ${mode}) writes the ${what} of new pods itself${
      controlsLimits
        ? ': the template’s limit is not what will run. Change its policy (maxAllowed, controlledValues) instead'
        : ''
    }.`,
  };
}
