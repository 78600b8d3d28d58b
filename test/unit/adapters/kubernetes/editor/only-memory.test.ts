// What leaves the editor: memory, the mark, and nothing else. The refused rows are what a forged patch, Job or deletion would do.

import { describe, expect, it } from 'vitest';
import type { Call } from '../../../../../src/adapters/kubernetes/client/connection.ts';
import { refusalOf } from '../../../../../src/adapters/kubernetes/editor/only-memory.ts';
import { CHANGE_ANNOTATION, marked } from '../../../../../src/domain/change/change-mark.ts';
import { buildChange } from '../../../../../src/domain/change/patch.ts';
import { mi, templateContainer, templateState } from '../../../../support/build.ts';

const { signal } = new AbortController();
const DEPLOYMENT = '/apis/apps/v1/namespaces/payments/deployments/checkout-api';
const CRON_JOB = '/apis/batch/v1/namespaces/payments/cronjobs/nightly';
const JOBS = '/apis/batch/v1/namespaces/payments/jobs';
const PODS = '/api/v1/namespaces/payments/pods';
const APP = '/spec/template/spec/containers/0';
const NAMED = { op: 'test', path: `${APP}/name`, value: 'app' };
const MARK = `/metadata/annotations/${CHANGE_ANNOTATION.replace('/', '~1')}`;

function patching(body: unknown, path = DEPLOYMENT): Call {
  return { method: 'PATCH', path, body, contentType: 'application/json-patch+json', signal };
}

const memory = { op: 'replace', path: `${APP}/resources/limits/memory`, value: '384Mi' };
const bare = templateContainer({ hasResources: false, hasLimits: false, hasRequests: false, resources: {} });
const whole = templateContainer({ name: '', list: 'pod' });
const job = {
  kind: 'Job',
  metadata: { name: 'copy', annotations: { [CHANGE_ANNOTATION]: 'replaces migrate' } },
  spec: { suspend: true },
};

const SENT: readonly (Partial<Call> & { readonly name: string; readonly call: Call })[] = [
  { name: 'a read', call: { path: '/api/v1/secrets', signal } },
  {
    name: 'a marked change of limit and request',
    call: patching(
      marked(
        buildChange(templateState(), templateContainer(), { limit: mi(384), request: mi(200) }).patch,
        templateState(),
        'P-1 OOM-2',
      ),
    ),
  },
  {
    name: 'a first limit, on an object without annotations',
    call: patching(
      marked(buildChange(templateState(), bare, { limit: mi(64) }).patch, templateState({ hasAnnotations: false }), 'P-1 OOM-2'),
    ),
  },
  {
    name: 'a limit that is taken away',
    call: patching(buildChange(templateState(), templateContainer(), { limit: 'none' }).patch),
  },
  { name: 'the resources of a whole pod', call: patching(buildChange(templateState(), whole, { limit: mi(384) }).patch) },
  {
    name: 'the template of a CronJob',
    call: patching(
      buildChange(templateState({ podSpecPath: '/spec/jobTemplate/spec/template/spec' }), templateContainer(), { limit: mi(384) })
        .patch,
      CRON_JOB,
    ),
  },
  {
    name: 'a pod in place',
    call: patching(
      buildChange(templateState({ podSpecPath: '/spec' }), templateContainer(), { limit: mi(384) }).patch,
      `${PODS}/checkout-api-0/resize`,
    ),
  },
  { name: 'the suspended copy of a Job', call: { method: 'POST', path: JOBS, body: job, signal } },
  {
    name: 'the start of that copy',
    call: patching(
      [
        { op: 'test', path: '/metadata/uid', value: 'u' },
        { op: 'remove', path: '/spec/suspend' },
      ],
      `${JOBS}/copy`,
    ),
  },
  { name: 'the rehearsal of a pod', call: { method: 'POST', path: PODS, body: {}, query: { dryRun: 'All' }, signal } },
  { name: 'a note', call: { method: 'POST', path: '/api/v1/namespaces/payments/events', body: { kind: 'Event' }, signal } },
  {
    name: 'the deletion of one exact pod',
    call: { method: 'DELETE', path: `${PODS}/a`, body: { preconditions: { uid: 'u' } }, signal },
  },
];

