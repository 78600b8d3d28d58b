// How many pods a rolling update adds: the numbers are kubectl's and the Deployment controller's.

import { expect, it } from 'vitest';
import { surgeOf } from '../../../../../src/adapters/kubernetes/evidence/surge.ts';

it.each([
  { name: 'a quarter, rounded up, by default', kind: 'Deployment', spec: { replicas: 3 }, surge: 1 },
  { name: 'a share', kind: 'Deployment', spec: { replicas: 10, strategy: { rollingUpdate: { maxSurge: '50%' } } }, surge: 5 },
  { name: 'a number', kind: 'Deployment', spec: { replicas: 3, strategy: { rollingUpdate: { maxSurge: 2 } } }, surge: 2 },
  { name: 'none when all are taken first', kind: 'Deployment', spec: { replicas: 3, strategy: { type: 'Recreate' } }, surge: 0 },
  { name: 'none of a StatefulSet', kind: 'StatefulSet', spec: { replicas: 3 }, surge: 0 },
])('$name', ({ kind, spec, surge }) => {
  expect(surgeOf(kind, spec)).toBe(surge);
});
