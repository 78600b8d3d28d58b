// What a store of mutes promises, whoever keeps it; part of the stores' contract.

import { expect, it } from 'vitest';
import { toInstant } from '../../../src/domain/base/time.ts';
import type { Mute } from '../../../src/domain/incident/mute.ts';
import { muteKey } from '../../../src/domain/incident/mute.ts';
import type { MuteStore } from '../../../src/ports/mute-store.ts';
import { NOW } from '../../support/build.ts';

export function mutesContract(stores: () => { readonly mutes: MuteStore }): void {
  const inAMinute = NOW + 60_000;
  const mute = (of: string, until = inAMinute): Mute => ({
    cluster: 'prod',
    workload: { namespace: 'payments', kind: 'Deployment', name: of },
    by: 'UALICE',
    at: NOW,
    until: toInstant(until),
    reason: 'a load test with “quotes”',
  });

  it('keeps one for each workload, the newest', async () => {
    await stores().mutes.put(mute('api'));
    await stores().mutes.put({ ...mute('api'), by: 'UBOB' });
    expect(await stores().mutes.get(muteKey(mute('api')))).toMatchObject({ by: 'UBOB', reason: mute('api').reason });
    expect((await stores().mutes.list()).filter(({ workload: { name: of } }) => of === 'api')).toHaveLength(1);
  });

  it('gives what was taken back once, and lists what is over no more', async () => {
    const web = mute('web');
    await stores().mutes.put(web);
    await stores().mutes.put(mute('old', NOW - 1000));
    expect((await stores().mutes.list()).map(({ workload: { name: of } }) => of)).not.toContain('old');
    expect(await stores().mutes.remove(muteKey(web))).toEqual(web);
    expect(await stores().mutes.remove(muteKey(mute('web')))).toBeUndefined();
    expect(await stores().mutes.get(muteKey(mute('web')))).toBeUndefined();
  });
}
