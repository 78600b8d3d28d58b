// A Deployment for tests and benches that are about its object alone: no pod of it ever runs.

/** Its container is "app", with a request of 32Mi and a limit of 64Mi. */
export function idleDeployment(name: string): object {
  const resources = { requests: { memory: '32Mi' }, limits: { memory: '64Mi' } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'busybox', resources }] } },
    },
  };
}
