// The patch touches the memory of one container, tests what it replaces, and its diff says exactly that.

import { describe, expect, it } from 'vitest';
import { diffLines } from '../../../../src/domain/change/change-diff.ts';
import { hasDrifted } from '../../../../src/domain/change/now.ts';
import { buildChange } from '../../../../src/domain/change/patch.ts';
import { mi, size, templateContainer, templateState } from '../../../support/build.ts';

const BASE = '/spec/template/spec/containers/0';

describe('buildChange', () => {
  it('replaces the limit and tests the name and the old value', () => {
    const { patch } = buildChange(templateState(), templateContainer(), { limit: mi(384) });
    expect(patch).toEqual([
      { op: 'test', path: `${BASE}/name`, value: 'app' },
      { op: 'test', path: `${BASE}/resources/limits/memory`, value: '256Mi' },
      { op: 'replace', path: `${BASE}/resources/limits/memory`, value: '384Mi' },
    ]);
  });

  it('writes the request with it, and leaves an unchanged one alone', () => {
    const both = buildChange(templateState(), templateContainer(), { limit: mi(384), request: mi(224) });
    expect(both.patch.filter(({ op }) => op === 'replace').map(({ path }) => path)).toEqual([
      `${BASE}/resources/limits/memory`,
      `${BASE}/resources/requests/memory`,
    ]);
    const same = buildChange(templateState(), templateContainer(), { limit: mi(384), request: mi(128) });
    expect(same.patch.some(({ path }) => path.includes('requests'))).toBe(false);
  });

  it('adds the parents that are missing, in order', () => {
    const bare = templateContainer({ hasResources: false, hasLimits: false, hasRequests: false, resources: {} });
    expect(buildChange(templateState(), bare, { limit: mi(64) }).patch.slice(1)).toEqual([
      { op: 'test', path: `${BASE}/resources`, value: null },
      { op: 'add', path: `${BASE}/resources`, value: {} },
      { op: 'add', path: `${BASE}/resources/limits`, value: {} },
      { op: 'add', path: `${BASE}/resources/limits/memory`, value: '64Mi' },
    ]);
  });
});

describe('hasDrifted', () => {
  const change = buildChange(templateState(), templateContainer(), { limit: mi(384) });

  it.each([
    { name: 'as reviewed', container: templateContainer(), drifted: false },
    {
      name: 'another limit',
      container: templateContainer({ resources: { request: size(128), limit: size(300) } }),
      drifted: true,
    },
    {
      name: 'another request',
      container: templateContainer({ resources: { request: size(64), limit: size(256) } }),
      drifted: true,
    },
    { name: 'the container gone', container: undefined, drifted: true },
  ])('$name: $drifted', ({ container, drifted }) => {
    expect(hasDrifted(change, container)).toBe(drifted);
  });
});

it('shows the diff as YAML with its place', () => {
  const change = buildChange(templateState(), templateContainer(), { limit: mi(384) });
  expect(diffLines(change)).toEqual([
    '--- Deployment payments/checkout-api, container app',
    '+++ after the change',
    '  resources:',
    '    limits:',
    '-     memory: 256Mi',
    '+     memory: 384Mi',
    '    requests:',
    '      memory: 128Mi',
  ]);
});
