// The fakes of the handler tests keep the stores' promises.

import { fakeDigestTurns } from '../../fakes/digest-turns.ts';
import { fakeIntake } from '../../fakes/intake.ts';
import {
  fakeAudit,
  fakeIncidents,
  fakeKernelReports,
  fakeLedger,
  fakeLock,
  fakeMutes,
  fakeOnce,
  fakeProposals,
  fakeQueue,
  fakeStorms,
} from '../../fakes/stores.ts';
import { fakeWatchRecord } from '../../fakes/watch-record.ts';
import { NOW } from '../../support/build.ts';
import { storesContract } from './stores.ts';

storesContract('the fakes', async () => {
  const queue = fakeQueue();
  const audit = fakeAudit();
  let away = false;
  const intake = fakeIntake({ enqueue: (job) => (away ? Promise.reject(new Error('the queue is away')) : queue.enqueue(job)) });
  return {
    intake,
    intakeWithoutQueue: {
      ...intake,
      async claim(kill, how) {
        away = true;
        try {
          return await intake.claim(kill, how);
        } finally {
          away = false;
        }
      },
    },
    kernel: fakeKernelReports(),
    incidents: fakeIncidents(),
    proposals: fakeProposals(audit),
    audit,
    mutes: fakeMutes(() => NOW),
    storms: fakeStorms(),
    watched: fakeWatchRecord(),
    ledger: fakeLedger(() => NOW),
    turns: fakeDigestTurns(),
    once: fakeOnce(() => performance.now()),
    lock: fakeLock(),
    jobs: async () => queue.jobs,
    stop: async () => undefined,
  };
});
