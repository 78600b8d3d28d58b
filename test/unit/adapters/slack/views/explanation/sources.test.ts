// Each number says where it comes from and when it was read: in the channel, in the thread, in answers, and in the file with everything.

import { describe, expect, it } from 'vitest';
import { renderMessage } from '../../../../../../src/adapters/slack/render.ts';
import { answerView } from '../../../../../../src/adapters/slack/views/answers/answers.ts';
import { outputText, outputView } from '../../../../../../src/adapters/slack/views/explanation/output.ts';
import { sourceLines } from '../../../../../../src/adapters/slack/views/explanation/sources.ts';
import type { Answer } from '../../../../../../src/api/answer.ts';
import { known, unavailable } from '../../../../../../src/domain/base/piece.ts';
import { ALL_NAMESPACES } from '../../../../../../src/domain/coverage/watched-namespaces.ts';
import { dossier, evidence, incident, kill, NOW, series } from '../../../../../support/build.ts';

const WHEN = String.raw`<!date\^\d+\^[^>]*>`;
const lastHour = known(
  series(60, (hours) => 200 + hours),
  'Prometheus',
  NOW,
);

function linesOf(given: Parameters<typeof evidence>[0], shown = kill()): string {
  return sourceLines({ kill: shown, dossier: dossier({ evidence: evidence(given) }) }).join('\n');
}

describe('the sources of an explanation', () => {
  it('are told for the kill, the limit, the memory and what is around it, each with its time', () => {
    const text = linesOf({ usage: lastHour });
    expect(text).toMatch(new RegExp(`^Kill, exit code and restarts: the kubelet’s pod status, ${WHEN}$`, 'm'));
    expect(text).toMatch(new RegExp(`^Limit, request and QoS: the pod’s spec, ${WHEN}$`, 'm'));
    expect(text).toMatch(new RegExp(`^Memory: Prometheus, samples.* to ${WHEN}$`, 'm'));
    expect(text).toMatch(new RegExp(`the API server, ${WHEN}$`, 'm'));
  });

  it.each([
    { name: 'the kernel’s log', shown: kill({ shownIn: 'kernel' }), words: 'the node’s kernel log' },
    { name: 'an event', shown: kill({ shownIn: 'event' }), words: 'an event' },
    { name: 'a counter', shown: kill({ shownIn: 'metric' }), words: 'the kernel’s counter, by Prometheus' },
  ])('name $name', ({ shown, words }) => {
    expect(linesOf({}, shown)).toContain(
      `Kill, exit code and restarts: ${words}, ${shown.shownIn === 'metric' ? 'seen ' : ''}<!date`,
    );
  });

  it('name who saw the limit when the pod is gone, and leave out what was not read', () => {
    const text = linesOf({ pod: unavailable('the pod is gone'), usage: unavailable('no Prometheus') });
    expect(text).toContain('Limit and request: the pod as the watcher saw it, <!date');
    expect(text).not.toContain('Memory');
  });

  it('say that one value is one value', () => {
    const usage = known(
      { kind: 'instant' as const, now: { at: NOW, bytes: series(3, () => 1).peak.bytes } },
      'metrics.k8s.io',
      NOW,
    );
    expect(linesOf({ usage })).toMatch(new RegExp(`^Memory: metrics.k8s.io, one value of ${WHEN}$`, 'm'));
  });
});

it('the root message tells them in one line', () => {
  const { blocks } = renderMessage(
    { kind: 'root', incident: incident(), dossier: dossier({ evidence: evidence({ usage: lastHour }) }) },
    false,
  );
  expect(JSON.stringify(blocks)).toMatch(
    new RegExp(`Kill and limit: the kubelet’s pod status; highest sample: Prometheus, ${WHEN}`),
  );
});

it.each<{ readonly answer: Answer; readonly words: string }>([
  {
    answer: { kind: 'recommendation', ref: kill().ref, kill: kill(), dossier: dossier() },
    words: 'Kill, exit code and restarts: the kubelet’s pod status',
  },
  {
    answer: {
      kind: 'incidents',
      which: 'recent',
      incidents: { items: [incident()], page: 0, pages: 1, total: 1, ask: 'recent' },
    },
    words: 'Counted by Headroom itself',
  },
  {
    answer: {
      kind: 'containers',
      scope: { kind: 'cluster', cluster: 'prod', watched: ALL_NAMESPACES },
      lines: { items: [], page: 0, pages: 1, total: 0, ask: 'top' },
      use: known(NOW, 'metrics.k8s.io', NOW),
      incidents: [],
      truncated: false,
    },
    words: 'Use: `metrics.k8s.io`, <!date',
  },
])('the answer $answer.kind tells them', ({ answer, words }) => {
  const look = { plain: false, workspace: undefined, seenBy: { kind: 'private' as const, ask: '' } };
  expect(JSON.stringify(answerView(answer, look).blocks)).toContain(words);
});

describe('the file with everything that was read', () => {
  const EVIL = '\u001b[31m<!channel>\u202E\u0007`<@U0EVIL>&lt;\r';

  it('has each part with its source and time, the samples too', () => {
    const text = outputText({ incident: incident(), dossier: dossier({ evidence: evidence({ usage: lastHour }) }) });
    expect(text).toMatch(/^==== Memory \(Prometheus, read \d{4}-\d\d-\d\dT[\d:.]+Z\) ====$/m);
    expect(text.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z\t[\d.]+ MiB$/gm)).toHaveLength(lastHour.value.points.length);
  });

  it.each([
    {
      name: 'what was read is hostile',
      given: evidence({
        describe: known(EVIL, EVIL, NOW),
        events: known([{ type: EVIL, reason: EVIL, message: EVIL, count: 1, from: EVIL }], EVIL, NOW),
        log: known({ lines: [EVIL, EVIL.repeat(100_000)], cutMidLine: true, instance: 'killed' as const }, EVIL, NOW),
      }),
    },
    {
      name: 'nothing was read, for a hostile reason',
      given: evidence({
        describe: unavailable(EVIL),
        events: unavailable(EVIL),
        log: unavailable(EVIL),
        usage: unavailable(EVIL),
      }),
    },
  ])('cannot turn the reading direction or steer a terminal when $name', ({ given }) => {
    const text = outputText({ incident: incident(), dossier: dossier({ evidence: given }) });
    expect(text).not.toMatch(/(?![\t\n])[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u);
    expect(text.length).toBeLessThanOrEqual(900_000);
  });

  it.each(['javascript:alert(1)', 'https://files.example/a>|<!channel>', 'https://files.example/a b'])(
    'is not linked by an address like %s',
    (link) => {
      const { text } = outputView({ incident: incident(), dossier: dossier() }, link);
      expect(text).not.toMatch(/[<>]/);
    },
  );
});
