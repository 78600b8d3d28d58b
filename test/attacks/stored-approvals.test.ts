// Attacks of somebody who can read and write all of Redis, and holds no key: whatever they store, nothing but what was approved reaches the cluster.

import { createPrivateKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approvalSigner, newApprovalKeys } from '../../src/adapters/keys/approval-keys.ts';
import { DAY, HOUR, toInstant } from '../../src/domain/base/time.ts';
import { statementOf } from '../../src/domain/change/approval-statement.ts';
import type { PatchOperation } from '../../src/domain/change/change.ts';
import type { Approval, Proposal } from '../../src/domain/change/proposal.ts';
import { mi } from '../support/build.ts';
import { KEY_SETTINGS, testKeys, without } from '../support/keys.ts';
import { textWith } from '../support/text-with.ts';
import type { Lab } from './support/lab.ts';
import { soon, startLab } from './support/lab.ts';

let lab: Lab;

beforeEach(async () => {
  lab = await startLab();
}, 60_000);

afterEach(async () => {
  await lab.stop();
}, 60_000);

const IMAGE: PatchOperation = { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'registry.example/evil' };
const PRIVILEGED: PatchOperation = { op: 'add', path: '/spec/template/spec/hostPID', value: 'true' };

function patched(proposal: Proposal): Proposal {
  const { change } = proposal;
  const pods = change.pods?.map((pod) => ({ ...pod, patch: [...pod.patch, { ...IMAGE, path: '/spec/containers/0/image' }] }));
  return {
    ...proposal,
    change: { ...change, patch: [...change.patch, IMAGE, PRIVILEGED], ...(pods === undefined ? {} : { pods }) },
  };
}

function sized(proposal: Proposal, limit = mi(20)): Proposal {
  return { ...proposal, change: { ...proposal.change, after: { ...proposal.change.after, limit } } };
}

function approvedBy(proposal: Proposal, approvals: readonly Approval[]): Proposal {
  const { by = 'UBOB', at = proposal.createdAt } = approvals[0] ?? {};
  return { ...proposal, approvals, state: { kind: 'approved', by, at } };
}

