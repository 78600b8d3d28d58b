// The API server's refusals, word for word (compared with a kube-apiserver 1.36). Thrown by whoever refuses, sent by server.ts.

export type StatusCause = { readonly reason: string; readonly message: string; readonly field: string };

export type StatusDetails = {
  readonly name?: string | undefined;
  readonly group?: string | undefined;
  readonly kind?: string | undefined;
  readonly causes?: readonly StatusCause[];
};

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: number;
  readonly reason: string | undefined;
  readonly details: StatusDetails | undefined;
  /** Of an expired list: how to go on from here, inconsistently. */
  readonly continueToken: string | undefined;

  constructor(
    code: number,
    message: string,
    more: { readonly reason?: string; readonly details?: StatusDetails; readonly continueToken?: string } = {},
  ) {
    super(message);
    this.code = code;
    this.reason = more.reason;
    this.details = more.details;
    this.continueToken = more.continueToken;
  }
}

/** What a refusal is about. `group` is empty for the core API. */
export type About = { readonly group: string; readonly resource: string; readonly name?: string | undefined };

export function statusObject(refusal: Refusal): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: refusal.continueToken === undefined ? {} : { continue: refusal.continueToken },
    status: 'Failure',
    message: refusal.message,
    ...(refusal.reason === undefined ? {} : { reason: refusal.reason }),
    ...(refusal.details === undefined ? {} : { details: refusal.details }),
    code: refusal.code,
  };
}

function qualified({ group, resource }: About): string {
  return group === '' ? resource : `${resource}.${group}`;
}

function detailsOf({ group, resource, name }: About): StatusDetails {
  return { ...(name === undefined ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource };
}

export function unauthorized(): Refusal {
  return new Refusal(401, 'Unauthorized', { reason: 'Unauthorized' });
}

export function notFound(about: About): Refusal {
  return new Refusal(404, `${qualified(about)} "${about.name ?? ''}" not found`, {
    reason: 'NotFound',
    details: detailsOf(about),
  });
}

export function noSuchResource(): Refusal {
  return new Refusal(404, 'the server could not find the requested resource', { reason: 'NotFound', details: {} });
}

export function methodNotAllowed(): Refusal {
  return new Refusal(405, 'the server does not allow this method on the requested resource', {
    reason: 'MethodNotAllowed',
    details: {},
  });
}

export function badRequest(message: string): Refusal {
  return new Refusal(400, message, { reason: 'BadRequest' });
}

export function alreadyExists(about: About): Refusal {
  return new Refusal(409, `${qualified(about)} "${about.name ?? ''}" already exists`, {
    reason: 'AlreadyExists',
    details: detailsOf(about),
  });
}

export function conflict(about: About): Refusal {
  const message = `Operation cannot be fulfilled on ${qualified(about)} "${about.name ?? ''}": the object has been modified; please apply your changes to the latest version and try again`;
  return new Refusal(409, message, { reason: 'Conflict', details: detailsOf(about) });
}

export type Forbidden = About & {
  readonly user: string;
  readonly verb: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
};

export function forbidden({ user, verb, subresource, namespace, ...about }: Forbidden): Refusal {
  const subject = about.name === undefined ? qualified(about) : `${qualified(about)} "${about.name}"`;
  const resource = subresource === undefined ? about.resource : `${about.resource}/${subresource}`;
  const place = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const message = `${subject} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${about.group}" ${place}`;
  return new Refusal(403, message, { reason: 'Forbidden', details: detailsOf(about) });
}

/** Field errors of an object. `kind` as in the object: "Deployment". */
export function invalid(
  subject: { readonly group: string; readonly kind: string; readonly name: string },
  causes: readonly StatusCause[],
): Refusal {
  const { group, kind, name } = subject;
  const texts = causes.map(({ field, message }) => `${field}: ${message}`);
  const message = `${group === '' ? kind : `${kind}.${group}`} "${name}" is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`;
  return new Refusal(422, message, {
    reason: 'Invalid',
    details: { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), ...(kind === '' ? {} : { kind }), causes },
  });
}

/** What a JSON patch gets that cannot be applied: a failed test and a missing path read the same. */
export function patchRejected(): Refusal {
  return new Refusal(422, 'the server rejected our request due to an error in our request', { reason: 'Invalid', details: {} });
}

export function tooOld(asked: number, oldest: number): Refusal {
  return new Refusal(410, `too old resource version: ${asked} (${oldest})`, { reason: 'Expired' });
}
