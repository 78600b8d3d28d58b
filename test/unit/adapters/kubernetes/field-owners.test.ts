// Whether kubectl wrote an object, by what it leaves on it: the annotation of kubectl apply, or the manager of kubectl apply --server-side.

import { expect, it } from 'vitest';
import { templateState } from '../../../../src/adapters/kubernetes/editor/template.ts';
import { appliedBy } from '../../../../src/adapters/kubernetes/evidence/field-owners.ts';
import { workload } from '../../../support/build.ts';

const KEPT = 'kubectl.kubernetes.io/last-applied-configuration';
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
  expect(appliedBy({ annotations, managedFields })?.forced).toBe(forced);
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
