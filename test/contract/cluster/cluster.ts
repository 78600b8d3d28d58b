// What Headroom relies on in a cluster, as one suite: it runs on the demo cluster and on a real API server with a kubelet, so that the one is no second
// truth. Every adapter that touches a cluster is in it.

import { afterAll, beforeAll, describe } from 'vitest';
import { directoryContract } from './cluster-directory.ts';
import { evidenceContract } from './cluster-evidence.ts';
import { leaseContract } from './cluster-lease.ts';
import type { ClusterUnderTest } from './cluster-support.ts';
import { expiryContract, watchContract } from './cluster-watch.ts';
import { writeContract } from './cluster-write.ts';

const START_WITHIN_MS = 60_000;
/** A namespace goes with everything in it. */
const STOP_WITHIN_MS = 180_000;
const STORY_WITHIN_MS = 300_000;

/** `more` adds what only one of the clusters can show. */
export function clusterContract(
  name: string,
  start: () => Promise<ClusterUnderTest>,
  more?: (target: () => ClusterUnderTest) => void,
): void {
  describe(`cluster contract: ${name}`, { timeout: STORY_WITHIN_MS }, () => {
    let started: ClusterUnderTest | undefined;
    const target = (): ClusterUnderTest => {
      if (started === undefined) throw new Error('the cluster did not start');
      return started;
    };
    beforeAll(async () => {
      started = await start();
    }, START_WITHIN_MS);
    afterAll(async () => {
      await started?.stop();
    }, STOP_WITHIN_MS);

    watchContract(target);
    evidenceContract(target);
    directoryContract(target);
    leaseContract(target);
    more?.(target);
    writeContract(target);
    expiryContract(target);
  });
}
