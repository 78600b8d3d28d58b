// What the audit writes down about a proposal, and what a chain of records shows about those who touched it.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deniedAttempt, proposalEvent } from '../../../../src/domain/audit/audit.ts';
import type { ChainRecord } from '../../../../src/domain/audit/chain.ts';
import { checkChain, GENESIS, linkAfter } from '../../../../src/domain/audit/chain.ts';
import { canonicalJson } from '../../../../src/domain/base/canonical-json.ts';
import { HOUR, MINUTE, toMillis } from '../../../../src/domain/base/time.ts';
import type { ProposalState } from '../../../../src/domain/change/proposal.ts';
import type { Verdict } from '../../../../src/domain/change/verdict.ts';
import { ago, NOW, proposal } from '../../../support/build.ts';

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const VERDICTS: readonly { readonly verdict: Verdict; readonly result: string; readonly outcome: RegExp }[] = [
  { verdict: { kind: 'quiet', watchedMs: toMillis(HOUR), delaysOnly: false }, result: 'done', outcome: /^quiet for 1 hour$/ },
  { verdict: { kind: 'quiet', watchedMs: toMillis(HOUR), delaysOnly: true }, result: 'done', outcome: /delays/ },
  {
    verdict: {
      kind: 'quiet',
      watchedMs: toMillis(HOUR),
      delaysOnly: false,
      unwatched: [{ from: ago(2 * MINUTE), until: ago(MINUTE) }],
    },
    result: 'done',
    outcome: /^quiet for 1 hour of watching, and not watched for 1 minute meanwhile$/,
  },
  {
    verdict: {
      kind: 'quiet',
      watchedMs: toMillis(HOUR),
      delaysOnly: false,
      unwatched: [{ from: ago(12 * MINUTE), until: ago(2 * MINUTE) }],
      pausedMs: toMillis(MINUTE),
    },
    result: 'done',
    outcome: /^quiet for 1 hour of watching, 1 minute of it read afterwards, and not watched for 10 minutes meanwhile$/,
  },
  {
    verdict: { kind: 'quiet', watchedMs: toMillis(HOUR), delaysOnly: false, pausedMs: toMillis(MINUTE), otherKills: 1 },
    result: 'done',
    outcome: /^quiet for 1 hour, 1 minute of it read afterwards, with 1 killed with another limit meanwhile$/,
  },
  {
    verdict: { kind: 'killed-again', at: NOW, afterMs: toMillis(MINUTE) },
    result: 'failed',
    outcome: /killed again after 1 minute/,
  },
  { verdict: { kind: 'not-rolled-out', reason: 'no node' }, result: 'failed', outcome: /no node/ },
  { verdict: { kind: 'undone', foundLimit: '256Mi' }, result: 'failed', outcome: /256Mi/ },
  { verdict: { kind: 'not-applied', reason: 'drift' }, result: 'failed', outcome: /drift/ },
];

const STATES: readonly { readonly state: ProposalState; readonly action: string; readonly actor: string }[] = [
  { state: { kind: 'pending' }, action: 'propose', actor: 'UALICE' },
  { state: { kind: 'approved', by: 'UBOB', at: NOW }, action: 'approve', actor: 'UBOB' },
  { state: { kind: 'refused', by: 'UBOB', reason: 'not now', at: NOW }, action: 'refuse', actor: 'UBOB' },
  { state: { kind: 'expired', at: NOW }, action: 'expire', actor: 'headroom' },
  { state: { kind: 'applying', by: 'UBOB', at: NOW }, action: 'begin', actor: 'headroom' },
  { state: { kind: 'rolling-out', by: 'UBOB', at: NOW, generation: 7 }, action: 'write', actor: 'headroom' },
  {
    state: { kind: 'observing', by: 'UBOB', at: ago(1), rolledOutAt: NOW, until: NOW },
    action: 'roll-out',
    actor: 'headroom',
  },
  {
    state: { kind: 'observing', by: 'UBOB', at: ago(2), rolledOutAt: ago(1), until: NOW, gaps: [{ from: NOW }] },
    action: 'roll-out',
    actor: 'headroom',
  },
];

