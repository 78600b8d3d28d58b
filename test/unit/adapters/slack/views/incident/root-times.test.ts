// When and how often, as the root message says it.

import { describe, expect, it } from 'vitest';
import { renderMessage } from '../../../../../../src/adapters/slack/render.ts';
import { moment } from '../../../../../../src/adapters/slack/text.ts';
import { toInstant } from '../../../../../../src/domain/base/time.ts';
import type { Incident } from '../../../../../../src/domain/incident/incident.ts';
import { incident, kill, NOW } from '../../../../../support/build.ts';

describe('the times of a root message', () => {
  const shown = (over: Partial<Incident>): string =>
    JSON.stringify(renderMessage({ kind: 'root', incident: incident(over) }, false));

  it('counts from the first kill, not from when it was opened, and says whose restarts it shows', () => {
    const at = kill().finishedAt ?? NOW;
    const several = { openedAt: toInstant(at + 5000), killCount: 2, killTimes: [at, toInstant(at + 90_000)] };
    const pod = `pod \`${kill().ref.pod}\` (*${kill().restartCount}* restarts when that was seen)`;
    expect(shown(several)).toContain(`Killed *2 times* since ${moment(at)}, last in ${pod}.`);
    expect(shown({})).toContain(`Killed *once* in ${pod}.`);
  });

  it('takes the time of a counter for what it is', () => {
    const at = kill().finishedAt ?? NOW;
    expect(shown({})).toContain(`*Last kill*\\n${moment(at)}`);
    expect(shown({ lastKill: kill({ how: 'silent', shownIn: 'metric' }) })).toContain(`*Last kill*\\nseen ${moment(at)}`);
  });
});