const REFUSED: readonly { readonly name: string; readonly call: Call }[] = [
  { name: 'an image', call: patching([NAMED, { op: 'replace', path: `${APP}/image`, value: 'evil' }]) },
  { name: 'a command', call: patching([NAMED, memory, { op: 'add', path: `${APP}/command`, value: ['sh'] }]) },
  { name: 'an environment', call: patching([NAMED, { op: 'add', path: `${APP}/env`, value: [] }]) },
  { name: 'privileges', call: patching([NAMED, { op: 'add', path: `${APP}/securityContext`, value: { privileged: true } }]) },
  { name: 'host network', call: patching([{ op: 'add', path: '/spec/template/spec/hostNetwork', value: 'true' }]) },
  {
    name: 'a service account',
    call: patching([{ op: 'replace', path: '/spec/template/spec/serviceAccountName', value: 'admin' }]),
  },
  { name: 'a volume', call: patching([{ op: 'add', path: '/spec/template/spec/volumes', value: {} }]) },
  { name: 'replicas', call: patching([{ op: 'replace', path: '/spec/replicas', value: '0' }]) },
  { name: 'a label', call: patching([{ op: 'add', path: '/metadata/labels/team', value: 'x' }]) },
  {
    name: 'an annotation of somebody else',
    call: patching([{ op: 'add', path: '/metadata/annotations/a~1b', value: 'P-1 OOM-2' }]),
  },
  { name: 'a mark of any text', call: patching([{ op: 'add', path: MARK, value: 'P-1 and more' }]) },
  { name: 'the removal of the mark', call: patching([{ op: 'remove', path: MARK }]) },
  {
    name: 'all annotations',
    call: patching([{ op: 'add', path: '/metadata/annotations', value: { [CHANGE_ANNOTATION]: 'P-1 OOM-2' } }]),
  },
  {
    name: 'an annotation beside the mark',
    call: patching([
      { op: 'test', path: '/metadata/annotations', value: null },
      { op: 'add', path: '/metadata/annotations', value: { [CHANGE_ANNOTATION]: 'P-1 OOM-2', other: 'x' } },
    ]),
  },
  { name: 'a whole container', call: patching([{ op: 'replace', path: APP, value: { name: 'app', image: 'evil' } }]) },
  { name: 'memory of a container that is not named', call: patching([memory]) },
  { name: 'CPU', call: patching([NAMED, { op: 'replace', path: `${APP}/resources/limits/cpu`, value: '4' }]) },
  { name: 'memory that is no quantity', call: patching([NAMED, { ...memory, value: { a: 'b' } }]) },
  { name: 'memory by another pointer', call: patching([NAMED, { ...memory, path: `${APP}/resources/limits/memory/..` }]) },
  {
    name: 'an empty object in place of resources',
    call: patching([NAMED, { op: 'add', path: `${APP}/resources`, value: {} }, memory]),
  },
  {
    name: 'resources with content',
    call: patching([
      NAMED,
      { op: 'test', path: `${APP}/resources`, value: null },
      { op: 'add', path: `${APP}/resources`, value: { claims: [] } },
    ]),
  },
  { name: 'a move', call: patching([NAMED, { op: 'move', from: `${APP}/name`, path: `${APP}/image` }]) },
  { name: 'a copy', call: patching([NAMED, { op: 'copy', from: `${APP}/name`, path: `${APP}/resources/limits/memory` }]) },
  { name: 'a Secret', call: patching([memory], '/api/v1/namespaces/payments/secrets/db') },
  {
    name: 'a pod that is no resize',
    call: patching([{ ...memory, path: '/spec/containers/0/resources/limits/memory' }], `${PODS}/a`),
  },
  { name: 'a pod’s metadata', call: patching([{ op: 'add', path: MARK, value: 'P-1 OOM-2' }], `${PODS}/a/resize`) },
  { name: 'a merge patch', call: { ...patching({ spec: {} }), contentType: 'application/merge-patch+json' } },
  { name: 'the end of a suspension elsewhere', call: patching([{ op: 'remove', path: '/spec/suspend' }], CRON_JOB) },
  {
    name: 'a start with more',
    call: patching(
      [{ op: 'test', path: '/metadata/uid', value: 'u' }, { op: 'remove', path: '/spec/suspend' }, memory],
      `${JOBS}/copy`,
    ),
  },
  { name: 'a whole object', call: { method: 'PUT', path: DEPLOYMENT, body: {}, signal } },
  { name: 'a Job that is no copy', call: { method: 'POST', path: JOBS, body: { ...job, metadata: { name: 'copy' } }, signal } },
  { name: 'a Job that starts at once', call: { method: 'POST', path: JOBS, body: { ...job, spec: {} }, signal } },
  { name: 'a pod', call: { method: 'POST', path: PODS, body: {}, signal } },
  { name: 'a new Deployment', call: { method: 'POST', path: '/apis/apps/v1/namespaces/payments/deployments', body: {}, signal } },
  {
    name: 'a role binding',
    call: { method: 'POST', path: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', body: {}, signal },
  },
  { name: 'the deletion of whatever has that name', call: { method: 'DELETE', path: `${PODS}/a`, body: {}, signal } },
  {
    name: 'the deletion of a Deployment',
    call: { method: 'DELETE', path: DEPLOYMENT, body: { preconditions: { uid: 'u' } }, signal },
  },
  { name: 'the deletion of all pods', call: { method: 'DELETE', path: PODS, body: { preconditions: { uid: 'u' } }, signal } },
];

describe('the editor sends', () => {
  it.each(SENT)('$name', ({ call }) => {
    expect(refusalOf(call)).toBeUndefined();
  });
});

describe('the editor refuses', () => {
  it.each(REFUSED)('$name', ({ call }) => {
    expect(refusalOf(call)).toBeTypeOf('string');
  });
});