describe('the event of a proposal', () => {
  it.each(STATES)('is "$action" by $actor while it is $state.kind', ({ state, action, actor }) => {
    const event = proposalEvent(proposal({ requester: 'UALICE', state }));
    expect(event.action).toBe(action);
    expect(event.actor.kind === 'person' ? event.actor.id : event.actor.kind).toBe(actor);
    expect(event).toMatchObject({ before: { limit: '256Mi' }, proposalId: proposal().id, target: { name: 'checkout-api' } });
  });

  it.each(VERDICTS)('ends with its verdict: $verdict.kind', ({ verdict, result, outcome }) => {
    const event = proposalEvent(proposal({ state: { kind: 'closed', by: 'UBOB', at: NOW, verdict } }));
    expect(event).toMatchObject({ action: 'close', result });
    expect(event.outcome).toMatch(outcome);
  });

  it('says why it was asked for, and what the dry run said', () => {
    expect(proposalEvent(proposal({ reason: 'peak of the sale' }))).toMatchObject({ why: 'peak of the sale', dryRun: 'passed' });
    const unchecked = proposal({ dryRun: { kind: 'not-checked', reason: 'no right' }, version: 3, revision: 2 });
    expect(proposalEvent(unchecked)).toMatchObject({ action: 'edit', dryRun: 'not checked: no right' });
  });

  it('gives the request that stays when none is written', () => {
    const { change } = proposal();
    expect(proposalEvent(proposal({ change })).after?.request).toBe(change.before.request?.text);
  });

  it('names who tried in vain, and why', () => {
    const event = deniedAttempt({
      at: NOW,
      by: 'UEVE',
      action: 'approve',
      incidentId: 'OOM-1001',
      target: proposal().change,
      proposal: proposal(),
      why: 'a guest',
    });
    expect(event).toMatchObject({ actor: { kind: 'person', id: 'UEVE' }, result: 'denied', outcome: 'a guest' });
  });
});

function chainOf(...events: readonly unknown[]): readonly ChainRecord[] {
  const records: ChainRecord[] = [];
  for (const event of events) records.push(linkAfter(records.at(-1) ?? GENESIS, event, digest));
  return records;
}

function verdictOn(records: readonly ChainRecord[], noted: Parameters<typeof checkChain>[1] = [], head = records.at(-1)) {
  const check = checkChain(digest, noted);
  for (const record of records) check.accept(record);
  return check.finish(head);
}

describe('the chain', () => {
  const chain = chainOf({ what: 'a' }, { what: 'b' }, { what: 'c' }, { what: 'd' });
  const [first, second, third, fourth] = chain;
  if (first === undefined || second === undefined || third === undefined || fourth === undefined) throw new Error('no chain');

  it('is intact as it was written, whatever the order of keys', () => {
    expect(verdictOn(chain)).toMatchObject({ kind: 'intact', records: 4, first: 1, head: { sequence: 4, hash: fourth.hash } });
    expect(canonicalJson({ b: [1, null, 'x'], a: undefined, c: { z: true, y: -1.5 } })).toBe(
      '{"b":[1,null,"x"],"c":{"y":-1.5,"z":true}}',
    );
    expect(canonicalJson(undefined)).toBe('null');
  });

  it('is empty when nothing was ever written', () => {
    expect(verdictOn([], [], undefined)).toEqual({ kind: 'empty' });
  });

  const rewritten = chainOf({ what: 'a' }, { what: 'B' }, { what: 'c' }, { what: 'd' });
  const removal = { removed: { through: 2, hash: second.hash } };
  const afterRemoval = linkAfter(fourth, removal, digest);

  it.each([
    { name: 'a changed event', records: [first, { ...second, event: { what: 'B' } }, third, fourth], at: 2 },
    { name: 'a removed record', records: [first, third, fourth], at: 3 },
    { name: 'two records swapped', records: [first, third, second, fourth], at: 3 },
    { name: 'a record of another chain', records: [first, { ...third, sequence: 2 }, third, fourth], at: 2 },
    { name: 'a cut end', records: [first, second], at: 4 },
    { name: 'a cut beginning', records: [third, fourth], at: 3 },
    { name: 'everything removed', records: [], at: 4 },
    { name: 'a number changed with the link kept', records: [first, { ...second, sequence: 3 }], at: 3 },
  ])('shows $name', ({ records, at }) => {
    expect(verdictOn(records, [], fourth)).toMatchObject({ kind: 'broken', sequence: at });
  });

  it('shows a whole chain written anew, to who noted a hash of the old one', () => {
    expect(verdictOn(rewritten)).toMatchObject({ kind: 'intact' });
    expect(verdictOn(rewritten, [{ sequence: 3, hash: third.hash }])).toMatchObject({ kind: 'broken', sequence: 3 });
    expect(verdictOn(chain, [{ sequence: 3, hash: third.hash }])).toMatchObject({ kind: 'intact' });
    expect(verdictOn(chain, [{ sequence: 9, hash: third.hash }])).toMatchObject({ kind: 'broken', sequence: 9 });
  });

  it('may begin where retention says it cut, and nowhere else', () => {
    expect(verdictOn([third, fourth, afterRemoval])).toMatchObject({ kind: 'intact', first: 3 });
    expect(verdictOn([fourth, afterRemoval])).toMatchObject({ kind: 'broken', sequence: 4 });
    for (const odd of [{ removed: 1 }, { removed: { through: 'x', hash: 1 } }, { removed: null }])
      expect(verdictOn([third, fourth, linkAfter(fourth, odd, digest)])).toMatchObject({ kind: 'broken' });
  });

  it('shows a record behind the one that the store calls its newest', () => {
    expect(verdictOn(chain, [], third)).toMatchObject({ kind: 'broken', sequence: 4 });
    const check = checkChain(digest, []);
    for (const record of [first, { ...second, event: 'x' }, { ...third, event: 'y' }]) check.accept(record);
    expect(check.finish(undefined)).toMatchObject({ kind: 'broken', sequence: 2 });
  });
});
