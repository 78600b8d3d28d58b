// The same loop on a real cluster with a real kubelet, where one is at hand.

import { describe } from 'vitest';
import { loopStories } from './support/loop.ts';
import { realKubeconfig, startRealTarget } from './support/real-target.ts';

const kubeconfig = realKubeconfig();
if (kubeconfig === undefined) describe.skip('the loop on a real cluster: set E2E_KUBECONFIG to run it', () => undefined);
else loopStories('the loop on a real cluster', () => startRealTarget(kubeconfig));
