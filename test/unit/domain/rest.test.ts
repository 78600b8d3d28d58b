// The smaller rules: exit codes, QoS scores, heap settings, what a person typed, globs, the watch window, counting kills, the nearest word.

import { distance } from 'fastest-levenshtein';
import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/domain/base/nearest.ts';
import { formatDuration, HOUR, MINUTE, toInstant, toMillis } from '../../../src/domain/base/time.ts';
import { checkProposedLimits } from '../../../src/domain/change/limits-check.ts';
import { matchesGlob } from '../../../src/domain/change/policy/policy.ts';
import { watchWindow } from '../../../src/domain/change/verdict.ts';
import { findHeapSettings } from '../../../src/domain/evidence/heap-settings.ts';
import { oomScoreAdj } from '../../../src/domain/evidence/qos.ts';
import { addEntry, addKill, REMEMBERED_KILLS } from '../../../src/domain/incident/incident.ts';
import { explainExitCode, explainKillCode } from '../../../src/domain/kill/exit-code.ts';
import { incident, kill, mi, NOW, policy, size } from '../../support/build.ts';

describe('exit codes', () => {
  it.each([
    { code: 137, words: '128 + 9' },
    { code: 143, words: 'SIGTERM' },
    { code: 139, words: 'SIGSEGV' },
    { code: 0, words: 'without an error' },
    { code: 1, words: 'an error of its own' },
  ])('$code', ({ code, words }) => {
    expect(explainExitCode(code)).toContain(words);
  });

  it('says why a kill shows another code than 137', () => {
    expect(explainKillCode(kill({ exitCode: 1 }))).toContain('killed a child process');
    expect(explainKillCode(kill({ how: 'start-oom', exitCode: 128 }))).toContain('128 is the runtime’s own (StartError)');
  });
});

describe('oom_score_adj', () => {
  it.each([
    { name: 'Guaranteed', given: oomScoreAdj('Guaranteed', mi(256), mi(8192)), score: -997 },
    { name: 'BestEffort', given: oomScoreAdj('BestEffort', undefined, mi(8192)), score: 1000 },
    // 1000 − floor(1000 × 256 / 8192) = 1000 − 31
    { name: 'Burstable', given: oomScoreAdj('Burstable', mi(256), mi(8192)), score: 969 },
    { name: 'Burstable with nearly nothing', given: oomScoreAdj('Burstable', mi(1), mi(8192)), score: 999 },
    { name: 'Burstable with nearly all', given: oomScoreAdj('Burstable', mi(8192), mi(8192)), score: 3 },
    { name: 'without the node’s size', given: oomScoreAdj('Burstable', mi(256), undefined), score: undefined },
  ])('$name', ({ given, score }) => {
    expect(given?.score).toBe(score);
  });
});

