// Pods that die for memory in every way there is, and one that only looks like it. Small limits, so that all of them fit a small node at once.

const LIMIT = '48Mi';

/** PID 1 takes more than it may, two seconds after it began, in the middle of a line. */
const DIE = "echo starting; sleep 2; printf 'loading order 4 of'; exec tail /dev/zero";
/** Long enough that the kubelet measures it and Prometheus asks for that several times. */
const DIE_LATER = "echo starting; sleep 20; printf 'loading order 4 of'; exec tail /dev/zero";
/** Only once, and so at a time when the kernel says whose it was: the runtime may be late with its own mark. */
const DIE_ALONE = "echo starting; sleep 12; printf 'loading order 4 of'; exec tail /dev/zero";
const WAIT = 'trap "exit 0" TERM; sleep 100000 & wait';
/** A line a second and more than half a MiB with it, so that it lives for more than a minute: whether it climbed is only told from eight samples on. */
const GROW =
  'awk \'BEGIN { while (1) { for (i = 0; i < 600; i++) kept[n++] = sprintf("%01000d", n); print "kept " n; fflush(); system("sleep 1") } }\'';
/** A child dies, its parent goes on. Late and more than once, because the kernel writes less about a kill when many come at once. */
const CHILD = 'trap "exit 0" TERM; echo parent; while true; do sleep 30; tail /dev/zero; echo the child is gone; done';
/** 14 MiB more in memory with every run, until the limit is full before anything runs. */
const FILL = 'sleep 1; dd if=/dev/zero of=/scratch/$(date +%s%N) bs=1M count=14; exit 1';

type Parts = { readonly container?: object; readonly spec?: object };

function podSpec(script: string, { container = {}, spec = {} }: Parts = {}): object {
  const app = {
    name: 'app',
    image: 'busybox',
    imagePullPolicy: 'IfNotPresent',
    command: ['sh', '-c', script],
    resources: { requests: { memory: '8Mi', cpu: '1m' }, limits: { memory: LIMIT } },
    ...container,
  };
  return { terminationGracePeriodSeconds: 1, containers: [app], ...spec };
}

function pod(name: string, spec: object): Workload {
  return { path: '/api/v1/namespaces/{}/pods', object: { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec } };
}

/** `{}` in the path is the namespace. */
type Workload = { readonly path: string; readonly object: object };

function appsWorkload(kind: 'Deployment' | 'StatefulSet' | 'DaemonSet', name: string, script = DIE): Workload {
  const labels = { app: name };
  return {
    path: `/apis/apps/v1/namespaces/{}/${kind.toLowerCase()}s`,
    object: {
      apiVersion: 'apps/v1',
      kind,
      metadata: { name },
      spec: {
        ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec(script) },
      },
    },
  };
}

/** Not one pod alone, for the same reason. */
const jobSpec = { backoffLimit: 2, template: { spec: podSpec(DIE, { spec: { restartPolicy: 'Never' } }) } };

const small = { name: 'side', image: 'busybox', imagePullPolicy: 'IfNotPresent', resources: { limits: { memory: LIMIT } } };

const workloads: readonly Workload[] = [
  pod('exit-137', podSpec(DIE_ALONE, { spec: { restartPolicy: 'Never' } })),
  pod('silent', podSpec(CHILD)),
  pod('init', podSpec(WAIT, { spec: { initContainers: [{ ...small, command: ['sh', '-c', DIE] }] } })),
  pod(
    'sidecar',
    podSpec(WAIT, { spec: { initContainers: [{ ...small, restartPolicy: 'Always', command: ['sh', '-c', DIE] }] } }),
  ),
  pod(
    'volume',
    podSpec(FILL, {
      container: {
        resources: { requests: { memory: '8Mi' }, limits: { memory: '32Mi' } },
        volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
      },
      spec: { volumes: [{ name: 'scratch', emptyDir: { medium: 'Memory' } }] },
    }),
  ),
  pod(
    'probe',
    podSpec('trap "" TERM; while true; do sleep 1; done', {
      container: { livenessProbe: { exec: { command: ['false'] }, periodSeconds: 1, failureThreshold: 2 } },
    }),
  ),
  pod('growth', podSpec(GROW)),
  appsWorkload('Deployment', 'measured', DIE_LATER),
  appsWorkload('StatefulSet', 'stateful'),
  appsWorkload('DaemonSet', 'daemon'),
  {
    path: '/apis/batch/v1/namespaces/{}/jobs',
    object: { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'short' }, spec: jobSpec },
  },
];

export const DEATHS = {
  workloads,
  /** Never due: its one run is made by hand, as kubectl create job --from does. */
  cronJob: {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'cron' },
    spec: { schedule: '0 0 31 2 *', jobTemplate: { spec: jobSpec } },
  },
  runOf: ({ name, uid }: { readonly name: string; readonly uid: string }): object => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${name}-28000001`,
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name, uid, controller: true }],
    },
    spec: jobSpec,
  }),
};
