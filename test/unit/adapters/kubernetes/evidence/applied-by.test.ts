// Whether kubectl wrote an object and whose memory it set, by what it leaves on it: the annotation of kubectl apply, or the manager of kubectl apply --server-side.

import { expect, it } from 'vitest';
import { templateState } from '../../../../../src/adapters/kubernetes/editor/template.ts';
import { appliedBy } from '../../../../../src/adapters/kubernetes/evidence/applied-by.ts';
import { workload } from '../../../../support/build.ts';

const KEPT = 'kubectl.kubernetes.io/last-applied-configuration';
const PATH = '/spec/template/spec';
const memory = { 'f:spec': { 'f:limits': { 'f:memory': {} } } };

it.each([
  { name: 'by the annotation', annotations: { [KEPT]: '{"limits":{"memory":"256Mi"}}' }, forced: false },
  { name: 'not by a manifest without memory', annotations: { [KEPT]: '{"limits":{"cpu":"1"}}' }, forced: undefined },
  { name: 'by its fields', managedFields: [{ manager: 'kubectl', operation: 'Apply', fieldsV1: memory }], forced: true },
  {
    name: 'not by kubectl edit',
    managedFields: [{ manager: 'kubectl-edit', operation: 'Update', fieldsV1: memory }],
    forced: undefined,
  },
  { name: 'not by nothing', forced: undefined },
])('kubectl is seen $name', ({ annotations, managedFields, forced }) => {
  expect(appliedBy({ annotations, managedFields }, PATH)?.forced).toBe(forced);
});

it.each([
  { name: 'told where nobody else brings it', labels: {}, told: true },
  { name: 'left to the tool that brings it', labels: { 'app.kubernetes.io/managed-by': 'Helm' }, told: false },
])('is $name', ({ labels, told }) => {
  const metadata = { name: 'api', namespace: 'shop', uid: 'u', labels, annotations: { [KEPT]: '{"memory":"1Mi"}' } };
  const spec = { template: { spec: { containers: [{ name: 'app', resources: {} }] } } };
  const state = templateState(workload(), { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec });
  expect(state?.applied !== undefined).toBe(told);
});

const podSpec = {
  containers: [
    { name: 'app', resources: { limits: { cpu: '1', memory: null }, requests: { memory: '64Mi' } } },
    { name: 'proxy', resources: { limits: { memory: '32Mi' } } },
  ],
  initContainers: [{ name: 'init' }],
};
const owned = { 'f:resources': { 'f:limits': { 'f:memory': {} } } };
const fields = { 'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:resources': {} }, 'k:{"name":"proxy"}': owned, 'k:{': {} } };
const app = { list: 'containers', name: 'app', limit: false };
const proxy = { list: 'containers', name: 'proxy', limit: true, request: false };
const pod = { list: 'pod', name: '', limit: false, request: false };

it.each([
  {
    name: 'a manifest',
    marked: { annotations: { [KEPT]: JSON.stringify({ spec: { template: { spec: podSpec } } }) } },
    sets: [{ ...app, request: true }, proxy, { list: 'initContainers', name: 'init', limit: false, request: false }, pod],
  },
  {
    name: 'managed fields',
    marked: {
      managedFields: [{ manager: 'kubectl', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:template': { 'f:spec': fields } } } }],
    },
    sets: [{ ...app, request: false }, proxy, pod],
  },
  { name: 'what is no JSON', marked: { annotations: { [KEPT]: '{"memory":' } }, sets: undefined },
  { name: 'another place', marked: { annotations: { [KEPT]: '{"spec":{"template":{"spec":["memory"]}}}' } }, sets: undefined },
  {
    name: 'odd parts',
    marked: { annotations: { [KEPT]: '{"spec":{"template":{"spec":{"containers":["memory",{"name":1}]}}}}' } },
    sets: [pod],
  },
])('whose memory it sets is read from $name', ({ marked, sets }) => {
  expect(appliedBy(marked, PATH)?.sets).toEqual(sets);
});
