// The log's last lines: of the right run, whole or cut, and fit to be shown whatever the program wrote.

import { describe, expect, it } from 'vitest';
import { chooseRun } from '../../../../../src/adapters/kubernetes/evidence/log-tail.ts';
import { tailOf } from '../../../../../src/adapters/kubernetes/evidence/log-text.ts';
import type { PodContainer, TerminatedState } from '../../../../../src/domain/base/pod.ts';
import type { Kill } from '../../../../../src/domain/kill/oom-kill.ts';
import { CONTAINER_ID, kill, podContainer, podFacts } from '../../../../support/build.ts';

function ended(containerId: string | undefined, over: Partial<TerminatedState> = {}): TerminatedState {
  return { kind: 'terminated', reason: 'OOMKilled', exitCode: 137, containerId, finishedAt: kill().finishedAt, ...over };
}

const LATER = 'b'.repeat(64);
const RUNNING = { kind: 'running' as const };
const WAITING = { kind: 'waiting' as const, reason: 'CrashLoopBackOff' };

describe('whose log it is', () => {
  const cases: readonly {
    readonly name: string;
    readonly kill?: Partial<Kill>;
    readonly container: Partial<PodContainer>;
    readonly run: string;
  }[] = [
    {
      name: 'row 5: killed for good (restartPolicy Never): the current one',
      container: { state: ended(CONTAINER_ID) },
      run: 'current',
    },
    {
      name: 'row 1: killed and running again: the previous one',
      container: { state: RUNNING, lastState: ended(CONTAINER_ID) },
      run: 'previous',
    },
    {
      name: 'row 2: killed and waiting in back-off: the previous one',
      container: { state: WAITING, lastState: ended(CONTAINER_ID) },
      run: 'previous',
    },
    {
      name: 'row 3: killed again since, the earlier kill: the previous one',
      container: { state: ended(LATER), lastState: ended(CONTAINER_ID) },
      run: 'previous',
    },
    {
      name: 'two deaths since: none that is kept',
      container: { state: ended(LATER), lastState: ended('c'.repeat(64)) },
      run: 'gone',
    },
    {
      name: 'row 12: at its start, waiting',
      container: { state: WAITING, lastState: ended(CONTAINER_ID, { reason: 'StartError' }) },
      run: 'previous',
    },
    {
      name: 'a death without the runtime’s id is told by its second',
      kill: { id: 'prod/pod-1/app/run-3-1' },
      container: { state: ended(undefined) },
      run: 'current',
    },
    {
      name: 'of another second without an id: none',
      kill: { id: 'prod/pod-1/app/run-3-1' },
      container: { state: ended(undefined, { finishedAt: undefined }) },
      run: 'gone',
    },
  ];

  it.each(cases)('$name', ({ kill: over, container, run }) => {
    const pod = podFacts({ containers: [podContainer(container)] });
    expect(chooseRun({ ref: kill().ref, kill: kill(over) }, pod)).toEqual({ run, instance: 'killed' });
  });

  const silent = kill({ how: 'silent', shownIn: 'metric', id: `prod/pod-1/app/${CONTAINER_ID}/child-count-1` });
  it.each([
    {
      name: 'goes on',
      container: { state: RUNNING, containerId: CONTAINER_ID },
      chosen: { run: 'current', instance: 'running' },
    },
    {
      name: 'ended since',
      container: { state: RUNNING, containerId: LATER, lastState: ended(CONTAINER_ID, { reason: 'Error', exitCode: 1 }) },
      chosen: { run: 'previous', instance: 'ended' },
    },
    {
      name: 'was killed itself since',
      container: { state: ended(CONTAINER_ID) },
      chosen: { run: 'current', instance: 'killed' },
    },
    {
      name: 'is two runs back',
      container: { state: RUNNING, containerId: LATER, lastState: ended('c'.repeat(64)) },
      chosen: { run: 'gone', instance: 'killed' },
    },
  ])('is of the run whose child was killed, which $name', ({ container, chosen }) => {
    expect(chooseRun({ ref: silent.ref, kill: silent }, podFacts({ containers: [podContainer(container)] }))).toEqual(chosen);
  });

  it('is where the kill showed when the pod is gone', () => {
    expect(chooseRun({ ref: silent.ref, kill: silent }, undefined)).toEqual({ run: 'current', instance: 'running' });
    expect(chooseRun({ ref: kill().ref, kill: kill({ shownIn: 'state' }) }, undefined).run).toBe('current');
    expect(chooseRun({ ref: kill().ref, kill: kill({ shownIn: 'lastState' }) }, undefined).run).toBe('previous');
  });

  it.each([
    {
      name: 'that ended',
      container: { state: ended(LATER, { reason: 'Error' }) },
      chosen: { run: 'current', instance: 'ended' },
    },
    {
      name: 'before, which ended',
      container: { state: RUNNING, lastState: ended(LATER) },
      chosen: { run: 'previous', instance: 'ended' },
    },
    { name: 'that runs', container: { state: RUNNING }, chosen: { run: 'current', instance: 'running' } },
  ])('is of the run $name, when nobody was killed', ({ container, chosen }) => {
    expect(chooseRun({ ref: kill().ref, kill: undefined }, podFacts({ containers: [podContainer(container)] }))).toEqual(chosen);
  });
});

