// What the API server says is shown to people: without the objects it quotes, because their environment is in them.

import { describe, expect, it } from 'vitest';
import { networkFault, serverWords } from '../../../../../src/adapters/kubernetes/client/faults.ts';
import { TransientError } from '../../../../../src/ports/fault.ts';

const SECRET = 'hunter2hunter2';

describe('the server’s words', () => {
  it.each([
    {
      name: 'an object as JSON in a text',
      message: `Deployment.apps "x" is invalid: patch: Invalid value: "{\\"env\\":\\"${SECRET}\\"}": quantities must match`,
      shown: 'Deployment.apps "x" is invalid: patch: invalid value: quantities must match',
    },
    {
      name: 'an object as JSON',
      message: `Job.batch "x" is invalid: spec.template.spec: Invalid value: {"Env":[{"Name":"P","Value":"a } brace \\" ${SECRET}"}],"N":{"a":1}}: field is immutable`,
      shown: 'Job.batch "x" is invalid: spec.template.spec: invalid value: field is immutable',
    },
    {
      name: 'an object as Go writes it',
      message: `Job.batch "x" is invalid: spec.template: Invalid value: core.PodTemplateSpec{Env:[]core.EnvVar{{Value:"${SECRET}"}}}: field is immutable, and Invalid value: &v1.X{A:"${SECRET}"}: too`,
      shown: 'Job.batch "x" is invalid: spec.template: invalid value: field is immutable, and invalid value: too',
    },
    { name: 'an object that was cut off', message: `Invalid value: {"Env":"${SECRET}`, shown: 'invalid value' },
    {
      name: 'a plain value',
      message: 'spec.resources.requests: Invalid value: "512Mi": must be less than or equal to memory limit of 256Mi',
      shown: 'spec.resources.requests: Invalid value: "512Mi": must be less than or equal to memory limit of 256Mi',
    },
    { name: 'nothing', message: undefined, shown: 'no message' },
  ])('leave out $name', ({ message, shown }) => {
    expect(serverWords({ message })).toBe(shown);
  });

  it('are cut when they are long', () => {
    expect(serverWords({ message: 'x'.repeat(5000) })).toHaveLength(602);
  });
});

describe('an error on the way to the API server', () => {
  it.each([
    { name: 'a refused connection', error: coded('ECONNREFUSED'), ours: false },
    { name: 'a lost connection', error: coded('UND_ERR_SOCKET'), ours: false },
    { name: 'an answer that never came', error: new DOMException('too late', 'TimeoutError'), ours: false },
    {
      name: 'a length of time that a timer does not take',
      error: Object.assign(new RangeError('out of range'), { code: 'ERR_OUT_OF_RANGE' }),
      ours: true,
    },
    { name: 'an argument that a call does not take', error: coded('UND_ERR_INVALID_ARG'), ours: true },
    { name: 'a property of nothing', error: new TypeError('Cannot read properties of undefined'), ours: true },
  ])('is blamed on whose it is: $name', ({ error, ours }) => {
    const fault = networkFault({ path: '/api/v1/pods' }, error);
    expect(fault === error).toBe(ours);
    expect(fault instanceof TransientError).toBe(!ours);
  });
});

function coded(code: string): Error {
  return Object.assign(new Error('it failed'), { code });
}
