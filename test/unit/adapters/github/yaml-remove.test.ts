// Taking a value out of a YAML text is the reverse of adding it: what was added goes, everything else stays, byte for byte.

import { describe, expect, it } from 'vitest';
import { editFile } from '../../../../src/adapters/github/edit-file.ts';
import { setValue } from '../../../../src/adapters/github/yaml-edit.ts';
import { removeValue } from '../../../../src/adapters/github/yaml-remove.ts';
import { mi, proposal, size } from '../../../support/build.ts';

const BASE = ['containers', 0, 'resources'] as const;
const LIMIT = { document: 0, path: [...BASE, 'limits', 'memory'] } as const;
const REQUEST = { document: 0, path: [...BASE, 'requests', 'memory'] } as const;

function removed(text: string): string {
  const edited = removeValue(text, LIMIT);
  return edited.kind === 'edited' ? edited.text : `refused: ${edited.reason}`;
}

function added(text: string): string {
  const edited = setValue(text, LIMIT, '384Mi');
  return edited.kind === 'edited' ? edited.text : `refused: ${edited.reason}`;
}

describe('removeValue', () => {
  it.each([
    {
      name: 'beside another value',
      text: 'containers:\n  - name: app\n    resources:\n      limits:\n        cpu: 1 # one\n    image: x\n',
    },
    { name: 'in braces', text: 'containers:\n  - name: app\n    resources: { limits: { cpu: 1 } } # small\n' },
    { name: 'with its parents', text: 'containers:\n  - name: app # the app\n    image: x\n---\nother: 1\n' },
    { name: 'at the end of a text without a line end', text: 'containers:\n  - name: app\n    image: x' },
    { name: 'with line ends of Windows', text: 'containers:\r\n  - name: app\r\n    image: x\r\n' },
  ])('takes back what was added $name', ({ text }) => {
    expect(added(text)).toContain('384Mi');
    expect(removed(added(text))).toBe(text);
  });

  it.each([
    {
      name: 'the first of several in braces',
      text: 'containers: [{ name: app, resources: { limits: { memory: 1Gi, cpu: 1 } } }]\n',
      wanted: 'containers: [{ name: app, resources: { limits: { cpu: 1 } } }]\n',
    },
    {
      name: 'a line with its comment, between others',
      text: 'containers:\n  - resources:\n      limits:\n        # both\n        memory: 1Gi # a lot\n        cpu: 1\n    name: app\n',
      wanted: 'containers:\n  - resources:\n      limits:\n        # both\n        cpu: 1\n    name: app\n',
    },
    { name: 'nothing where it is not', text: 'containers:\n  - name: app\n', wanted: 'containers:\n  - name: app\n' },
    {
      name: 'all that would be left empty',
      text: 'containers:\n  - name: app\n    resources: {limits: {memory: 1Gi}}\n',
      wanted: 'containers:\n  - name: app\n',
    },
  ])('takes out $name', ({ text, wanted }) => {
    expect(removed(text)).toBe(wanted);
  });

  it.each([
    { name: 'a line that something else begins', text: 'containers:\n  - resources:\n      limits:\n        memory: 1Gi\n' },
    {
      name: 'what other places use',
      text: 'containers:\n  - name: app\n    resources: &all\n      limits:\n        memory: 1Gi\n',
    },
    { name: 'what is not readable', text: 'containers: [' },
  ])('refuses $name', ({ text }) => {
    expect(removed(text)).toMatch(/^refused: /);
  });

  it('works in a text inside the text, and not where an operation would lose its value', () => {
    const inner = 'containers:\n  - name: app\n    resources:\n      limits:\n        cpu: 1\n        memory: 1Gi\n';
    const text = `patches:\n  - patch: |\n${inner.replace(/^/gm, '      ').trimEnd()}\nimages: []\n`;
    const spot = { document: 0, path: ['patches', 0, 'patch'], inside: LIMIT };
    expect(removeValue(text, spot)).toEqual({ kind: 'edited', text: text.replace('              memory: 1Gi\n', '') });
    const operations = 'patches:\n- patch: \'[{"op": "add", "path": "/a", "value": "1Gi"}]\'\n';
    const value = { document: 0, path: ['patches', 0, 'patch'], inside: { document: 0, path: [0, 'value'] } };
    expect(removeValue(operations, value)).toMatchObject({ kind: 'refused' });
  });
});

it('brings a file back letter for letter: values by their old spelling, what was added taken out', () => {
  const text = 'containers:\n  - name: app\n    resources:\n      limits: {memory: 1024Mi} # as ever\n';
  const { change } = proposal();
  const raise = {
    ...change,
    before: { limit: { text: '1024Mi', bytes: mi(1024) } },
    after: { limit: mi(2048), request: mi(512) },
  };
  const raised = editFile(text, raise, { limit: LIMIT, request: REQUEST });
  if (raised.kind !== 'edited') throw new Error(raised.reason);
  expect(raised.text).toContain('requests:');
  const back = {
    ...change,
    before: { limit: size(2048), request: size(512) },
    after: { limit: mi(1024), request: undefined },
    texts: { limit: '1024Mi', request: undefined },
  };
  expect(editFile(raised.text, back, { limit: LIMIT, request: REQUEST })).toEqual({ kind: 'edited', text });
});