describe('what of a log is shown', () => {
  const tail = (text: string, whole = true) => tailOf(text, { instance: 'killed', whole });

  it.each([
    { name: 'an end in the middle of a line', text: 'one\nloading order 4 of', cut: true },
    { name: 'an end at a line’s end', text: 'one\ntwo\n', cut: false },
    { name: 'nothing', text: '', cut: false },
  ])('marks $name: $cut', ({ text, cut }) => {
    expect(tail(text).cutMidLine).toBe(cut);
  });

  it('does not call the end of an answer the end of a log', () => {
    expect(tail('one\ntwo', false).cutMidLine).toBe(false);
  });

  it('spells out what could steer a terminal or deceive an eye, and drops colours', () => {
    const { lines } = tail('\u001b[31mred\u001b[0m\u0000\u0007\u202etxt\r\n\u001b]0;title\u0007plain\ttab\n');
    expect(lines).toEqual(['red\\x00\\x07\\u202etxt', 'plain\ttab']);
  });

  it('keeps binary from becoming anything else', () => {
    const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code));
    // oxlint-disable-next-line no-control-regex -- that none is left is the point
    expect(tail(bytes).lines.join('')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });

  it('cuts an endless line and says by how much, keeping the newest of an endless text', () => {
    const [line = ''] = tail('x'.repeat(50_000)).lines;
    expect(line).toMatch(/^x{400} … \(49600 more characters\)$/);
    const many = tail(Array.from({ length: 10_000 }, (_, index) => `line ${index} ${'y'.repeat(30)}`).join('\n')).lines;
    expect(many.at(-1)).toContain('line 9999');
    expect(many.length).toBeLessThan(2000);
  });

  it.each([
    'Authorization: Bearer abc.def0123456789',
    'postgres://app:hunter22@db:5432/shop',
    'token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc',
    'AKIAIOSFODNN7EXAMPLE',
    'password: "hunter22"',
    `xoxb-${'1'.repeat(12)}-abcdefgh`,
    `-----BEGIN RSA PRIVATE KEY-----\nMIIE${'a'.repeat(60)}\n`,
  ])('cuts out %j', (secret) => {
    const shown = tail(`before\n${secret}\nafter\n`).lines.join('\n');
    expect(shown).toContain('[redacted]');
    expect(shown).not.toMatch(/hunter22|abc\.def|eyJzdWI|AKIAIOSFODNN7|1{12}|MIIE/);
  });
});
