// Whoever asks about a workload whose pods are new hears of its incident first, and no all-clear.

import { describe, expect, it } from 'vitest';
import { explain } from '../../../../handlers/explain/explain-pod.ts';
import { DAY, HOUR, toInstant, toMillis } from '../../../../src/domain/base/time.ts';
import type { Incident } from '../../../../src/domain/incident/incident.ts';
import { incidentKey } from '../../../../src/domain/incident/incident.ts';
import { standingIncident } from '../../../../src/domain/incident/standing-incident.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { ago, incident, NOW, podContainer, podFacts, policy, proposal, size, workload } from '../../../support/build.ts';
import { openFor } from '../../../support/open-incident.ts';
import { soon } from '../support/bot.ts';

/** A pod of the new rollout, which nobody killed. */
const FRESH = podFacts({
  containers: [podContainer({ restartCount: 0, lastState: undefined, resources: { limit: size(256) } })],
});

async function asked(over: Partial<Incident> | undefined, newer = 0) {
  const world = createFakeWorld();
  if (over !== undefined) {
    const made = await world.ports.proposals.create((id) => proposal({ id }));
    const { incident: known } = await openFor(world.ports.incidents, incidentKey(workload(), 'app'), (id) => incident({ id }));
    const entry = { key: `proposal/${made.id}`, subject: { kind: 'proposal' as const, proposalId: made.id } };
    await world.ports.incidents.update(known.id, (current) => ({
      ...current,
      killCount: 5,
      thread: [...current.thread, entry],
      ...over,
    }));
  }
  for (let count = 0; count < newer; count += 1) {
    const other = workload({ name: `other-${count}` });
    await openFor(world.ports.incidents, incidentKey(other, 'app'), (id) => incident({ id, workload: other }));
  }
  const settings = { cluster: 'prod', policy: policy(), evidenceDeadline: toMillis(1000) };
  return explain(world.ports, settings, { pod: FRESH, signal: soon() });
}

describe('a pod that shows no kill', () => {
  it.each([
    { state: 'open' as const, words: 'is not resolved yet' },
    { state: 'observing' as const, words: 'is not resolved yet' },
    { state: 'resolved' as const, resolvedAt: ago(HOUR), words: 'was resolved within the last day' },
  ])('of a workload whose incident is $state is no all-clear', async ({ words, ...over }) => {
    const answer = await asked(over);
    expect(answer?.standing).toMatchObject({ incident: { id: 'OOM-1001' }, proposal: { id: 'P-1' } });
    expect(answer?.dossier.diagnosis.summary).toBe(
      `No memory kill shows on this pod. Container app of its workload was killed 5 times: OOM-1001 ${words}.`,
    );
    const { recommendation } = answer?.dossier ?? {};
    expect(recommendation).toMatchObject({ kind: 'advise' });
    expect(recommendation?.advice.join()).toBe(
      'Go by the thread of OOM-1001, and leave or change the limit only by what is said there.',
    );
  });

  it.each([
    { name: 'without an incident', over: undefined },
    { name: 'with one that was resolved days ago', over: { state: 'resolved' as const, resolvedAt: ago(2 * DAY) } },
    {
      name: 'with one of another workload',
      over: { workload: workload({ name: 'cart' }), key: incidentKey(workload({ name: 'cart' }), 'app') },
    },
  ])('$name is left as it is', async ({ over }) => {
    const answer = await asked(over);
    expect(answer?.standing).toBeUndefined();
    expect(answer?.dossier.diagnosis.summary).toBe('No memory kill shows on this pod.');
    expect(answer?.dossier.recommendation.advice).toEqual(['Leave the memory limit as it is.']);
  });

  it('hears of another container’s incident, and gets no advice from its thread', async () => {
    const answer = await asked({ container: 'proxy', key: incidentKey(workload(), 'proxy') });
    expect(answer?.standing).toMatchObject({ incident: { container: 'proxy' } });
    expect(answer?.dossier.diagnosis.summary).toContain('Container proxy of its workload was killed 5 times');
    expect(answer?.dossier.recommendation.advice).toEqual(['Leave the memory limit as it is.']);
  });

  it('of a workload whose incident is older than hundreds of others is no all-clear either', async () => {
    const answer = await asked({}, 501);
    expect(answer?.standing).toMatchObject({ incident: { id: 'OOM-1001' } });
    expect(answer?.dossier.recommendation.advice.join()).toContain('Go by the thread of OOM-1001');
  });
});

describe('the incident to know of', () => {
  const one = (id: string, over: Partial<Incident>): Incident => incident({ id, ...over });
  const chosen = (incidents: readonly Incident[]): string | undefined =>
    standingIncident(incidents, { cluster: 'prod', workload: workload(), container: 'app', now: NOW })?.id;
  const closed = { state: 'resolved' as const, resolvedAt: ago(HOUR) };

  it.each([
    { name: 'an open one before a resolved one', incidents: [one('A', closed), one('B', {})], id: 'B' },
    {
      name: 'of the container that is looked at, also where only another one’s is open',
      incidents: [one('A', { container: 'proxy' }), one('B', closed)],
      id: 'B',
    },
    { name: 'of another container where its own has none', incidents: [one('A', { container: 'proxy' })], id: 'A' },
    {
      name: 'the newest',
      incidents: [one('A', { ...closed, openedAt: ago(HOUR) }), one('B', { ...closed, openedAt: toInstant(NOW) })],
      id: 'B',
    },
    { name: 'none of another cluster', incidents: [one('A', { workload: workload({ cluster: 'test' }) })], id: undefined },
  ])('is $name', ({ incidents, id }) => {
    expect(chosen(incidents)).toBe(id);
  });
});
