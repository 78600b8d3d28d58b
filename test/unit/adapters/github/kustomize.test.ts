// Patches inside a kustomization: found for the workload they are about, and only the one value in them changes, byte for byte.

import { describe, expect, it } from 'vitest';
import { editFile, matchFile } from '../../../../src/adapters/github/edit-file.ts';
import { patchFiles } from '../../../../src/adapters/github/kustomize.ts';
import type { Change } from '../../../../src/domain/change/change.ts';
import { buildChange } from '../../../../src/domain/change/patch.ts';
import { mi, templateContainer, templateState, workload } from '../../../support/build.ts';

/** payments/checkout-api, second container app, from 256Mi to 384Mi. */
function raise({ request, overrides = {} }: { readonly request?: number; readonly overrides?: Partial<Change> } = {}): Change {
  const wanted = { limit: mi(384), ...(request === undefined ? {} : { request: mi(request) }) };
  return { ...buildChange(templateState(), templateContainer({ index: 1 }), wanted), ...overrides };
}

function edited(text: string, change = raise(), isPatch = false): string {
  const match = matchFile(text, change, { isPatch });
  if (match.kind !== 'fits') return match.kind === 'absent' ? 'absent' : `differs: ${match.reason}`;
  const result = editFile(text, change, match.spots);
  return result.kind === 'edited' ? result.text : `refused: ${result.reason}`;
}

const STRATEGIC = `# The shop in production.   
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: payments
resources: [../base]
patches:
  # everybody gets a little more
  - target: {kind: Deployment, name: ".*"}
    patch: |-
      - op: add
        path: /spec/template/metadata/labels/team
        value: shop
  - patch: |-   # the checkout
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: checkout-api

      spec:
        template:
          spec:
            containers:
              - name: app   # the one that matters
                resources:
                  limits: {cpu: "1",  memory: 256Mi}   # measured in March
images: []
`;

const OPERATIONS = `patches:
- target:
    group: apps
    version: v1
    kind: Deployment
    name: checkout-api
  patch: |
    # the proxy
    - op: replace
      path: /spec/template/spec/containers/0/resources/limits/memory
      value: 256Mi
    - op: replace
      path: /spec/template/spec/containers/1/resources/limits/memory
      value: "256Mi" # app
    - {op: add, path: /spec/template/spec/containers/1/resources/requests, value: {memory: 128Mi}}

namePrefix: ''
`;

describe('a strategic merge in a kustomization', () => {
  it('is edited in its one value', () => {
    expect(edited(STRATEGIC)).toBe(STRATEGIC.replace('memory: 256Mi', 'memory: 384Mi'));
  });

  it('gets what is not in it as a line of its own, as far in as its neighbours', () => {
    const block = STRATEGIC.replace(
      'limits: {cpu: "1",  memory: 256Mi}   # measured in March',
      'limits:\n                    memory: 256Mi',
    );
    expect(edited(block, raise({ request: 192 }))).toBe(
      block.replace('memory: 256Mi', 'memory: 384Mi\n                  requests:\n                    memory: 192Mi'),
    );
  });

  it('keeps line ends of Windows', () => {
    const windows = STRATEGIC.replaceAll('\n', '\r\n');
    expect(edited(windows)).toBe(windows.replace('memory: 256Mi', 'memory: 384Mi'));
  });

  it('is found in the old list, and in a Flux Kustomization', () => {
    const inner = STRATEGIC.slice(STRATEGIC.indexOf('      apiVersion: apps'), STRATEGIC.indexOf('images:'));
    const old = `patchesStrategicMerge:\n  - other.yaml\n  - |\n${inner}`;
    expect(edited(old)).toBe(old.replace('256Mi', '384Mi'));
    const flux = `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: shop}\nspec:\n  patches:\n  - patch: |\n${inner}`;
    expect(edited(flux)).toBe(flux.replace('256Mi', '384Mi'));
  });

  it('is taken for the workload that its target names, whatever it calls itself', () => {
    const named = STRATEGIC.replace(
      '  - patch: |-   # the',
      '  - target: {kind: Deployment, name: checkout-api}\n    patch: |-   # the',
    ).replace('name: checkout-api\n\n', 'name: anything\n\n');
    expect(edited(named)).toBe(named.replace('memory: 256Mi', 'memory: 384Mi'));
  });
});

