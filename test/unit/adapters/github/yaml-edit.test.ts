// One value in a YAML text: everything else stays, letter for letter; what cannot be done alone is refused.

import { assert, constantFrom, nat, oneof, property, stringMatching, tuple, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { setValue, valueAt } from '../../../../src/adapters/github/yaml-edit.ts';
import type { Step } from '../../../../src/adapters/github/yaml-path.ts';
import { parsePath, walk } from '../../../../src/adapters/github/yaml-path.ts';

const PATH = ['spec', 'containers', 0, 'resources', 'limits', 'memory'] as const;

function set(text: string, path: readonly Step[] = PATH, value = '384Mi'): string {
  const edited = setValue(text, { document: 0, path }, value);
  return edited.kind === 'edited' ? edited.text : `refused: ${edited.reason}`;
}

describe('setValue', () => {
  it('changes the value and nothing else, with comments, quotes and odd indentation kept', () => {
    const text = `# owned by payments   
spec:
    containers:
    -   name: app   # the app
        resources:
            limits: # raised in March
                cpu:    "1"
                memory:   256Mi   # was 128Mi


            requests: {cpu: 100m,  memory: "128Mi"}
        env: [ ]
...
`;
    expect(set(text)).toBe(text.replace('256Mi', '384Mi'));
    expect(set(text, ['spec', 'containers', 0, 'resources', 'requests', 'memory'])).toBe(text.replace('"128Mi"', '"384Mi"'));
  });

  it.each([
    {
      name: 'limits without memory',
      before:
        'spec:\n  containers:\n    - name: app\n      resources:\n        limits:\n          cpu: 1 # one\n      image: x\n',
      after:
        'spec:\n  containers:\n    - name: app\n      resources:\n        limits:\n          cpu: 1 # one\n          memory: 384Mi\n      image: x\n',
    },
    {
      name: 'limits in braces',
      before: 'spec:\n  containers:\n    - name: app\n      resources: { limits: { cpu: 1 } }\n',
      after: 'spec:\n  containers:\n    - name: app\n      resources: { limits: { cpu: 1, memory: 384Mi } }\n',
    },
    {
      name: 'empty braces',
      before: 'spec:\n  containers:\n    - name: app\n      resources: {}\n      image: x\n',
      after: 'spec:\n  containers:\n    - name: app\n      resources: { limits: { memory: 384Mi } }\n      image: x\n',
    },
    {
      name: 'an empty key',
      before: 'spec:\n  containers:\n    - name: app\n      resources: # none yet\n      image: x\n',
      after:
        'spec:\n  containers:\n    - name: app\n      resources: # none yet\n        limits:\n          memory: 384Mi\n      image: x\n',
    },
    {
      name: 'no resources at all, and no line end',
      before: 'spec:\n  containers:\n    - name: app\n      args:\n        - a\n        - b',
      after:
        'spec:\n  containers:\n    - name: app\n      args:\n        - a\n        - b\n      resources:\n        limits:\n          memory: 384Mi',
    },
    {
      name: 'no resources after a block of text',
      before: 'spec:\n  containers:\n    - name: app\n      command: |\n        one\n        two\n    - name: b\n',
      after:
        'spec:\n  containers:\n    - name: app\n      command: |\n        one\n        two\n      resources:\n        limits:\n          memory: 384Mi\n    - name: b\n',
    },
    {
      name: 'line ends of Windows',
      before: 'spec:\r\n  containers:\r\n    - name: app\r\n      resources:\r\n        limits:\r\n          cpu: 1\r\n',
      after:
        'spec:\r\n  containers:\r\n    - name: app\r\n      resources:\r\n        limits:\r\n          cpu: 1\r\n          memory: 384Mi\r\n',
    },
    {
      name: 'a single-quoted value',
      before: "spec: {containers: [{name: app, resources: {limits: {memory: '256Mi'}}}]}\n",
      after: "spec: {containers: [{name: app, resources: {limits: {memory: '384Mi'}}}]}\n",
    },
    {
      name: 'JSON',
      before: '{"spec": {"containers": [{"name": "app", "resources": {"limits": {"memory": "256Mi"}}}]}}\n',
      after: '{"spec": {"containers": [{"name": "app", "resources": {"limits": {"memory": "384Mi"}}}]}}\n',
    },
    {
      name: 'a null that is not written',
      before: 'spec:\n  containers:\n    - resources:\n        limits:\n          memory:\n          cpu: 1\n',
      after: 'spec:\n  containers:\n    - resources:\n        limits:\n          memory: 384Mi\n          cpu: 1\n',
    },
  ])('edits or adds where there is $name', ({ before, after }) => {
    expect(set(before)).toBe(after);
  });

  it('edits the right one of several documents', () => {
    const text = '---\na: 1\n---\n# second\na: 2\n---\na: 3\n';
    const edited = setValue(text, { document: 1, path: ['a'] }, '9');
    expect(edited).toEqual({ kind: 'edited', text: text.replace('a: 2', 'a: 9') });
  });

  it.each([
    { name: 'an alias', text: 'x: &m 256Mi\nspec: {containers: [{resources: {limits: {memory: *m}}}]}', reason: /alias \*m/ },
    {
      name: 'an anchored value',
      text: 'spec: {containers: [{resources: {limits: {memory: &m 256Mi}}}]}\ny: *m',
      reason: /anchored as &m/,
    },
    {
      name: 'an aliased parent',
      text: 'r: &r {limits: {memory: 256Mi}}\nspec: {containers: [{resources: *r}]}',
      reason: /alias \*r/,
    },
    {
      name: 'a merge',
      text: 'r: &r {limits: {memory: 256Mi}}\nspec: {containers: [{resources: {<<: *r}}]}',
      reason: /merge/,
    },
    {
      name: 'a block of text',
      text: 'spec:\n  containers:\n  - resources:\n      limits:\n        memory: |-\n          256Mi\n',
      reason: /block of text/,
    },
    { name: 'an explicit null', text: 'spec:\n  containers:\n  - resources: ~\n', reason: /cannot be added/ },
    { name: 'no such item', text: 'spec: {containers: []}', reason: /cannot be added/ },
    { name: 'a list where a map should be', text: 'spec:\n  containers:\n  - resources:\n    - a\n', reason: /cannot be added/ },
    { name: 'a template', text: 'spec:\n  {{- if .x }}\n  a: [\n', reason: /not readable/ },
    { name: 'nothing', text: '', reason: /not readable|cannot be added/ },
  ])('refuses $name', ({ text, reason }) => {
    expect(set(text)).toMatch(reason);
  });

  it('never changes a text but for that value, whatever else is in it', () => {
    const scalar = oneof(constantFrom('256Mi', '1Gi', 'true', '0x1f', 'a b'), stringMatching(/^[a-z]{1,8}$/));
    const comment = constantFrom('', ' # note', '  # "x": y');
    const line = tuple(stringMatching(/^[a-z]{2,6}$/), scalar, comment);
    assert(
      property(uniqueArray(line, { minLength: 1, maxLength: 6, selector: ([key]) => key }), nat(), (others, pick) => {
        const lines = others.map(([key, value, note]) => `    ${key}: ${value}${note}`);
        lines.splice(pick % (lines.length + 1), 0, '    MEMORY: 256Mi # here');
        const text = `top:\n  inner:\n${lines.join('\n')}\n# end\n`;
        expect(set(text, ['top', 'inner', 'MEMORY'])).toBe(text.replace('MEMORY: 256Mi', 'MEMORY: 384Mi'));
      }),
    );
  });
});

describe('valueAt', () => {
  it.each([
    { name: 'as it is spelled', text: 'a: 0.25Gi', path: ['a'], value: '0.25Gi' },
    { name: 'a number', text: 'a: 268435456', path: ['a'], value: '268435456' },
    { name: 'nothing', text: 'a: {}', path: ['a', 'b'], value: undefined },
    { name: 'null', text: 'a:', path: ['a'], value: undefined },
  ])('gives $name', ({ text, path, value }) => {
    expect(valueAt(text, { document: 0, path })).toEqual({ kind: 'value', text: value });
  });

  it('refuses what is not a single value, an alias, or not there as a document', () => {
    expect(valueAt('a: [1]', { document: 0, path: ['a'] }).kind).toBe('refused');
    expect(valueAt('a: &x 1\nb: *x', { document: 0, path: ['b'] }).kind).toBe('refused');
    expect(valueAt('a: 1', { document: 3, path: ['a'] }).kind).toBe('refused');
  });
});

describe('a path', () => {
  it.each([
    { text: 'resources.limits.memory', steps: ['resources', 'limits', 'memory'] },
    { text: 'workers[0].resources', steps: ['workers', 0, 'resources'] },
    { text: '[2][0].a', steps: [2, 0, 'a'] },
    { text: '"app.kubernetes.io/x".y', steps: ['app.kubernetes.io/x', 'y'] },
    { text: 'a..b', steps: undefined },
    { text: 'a.', steps: undefined },
    { text: 'a[x]', steps: undefined },
    { text: 'a]b', steps: undefined },
    { text: '', steps: undefined },
  ])('$text', ({ text, steps }) => {
    expect(parsePath(text)).toEqual(steps);
  });

  it('walks as far as there is something', () => {
    expect(walk(parseDocument('a: {b: 1}'), ['a', 'c', 'd'])).toMatchObject({ kind: 'reached', rest: ['c', 'd'] });
  });
});
