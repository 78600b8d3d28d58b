// Whoever asks for a pod hears the same of its last kill as its thread says.

import { expect, it } from 'vitest';
import { explain } from '../../../../handlers/explain/explain-pod.ts';
import { SECOND, toInstant, toMillis } from '../../../../src/domain/base/time.ts';
import { incidentKey } from '../../../../src/domain/incident/incident.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { dossier, incident, kill, NOW, policy, workload } from '../../../support/build.ts';
import { openFor } from '../../../support/open-incident.ts';
import { killedPod, soon } from '../support/bot.ts';

async function asked({ image }: { readonly image: string | undefined }) {
  const world = createFakeWorld();
  const pod = killedPod(world);
  const containers = pod.containers.map((container) => ({
    ...container,
    image: 'checkout:1',
    lastState: container.lastState && { ...container.lastState, startedAt: toInstant(NOW - 30 * SECOND) },
  }));
  const before = kill({ id: 'prod/pod-1/app/earlier', image, controller: undefined });
  const { diagnosis } = dossier();
  const shown = { ...diagnosis, cause: 'spike' as const, summary: 'A burst of work.' };
  await world.ports.intake.claim(before, 'report');
  const { incident: open } = await openFor(world.ports.incidents, incidentKey(workload(), 'app'), (id) => ({
    ...incident(),
    id,
  }));
  await world.ports.incidents.saveDossier(open.id, dossier({ killId: before.id, diagnosis: { ...shown, shown } }));
  const settings = { cluster: 'prod', policy: policy(), evidenceDeadline: toMillis(1000) };
  return explain(world.ports, settings, { pod: { ...pod, containers }, signal: soon() });
}

it('a run that was too short to show a cause has the one its thread tells', async () => {
  const answer = await asked({ image: 'checkout:1' });
  expect(answer?.dossier.diagnosis).toMatchObject({ cause: 'spike', summary: 'A burst of work.' });
});

it('a run of another image has its own', async () => {
  const answer = await asked({ image: 'checkout:0' });
  expect(answer?.dossier.diagnosis.cause).toBe('startup');
});