/** A key of the attacker's own. */
function forgedSigner() {
  const der = Buffer.from(newApprovalKeys().privateKey, 'base64');
  return approvalSigner(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
}

async function writesNothing(proposal: Proposal, why: RegExp): Promise<void> {
  const before = await lab.live();
  expect(await lab.apply(proposal)).toMatchObject({ kind: 'not-applied', reason: textWith(why) });
  expect(lab.writes).toEqual([]);
  expect(await lab.live()).toEqual(before);
}

it('an honest approval is written, and nothing but its memory and mark', async () => {
  const shown = await lab.open(await lab.ask('384Mi'), 'UBOB');
  expect(await lab.approve(shown, 'UBOB')).toEqual({ kind: 'approved' });
  expect(await lab.apply(shown)).toMatchObject({ kind: 'written' });
  const [{ body } = { body: undefined }] = lab.writes;
  expect(lab.writes).toHaveLength(1);
  expect(body).toEqual([
    { op: 'test', path: '/spec/template/spec/containers/0/name', value: 'identity' },
    { op: 'test', path: '/spec/template/spec/containers/0/resources/limits/memory', value: '256Mi' },
    { op: 'replace', path: '/spec/template/spec/containers/0/resources/limits/memory', value: '384Mi' },
    { op: 'add', path: '/metadata/annotations/headroom~1change', value: `${shown.id} ${shown.incidentId}` },
  ]);
});

describe('after the approval', () => {
  async function approved(way?: 'resize'): Promise<Proposal> {
    const shown = await lab.open(await lab.ask('384Mi', way === undefined ? {} : { way }), 'UBOB');
    expect(await lab.approve(shown, 'UBOB')).toEqual({ kind: 'approved' });
    return shown;
  }

  it.each([
    { name: 'the patch of a template', change: patched },
    { name: 'the limit', change: sized },
    { name: 'the reviewed limit', change: (old: Proposal) => ({ ...old, change: { ...old.change, before: {} } }) },
    {
      name: 'the workload',
      change: (old: Proposal) => ({
        ...old,
        change: { ...old.change, workload: { ...old.change.workload, namespace: 'catalog' } },
      }),
    },
    {
      name: 'the way',
      change: (old: Proposal) => ({ ...old, change: { ...old.change, way: 'recreate' as const, replacement: 'x' } }),
    },
    { name: 'the pods that go with it', change: (old: Proposal) => ({ ...old, change: { ...old.change, releaseStuck: true } }) },
    { name: 'the requester', change: (old: Proposal) => ({ ...old, requester: 'UEVE' }) },
    { name: 'the revision', change: (old: Proposal) => ({ ...old, revision: 2 }) },
    { name: 'the end of its time', change: (old: Proposal) => ({ ...old, expiresAt: toInstant(old.expiresAt + DAY) }) },
  ])('a changed record is not written: $name', async ({ change }) => {
    const proposal = await approved();
    await lab.tamper(proposal, change);
    await writesNothing(proposal, /asked for|not signed/);
  });

  it('a changed record whose hash is left as it was is not written', async () => {
    const proposal = await approved();
    await lab.tamper(proposal, patched, { keepsHash: true });
    await writesNothing(proposal, /not what was approved/);
  });

  it('the patch of a running pod is not written', async () => {
    const proposal = await approved('resize');
    await lab.tamper(proposal, patched);
    await writesNothing(proposal, /asked for/);
  });

  it('it is not written when its time is over, whatever the record says', async () => {
    const proposal = await approved();
    lab.shift(25 * HOUR);
    await writesNothing(proposal, /expired/);
  });

  it('it is not written a second time: what was written and taken back stays so', async () => {
    const proposal = await approved();
    expect(await lab.apply(proposal)).toMatchObject({ kind: 'written' });
    const back = [
      { op: 'replace', path: '/spec/template/spec/containers/0/resources/limits/memory', value: '256Mi' },
      { op: 'remove', path: '/metadata/annotations/headroom~1change' },
    ];
    await lab.connection.json({
      ...{ method: 'PATCH', path: '/apis/apps/v1/namespaces/auth/deployments/identity', body: back, signal: soon() },
      contentType: 'application/json-patch+json',
    });
    lab.writes.length = 0;
    await lab.tamper(proposal, (old) => approvedBy(old, old.approvals));
    await writesNothing(proposal, /over already/);
  });
});

describe('without a click', () => {
  it.each([
    { name: 'no approval at all', approvals: () => [] },
    {
      name: 'an approval without a signature',
      approvals: ({ hash }: Proposal, at: number) => [{ by: 'UBOB', at: toInstant(at), hash }],
    },
    {
      name: 'an approval signed with another key',
      approvals: (proposal: Proposal, now: number) => {
        const [by, at] = ['UBOB', toInstant(now)];
        return [{ by, at, hash: proposal.hash, signature: forgedSigner().sign(statementOf(proposal, { by, at })) }];
      },
    },
    {
      name: 'an approval by the policy',
      approvals: ({ hash }: Proposal, at: number) => [{ by: 'policy', at: toInstant(at), hash }],
    },
  ])('a proposal stored as approved is not written: $name', async ({ approvals }) => {
    const proposal = await lab.ask('384Mi');
    await lab.tamper(proposal, (old) => approvedBy(old, approvals(old, Date.now())));
    await lab.sweep();
    await writesNothing(proposal, /not signed|not what was approved/);
  });

  it('an undo that the policy approves by itself cannot be made up', async () => {
    const proposal = await lab.ask('320Mi');
    await lab.tamper(proposal, (old) => ({ ...old, automatic: true, undoes: 'P-9', requester: 'policy' }));
    await lab.sweep();
    expect((await lab.stored(proposal.id)).state.kind).toBe('expired');
    await lab.tamper(proposal, (old) => approvedBy(old, [{ by: 'policy', at: old.createdAt, hash: old.hash }]));
    await writesNothing(proposal, /asked for/);
  });

  it('forged records of the audit do not stand for it', async () => {
    const proposal = await lab.ask('384Mi');
    await lab.tamper(proposal, sized);
    const forged = await lab.stored(proposal.id);
    const at = Date.now();
    const common = { at, result: 'done', proposalId: forged.id, hash: forged.hash, revision: 1 };
    const records = [
      { ...common, action: 'propose', actor: { kind: 'person', id: 'UALICE' } },
      { ...common, action: 'approve', actor: { kind: 'person', id: 'UBOB' } },
    ];
    for (const record of records)
      await lab.client.rpush('headroom:audit:pending', JSON.stringify({ ...record, seal: '0'.repeat(64) }));
    await expect(lab.open(forged, 'UBOB')).rejects.toThrow(/not what was asked for/);
    await lab.tamper(proposal, (old) => approvedBy(old, [{ by: 'UBOB', at: toInstant(at), hash: old.hash }]));
    await writesNothing(forged, /asked for/);
  });
});

describe('an approval of something else', () => {
  it('is not one of another proposal', async () => {
    const first = await lab.open(await lab.ask('384Mi'), 'UBOB');
    expect(await lab.approve(first, 'UBOB')).toEqual({ kind: 'approved' });
    const { approvals } = await lab.stored(first.id);
    expect(await lab.apply(first)).toMatchObject({ kind: 'written' });
    lab.writes.length = 0;
    // The same change once more, asked for under another number.
    const second = { ...first, id: 'P-77' };
    await lab.client.set(
      'headroom:proposal:P-77',
      JSON.stringify({ ...second, version: 2, approvals, state: { kind: 'approved', by: 'UBOB', at: 1 } }),
    );
    await writesNothing(second, /asked for/);
  });

  it('is not one of another revision', async () => {
    await lab.stop();
    lab = await startLab({ approvals: 2, approvers: [{ namespaces: ['*'], users: ['UBOB', 'UCAROL'], groups: [] }] });
    const first = await lab.open(await lab.ask('320Mi'), 'UBOB');
    expect(await lab.approve(first, 'UBOB')).toEqual({ kind: 'counted', missing: 1 });
    const old = await lab.stored(first.id);
    const edited = await lab.ask('384Mi', { edits: old });
    expect(await lab.approve(await lab.open(edited, 'UCAROL'), 'UCAROL')).toEqual({ kind: 'counted', missing: 1 });
    const current = await lab.stored(first.id);
    // The approval of the first revision beside that of the second.
    await lab.tamper(first, () => approvedBy(current, [...current.approvals, ...old.approvals]), { keepsHash: true });
    await writesNothing(first, /not signed/);
    // The whole first revision again, with both.
    await lab.tamper(first, () => approvedBy({ ...old, version: 20 }, [...old.approvals, ...current.approvals]), {
      keepsHash: true,
    });
    await writesNothing(first, /asked for/);
  });

  it('does not count twice', async () => {
    await lab.stop();
    lab = await startLab({ approvals: 2, approvers: [{ namespaces: ['*'], users: ['UBOB', 'UCAROL'], groups: [] }] });
    const shown = await lab.open(await lab.ask('384Mi'), 'UBOB');
    expect(await lab.approve(shown, 'UBOB')).toEqual({ kind: 'counted', missing: 1 });
    await lab.tamper(shown, (old) => approvedBy(old, [...old.approvals, ...old.approvals]), { keepsHash: true });
    await writesNothing(shown, /not signed/);
  });
});

describe('between the form and the click', () => {
  it('what was shown is what is approved: a changed record is refused', async () => {
    const shown = await lab.open(await lab.ask('384Mi'), 'UBOB');
    await lab.tamper(shown, sized);
    expect(await lab.approve(shown, 'UBOB')).toMatchObject({
      kind: 'refused',
      reason: textWith('not what you were shown'),
    });
    expect((await lab.stored(shown.id)).approvals).toEqual([]);
    await writesNothingAtAll();
  });

  it('a changed record with the hash of before is refused too', async () => {
    const shown = await lab.open(await lab.ask('384Mi'), 'UBOB');
    await lab.tamper(shown, sized, { keepsHash: true });
    expect(await lab.approve(shown, 'UBOB')).toMatchObject({
      kind: 'refused',
      reason: textWith('not what was asked for'),
    });
    await writesNothingAtAll();
  });

  it('an honest edit voids what was shown', async () => {
    const shown = await lab.open(await lab.ask('384Mi'), 'UBOB');
    await lab.ask('320Mi', { edits: shown });
    expect(await lab.approve(shown, 'UBOB')).toMatchObject({ kind: 'refused' });
    await writesNothingAtAll();
  });

  it('a form is not opened on what nobody asked for', async () => {
    const asked = await lab.ask('384Mi');
    await lab.tamper(asked, sized);
    await expect(lab.open(asked, 'UBOB')).rejects.toThrow(/not what was asked for/);
    await lab.tamper(asked, (old) => ({ ...old, requester: 'UEVE' }));
    await expect(lab.open(asked, 'UBOB')).rejects.toThrow(/not what was asked for/);
  });

  it('what was rejected cannot be approved after all', async () => {
    const asked = await lab.ask('384Mi');
    expect(await lab.reject(asked, 'UBOB')).toEqual({ kind: 'refused-by-you' });
    await lab.tamper(asked, (old) => ({ ...old, state: { kind: 'pending' } }), { keepsHash: true });
    await lab.ports.incidents.update(asked.incidentId, (incident) => ({ ...incident, proposalId: asked.id }));
    await expect(lab.open(asked, 'UBOB')).rejects.toThrow(/over already/);
  });

  async function writesNothingAtAll(): Promise<void> {
    await lab.sweep();
    expect(lab.writes).toEqual([]);
  }
});

describe('after a write', () => {
  it('pods are not deleted for a change that was never approved', async () => {
    const proposal = await lab.ask('384Mi');
    await lab.tamper(proposal, (old) => ({
      ...old,
      change: { ...old.change, before: old.change.before, after: { ...old.change.after, limit: mi(256) }, releaseStuck: true },
      state: { kind: 'rolling-out', by: 'UBOB', at: old.createdAt, generation: 1 },
    }));
    await lab.verify(proposal);
    expect(lab.carriedOn).toEqual([]);
  });

  it('nothing is taken back by the policy for a verdict that Headroom never gave', async () => {
    await lab.stop();
    lab = await startLab({ undoAutomatically: true });
    const proposal = await lab.ask('384Mi');
    await lab.ports.incidents.update(proposal.incidentId, (incident) => ({ ...incident, proposalId: proposal.id }));
    await lab.tamper(proposal, (old) => ({
      ...old,
      // So that its undo would leave 128Mi.
      change: {
        ...old.change,
        before: { ...old.change.before, limit: { text: '128Mi', bytes: mi(128) } },
        after: { ...old.change.after, limit: mi(256) },
      },
      state: {
        kind: 'closed',
        by: 'UBOB',
        at: old.createdAt,
        verdict: { kind: 'not-rolled-out', reason: 'stuck', undo: 'automatic' },
      },
    }));
    await lab.verify(proposal);
    await lab.sweep();
    for (const { id } of await lab.ports.proposals.listActive()) await lab.apply({ ...proposal, id });
    expect(lab.writes).toEqual([]);
  });
});

describe('keys', () => {
  it.each(['signer', 'verifier', 'seal'] as const)('nothing is written without the %s', async (name) => {
    await lab.stop();
    lab = await startLab({}, without(testKeys(), name));
    const asked = await lab.ask('384Mi');
    await lab.approve(asked, 'UBOB');
    await lab.apply(asked);
    expect(lab.writes).toEqual([]);
  });

  it('Redis holds none of them', async () => {
    const shown = await lab.open(await lab.ask('384Mi'), 'UBOB');
    await lab.approve(shown, 'UBOB');
    await lab.apply(shown);
    const dump: string[] = [];
    for (const key of await lab.client.keys('*')) dump.push(key, String(await lab.client.dumpBuffer(key)));
    for (const secret of [KEY_SETTINGS.APPROVAL_PRIVATE_KEY, KEY_SETTINGS.AUDIT_KEY])
      expect(dump.join('\n')).not.toContain(secret.slice(20, 60));
  });
});
