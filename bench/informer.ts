// For comparison: an informer of @kubernetes/client-node on all pods, as its documentation shows it. Prints "ready" when it has listed.

import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node';

const config = new KubeConfig();
config.loadFromFile(process.env['KUBECONFIG'] ?? '');
const api = config.makeApiClient(CoreV1Api);
const informer = makeInformer(config, '/api/v1/pods', () => api.listPodForAllNamespaces());
let updates = 0;
informer.on('update', () => {
  updates += 1;
});
informer.on('error', () => {
  void informer.start();
});
await informer.start();
process.stdout.write('ready\n');
process.on('SIGTERM', () => {
  process.stdout.write(`updates ${updates}\n`);
  process.exit(0);
});