describe('JSON patch operations in a kustomization', () => {
  it('are edited in the operation of the right container', () => {
    expect(edited(OPERATIONS)).toBe(OPERATIONS.replace('"256Mi" # app', '"384Mi" # app'));
    expect(edited(OPERATIONS, raise({ request: 192 }))).toBe(
      OPERATIONS.replace('"256Mi" # app', '"384Mi" # app').replace('128Mi', '192Mi'),
    );
  });

  it('may be JSON in one line, and may set the whole resources', () => {
    const line = `patchesJson6902:\n- target: {kind: Deployment, name: checkout-api}\n  patch: '[{"op": "add", "path": "/spec/template/spec/containers/1/resources", "value": {"limits": {"memory": "256Mi"}}}]' # one\n`;
    expect(edited(line)).toBe(line.replace('256Mi', '384Mi'));
  });

  it('are found in a file of their own that a kustomization names', () => {
    const list =
      'patches:\n- {path: ../patches/memory.yaml, target: {kind: Deployment, name: checkout-api}}\n- {path: other.yaml}\n';
    const place = { path: 'apps/prod/kustomization.yaml', change: raise() };
    expect(patchFiles(list, place)).toEqual(['apps/patches/memory.yaml']);
    expect(patchFiles(list.replace('checkout-api', 'search'), place)).toEqual([]);
    const file = '- op: replace\n  path: /spec/template/spec/containers/1/resources/limits/memory\n  value: 256Mi # app\n';
    expect(edited(file, raise(), true)).toBe(file.replace('256Mi', '384Mi'));
  });

  it('without one for the request leave it to people', () => {
    const without = OPERATIONS.replace(/ {4}- \{op: add.*\n/, '');
    expect(edited(without, raise({ request: 192 }))).toMatch(/^refused: the request is not written there/);
  });
});

describe('a patch that is not only about the workload', () => {
  it.each([
    { name: 'a pattern', text: OPERATIONS.replace('name: checkout-api', 'name: checkout-.*') },
    { name: 'every Deployment', text: OPERATIONS.replace('    name: checkout-api\n', '') },
    { name: 'a label', text: OPERATIONS.replace('name: checkout-api', 'name: checkout-api\n    labelSelector: a=b') },
    { name: 'another kind', text: OPERATIONS.replace('kind: Deployment', 'kind: StatefulSet') },
    { name: 'another group', text: OPERATIONS.replace('group: apps', 'group: argoproj.io') },
    { name: 'another namespace', text: OPERATIONS.replace('group: apps', 'namespace: staging') },
    { name: 'a kustomization of another namespace', text: STRATEGIC.replace('namespace: payments', 'namespace: staging') },
    { name: 'a kind that lists patches for something else', text: STRATEGIC.replace('kind: Kustomization', 'kind: Patcher') },
    {
      name: 'operations without a target',
      text: OPERATIONS.replace(/- target:[\s\S]*?  patch:/, '- patch:').concat('# checkout-api\n'),
    },
    { name: 'another container', text: STRATEGIC.replace('name: app ', 'name: proxy ') },
  ])('is left alone: $name', ({ text }) => {
    expect(edited(text)).toBe('absent');
  });

  it('is never guessed between two', () => {
    const twice = STRATEGIC.replace(
      'images: []\n',
      STRATEGIC.slice(STRATEGIC.indexOf('  - patch: |-   #'), STRATEGIC.indexOf('images:')),
    );
    expect(edited(twice)).toBe('differs: the limit is there more than once');
  });

  it.each([
    { name: 'folded', text: STRATEGIC.replace('|-   # the', '>-   # the').replaceAll('\n      ', '\n\n      ') },
    {
      name: 'with escapes',
      text: 'patches:\n- target: {kind: Deployment, name: checkout-api}\n  patch: "[{\\"op\\": \\"add\\", \\"path\\": \\"/spec/template/spec/containers/1/resources/limits/memory\\", \\"value\\": \\"256Mi\\"}]"\n',
    },
  ])('is not edited when it is written $name', ({ text }) => {
    expect(edited(text)).toMatch(/^refused: .*is written folded or with escapes/);
  });

  it('is not edited when it has another value than the cluster', () => {
    expect(edited(STRATEGIC.replace('memory: 256Mi', 'memory: 300Mi'))).toMatch(/^differs: the limit there is 300Mi/);
  });
});

it('knows a workload without a group, and the resources of a whole pod', () => {
  const job = raise({
    overrides: { list: 'pod', container: '', workload: workload({ apiVersion: 'v1', kind: 'Pod', name: 'lone' }), patch: [] },
  });
  const text = `patches:\n- target: {kind: Pod, name: lone, version: v1}\n  patch: |-\n    - op: add\n      path: /spec/resources/limits\n      value:\n        memory: 256Mi`;
  expect(edited(text, job)).toBe(text.replace('256Mi', '384Mi'));
});