describe('heap settings', () => {
  const text = (overrides: Partial<Parameters<typeof findHeapSettings>[0]>) => ({ env: [], command: [], args: [], ...overrides });

  it.each([
    { name: '-Xmx', given: text({ env: [{ name: 'JAVA_TOOL_OPTIONS', value: '-Xms64m -Xmx512m' }] }), bytes: mi(512) },
    { name: 'the last -Xmx wins', given: text({ command: ['java', '-Xmx1g', '-Xmx256m', '-jar', 'a.jar'] }), bytes: mi(256) },
    { name: 'a percentage of the limit', given: text({ args: ['-XX:MaxRAMPercentage=75'] }), bytes: mi(192) },
    { name: 'Node.js', given: text({ env: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=200' }] }), bytes: mi(200) },
    { name: 'Go', given: text({ env: [{ name: 'GOMEMLIMIT', value: '230MiB' }] }), bytes: mi(230) },
  ])('$name', ({ given, bytes }) => {
    expect(findHeapSettings(given, mi(256)).map((setting) => setting.bytes)).toEqual([bytes]);
  });

  it('keeps nothing of the value but the flag', () => {
    const [setting] = findHeapSettings(text({ env: [{ name: 'JAVA_OPTS', value: '-Dpassword=hunter2 -Xmx64m' }] }), undefined);
    expect(setting?.setting).toBe('JAVA_OPTS: -Xmx64m');
  });
});

describe('what a person typed', () => {
  const check = (limitText: string, requestText?: string) =>
    checkProposedLimits({
      limitText,
      requestText,
      current: { request: size(128), limit: size(256) },
      policy: policy(),
      allocatable: mi(7680),
    });

  it.each([
    { name: 'no number', limit: 'a lot', words: 'is not a memory quantity' },
    { name: 'megabytes as people write them', limit: '384mb', words: 'did you mean 384Mi' },
    { name: 'the present limit', limit: '256Mi', words: 'has now' },
    { name: 'less than was hit', limit: '200Mi', words: 'lower than' },
    { name: 'more than the policy’s factor', limit: '2Gi', words: 'at most 1Gi' },
    { name: 'a request above the limit', limit: '384Mi', request: '400Mi', words: 'higher than the limit' },
  ])('$name is refused with words', ({ limit, request, words }) => {
    const checked = check(limit, request);
    expect(checked.kind === 'problems' ? checked.problems.map(({ message }) => message).join(' ') : '').toContain(words);
  });

  it('passes a sensible pair, and an empty request leaves it alone', () => {
    expect(check('384Mi', '200Mi')).toEqual({ kind: 'ok', limit: mi(384), request: mi(200) });
    expect(check('384Mi', ' ')).toEqual({ kind: 'ok', limit: mi(384), request: undefined });
  });
});

describe('globs and routes', () => {
  it.each([
    { glob: '*', text: 'payments', matches: true },
    { glob: 'team-*', text: 'team-a', matches: true },
    { glob: 'team-*', text: 'my-team-a', matches: false },
    { glob: '*-prod-*', text: 'eu-prod-1', matches: true },
    { glob: 'a.c', text: 'abc', matches: false },
    { glob: 'ab*b', text: 'ab', matches: false },
  ])('$glob on $text: $matches', ({ glob, text, matches }) => {
    expect(matchesGlob(glob, text)).toBe(matches);
  });
});

describe('the watch window', () => {
  const bounds = { floor: toMillis(10 * MINUTE), ceiling: toMillis(24 * HOUR) };

  it.each([
    { lived: 4 * MINUTE, window: 10 * MINUTE },
    { lived: 3 * HOUR, window: 6 * HOUR },
    { lived: 100 * HOUR, window: 24 * HOUR },
    { lived: undefined, window: 10 * MINUTE },
  ])('lived $lived ms: $window ms', ({ lived, window }) => {
    expect(watchWindow(lived, bounds)).toBe(window);
  });
});

describe('incident', () => {
  it('counts a kill once', () => {
    const first = incident();
    expect(addKill(first, kill())).toBe(first);
    expect(addKill(first, kill({ id: 'prod/pod-1/app/other' })).killCount).toBe(2);
    const suspected = incident({ lastKill: kill({ how: 'suspected' }) });
    expect(addKill(suspected, kill({ how: 'suspected' }))).toBe(suspected);
    expect(addKill(suspected, kill())).toEqual({ ...suspected, lastKill: kill() });
    expect(addKill(first, kill({ how: 'suspected' }))).toBe(first);
  });

  it('remembers the newest fifty', () => {
    const many = Array.from({ length: 80 }, (_, index) => kill({ id: `k-${index}`, finishedAt: toInstant(NOW + index) }));
    const grown = many.reduce(addKill, incident());
    expect(grown.killIds).toHaveLength(REMEMBERED_KILLS);
    expect(grown.killCount).toBe(81);
    expect(grown.lastKill.id).toBe('k-79');
  });

  it('shows each message once', () => {
    const shown = addEntry(incident(), 'root', { kind: 'root' });
    expect(shown.thread).toHaveLength(1);
  });
});

it('finds the nearest word', () => {
  expect(nearest({ candidates: ['pod', 'list', 'help'], text: 'hlep', distance, limit: 1 })).toEqual(['help']);
  expect(nearest({ candidates: ['node', 'pod', 'top'], text: 'tpo', distance, limit: 1 })).toEqual(['top']);
  expect(nearest({ candidates: ['cart', 'checkout-api'], text: 'chekcout', distance, limit: 2 })).toEqual(['checkout-api']);
  expect(nearest({ candidates: ['daemonset/node'], text: 'payments/nope', distance, limit: 1 })).toEqual([]);
});

it.each([
  { length: 42_000, words: '42 seconds' },
  { length: 60_000, words: '1 minute' },
  { length: 2 * HOUR, words: '2 hours' },
])('$length ms is $words', ({ length, words }) => {
  expect(formatDuration(toMillis(length))).toBe(words);
});
