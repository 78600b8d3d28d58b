// Pods of as many shapes as describe tells apart, for comparing it with kubectl's line by line. Each says when it has become what it is there for; most
// stay Pending on purpose (a scheduler that does not exist), because their volumes exist nowhere.

export type ShapedPod = {
  /** What it is there for. */
  readonly shape: string;
  readonly pod: { readonly metadata: { readonly name: string } };
  /** Found in the pod's JSON once it is ready to be compared; undefined: at once. */
  readonly until?: string | undefined;
  /** Written into its status, as only a kubelet or the eviction manager would. */
  readonly status?: object;
  /** Deleted before it is compared. */
  readonly deleted?: boolean;
  /** A debug container added before it is compared. */
  readonly debugged?: object;
};

const IMAGE = { image: 'busybox', imagePullPolicy: 'IfNotPresent' };
const SLEEP = ['sh', '-c', 'trap "exit 0" TERM; sleep 100000 & wait'];
const MEMORY = { requests: { memory: '16Mi', cpu: '5m' }, limits: { memory: '32Mi' } };

type Made = { readonly metadata?: object; readonly spec?: object; readonly container?: object };

/** A pod of one container; what is given goes over the defaults. */
function made(name: string, { metadata = {}, spec = {}, container = {} }: Made): ShapedPod['pod'] {
  const app = { name: 'app', ...IMAGE, command: SLEEP, resources: MEMORY, ...container };
  const whole = { terminationGracePeriodSeconds: 1, automountServiceAccountToken: false, containers: [app], ...spec };
  return Object.assign({ apiVersion: 'v1', kind: 'Pod', spec: whole }, { metadata: { name, ...metadata } });
}

function pending(name: string, parts: Made): ShapedPod['pod'] {
  return made(name, { ...parts, spec: { schedulerName: 'none', ...parts.spec } });
}

const running: readonly ShapedPod[] = [
  {
    shape: 'killed once and for all, with a log as its message',
    pod: made('never', {
      spec: { restartPolicy: 'Never' },
      container: {
        command: ['sh', '-c', 'echo reading; exec tail /dev/zero'],
        terminationMessagePolicy: 'FallbackToLogsOnError',
      },
    }),
    until: '"phase":"Failed"',
  },
  {
    shape: 'killed and restarted',
    pod: made('restarted', {
      container: {
        command: ['sh', '-c', '[ -e /keep/once ] && exec sleep 100000; touch /keep/once; exec tail /dev/zero'],
        volumeMounts: [{ name: 'keep', mountPath: '/keep' }],
      },
      spec: { volumes: [{ name: 'keep', emptyDir: {} }] },
    }),
    until: '"lastState":{"terminated"',
  },
  {
    shape: 'ended with a message of several lines, tabs and control characters',
    pod: made('message', {
      spec: { restartPolicy: 'Never' },
      container: { command: ['sh', '-c', "printf 'one\\ttwo\\n\\033[31mred\\r\\n\\n\\tend' > /dev/termination-log; exit 3"] },
    }),
    until: '"phase":"Failed"',
  },
  {
    shape: 'an init container, a sidecar and two containers',
    pod: made('crowd', {
      spec: {
        initContainers: [
          { name: 'prepare', ...IMAGE, command: ['true'], resources: { limits: { memory: '16Mi' } } },
          { name: 'proxy', ...IMAGE, restartPolicy: 'Always', command: SLEEP, ports: [{ name: 'admin', containerPort: 9901 }] },
        ],
        containers: [
          { name: 'app', ...IMAGE, command: SLEEP, args: ['--mode', 'fast\nand\tfurious'], resources: MEMORY },
          { name: 'second', ...IMAGE, command: SLEEP },
        ],
      },
    }),
    until: '"phase":"Running"',
  },
  {
    shape: 'an image that is not there',
    pod: made('no-image', { container: { image: 'example.invalid/no/such:1' } }),
    until: 'ErrImage',
  },
  {
    shape: 'a debug container, nothing requested',
    pod: made('debugged', { container: { resources: {} } }),
    until: '"phase":"Running"',
    debugged: { name: 'debugger', ...IMAGE, command: ['sleep', '100000'], targetContainerName: 'app' },
  },
  {
    shape: 'Guaranteed, on the host’s network',
    pod: made('guaranteed', {
      spec: { hostNetwork: true, priorityClassName: 'system-cluster-critical' },
      container: { resources: { requests: { memory: '16Mi', cpu: '10m' }, limits: { memory: '16Mi', cpu: '10m' } } },
    }),
    until: '"phase":"Running"',
  },
  {
    shape: 'being deleted',
    pod: made('leaving', { metadata: { finalizers: ['example.com/hold'] } }),
    until: '"phase":"Running"',
    deleted: true,
  },
];

const waiting: readonly ShapedPod[] = [
  {
    shape: 'probes of every kind, ports, host ports',
    pod: pending('probes', {
      container: {
        ports: [
          { containerPort: 8080, name: 'http' },
          { containerPort: 9090, protocol: 'UDP', hostPort: 9090 },
          { containerPort: 53 },
        ],
        livenessProbe: {
          httpGet: { path: '/health?deep=1&a=b c', port: 'http', host: '::1', scheme: 'HTTPS' },
          periodSeconds: 7,
        },
        readinessProbe: { exec: { command: ['sh', '-c', 'test -e /tmp/ready'] }, initialDelaySeconds: 3, failureThreshold: 9 },
        startupProbe: { grpc: { port: 9000, service: 'alive' } },
      },
      spec: {
        initContainers: [
          { name: 'tcp', ...IMAGE, restartPolicy: 'Always', livenessProbe: { tcpSocket: { port: 5432, host: 'db' } } },
          {
            name: 'plain',
            ...IMAGE,
            restartPolicy: 'Always',
            startupProbe: { httpGet: { path: 'ready', port: 80 } },
            ports: [{ containerPort: 80 }],
          },
        ],
      },
    }),
  },
  {
    shape: 'an environment from everywhere',
    pod: pending('environment', {
      metadata: { labels: { app: 'environment', tier: 'back' } },
      container: {
        envFrom: [{ configMapRef: { name: 'settings', optional: true } }, { prefix: 'DB_', secretRef: { name: 'database' } }],
        env: [
          { name: 'MODE', value: 'fast' },
          { name: 'EMPTY' },
          { name: 'LINES', value: 'first\nsecond\n\tthird' },
          { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'SPACE', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } } },
          { name: 'UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
          { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          { name: 'LABEL', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
          { name: 'LIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
          { name: 'LIMIT_BYTES', valueFrom: { resourceFieldRef: { resource: 'limits.memory' } } },
          { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'requests.cpu' } } },
          { name: 'CPU_LIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } } },
          { name: 'KEY', valueFrom: { secretKeyRef: { name: 'database', key: 'user' } } },
          { name: 'SETTING', valueFrom: { configMapKeyRef: { name: 'settings', key: 'level', optional: true } } },
        ],
      },
    }),
  },
  {
    shape: 'everyday volumes',
    pod: pending('volumes', {
      container: {
        volumeMounts: [
          { name: 'scratch', mountPath: '/tmp' },
          { name: 'settings', mountPath: '/etc/settings', readOnly: true, subPath: 'a"b' },
          { name: 'host', mountPath: '/host' },
        ],
      },
      spec: {
        automountServiceAccountToken: true,
        volumes: [
          { name: 'scratch', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
          { name: 'settings', configMap: { name: 'settings', optional: true } },
          { name: 'host', hostPath: { path: '/var/log', type: 'Directory' } },
          { name: 'host-any', hostPath: { path: '/var/lib' } },
          { name: 'keys', secret: { secretName: 'keys' } },
          { name: 'claim', persistentVolumeClaim: { claimName: 'data', readOnly: true } },
          {
            name: 'about',
            downwardAPI: {
              items: [
                { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
                { path: 'mem', resourceFieldRef: { containerName: 'app', resource: 'limits.memory' } },
              ],
            },
          },
          {
            name: 'mixed',
            projected: {
              sources: [
                { secret: { name: 's', optional: true } },
                { configMap: { name: 'c' } },
                { downwardAPI: { items: [{ path: 'n', fieldRef: { fieldPath: 'metadata.name' } }] } },
                { serviceAccountToken: { path: 't', expirationSeconds: 7200 } },
              ],
            },
          },
        ],
      },
    }),
  },
  {
    shape: 'volumes of storage systems',
    pod: pending('storage', {
      container: {
        volumeDevices: [
          { name: 'block', devicePath: '/dev/xvdb' },
          { name: 'claim', devicePath: '/dev/xvda' },
        ],
      },
      spec: {
        volumes: [
          { name: 'block', persistentVolumeClaim: { claimName: 'block' } },
          {
            name: 'claim',
            ephemeral: {
              volumeClaimTemplate: {
                metadata: { labels: { a: '1', b: '2' }, annotations: { note: 'x'.repeat(150), two: '2' } },
                spec: {
                  accessModes: ['ReadWriteOnce'],
                  volumeMode: 'Block',
                  storageClassName: 'fast',
                  resources: { requests: { storage: '1Gi' } },
                },
              },
            },
          },
          {
            name: 'bare-claim',
            ephemeral: {
              volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
            },
          },
          { name: 'nfs', nfs: { server: 'files', path: '/export' } },
          {
            name: 'csi',
            csi: { driver: 'csi.example.com', fsType: 'ext4', volumeAttributes: { size: '1Gi', note: 'y'.repeat(160) } },
          },
          { name: 'bare-csi', csi: { driver: 'csi.example.com', readOnly: true } },
          {
            name: 'iscsi',
            iscsi: {
              targetPortal: '10.0.0.1:3260',
              iqn: 'iqn.2001-04.com.example:disk',
              lun: 0,
              portals: ['10.0.0.2:3260'],
              secretRef: { name: 'chap' },
            },
          },
          { name: 'fc', fc: { targetWWNs: ['500a0982991b8dc5', '500a0982891b8dc5'], lun: 2 } },
          { name: 'ceph', cephfs: { monitors: ['10.0.0.3:6789'], user: 'admin' } },
          { name: 'rbd', rbd: { monitors: ['10.0.0.3:6789', '10.0.0.4:6789'], image: 'foo', secretRef: { name: 'ceph' } } },
          { name: 'flex', flexVolume: { driver: 'example.com/lvm', options: { size: '1G', volumegroup: 'vg' } } },
          { name: 'azure-file', azureFile: { secretName: 'azure', shareName: 'share' } },
          { name: 'azure-disk', azureDisk: { diskName: 'disk', diskURI: 'https://example.blob.core.windows.net/d.vhd' } },
          { name: 'gce', gcePersistentDisk: { pdName: 'disk', partition: 1 } },
          { name: 'aws', awsElasticBlockStore: { volumeID: 'vol-1', fsType: 'xfs' } },
          { name: 'cinder', cinder: { volumeID: 'vol-2' } },
          { name: 'vsphere', vsphereVolume: { volumePath: '[ds] v.vmdk' } },
          { name: 'gluster', glusterfs: { endpoints: 'gluster', path: 'vol' } },
          { name: 'git', gitRepo: { repository: 'https://example.com/r.git', revision: 'main' } },
          { name: 'image', image: { reference: 'example.com/artifact:1', pullPolicy: 'IfNotPresent' } },
        ],
      },
    }),
  },
  {
    shape: 'annotations and labels at kubectl’s borders',
    pod: pending('annotated', {
      metadata: {
        labels: { 'app.kubernetes.io/name': 'annotated', zone: 'a', empty: '' },
        annotations: {
          fits: 'f'.repeat(134),
          over: 'o'.repeat(135),
          long: `${'ü'.repeat(80)}end`,
          lines: 'one\ntwo\n',
          end: 'trailing\n',
          blank: '',
          'kubectl.kubernetes.io/last-applied-configuration': '{"hidden":true}',
        },
      },
    }),
  },
  {
    shape: 'where it may run',
    pod: pending('placed', {
      spec: {
        nodeSelector: { disk: 'ssd', arch: 'arm64' },
        tolerations: [
          { key: 'b', operator: 'Equal', value: 'x', effect: 'NoExecute', tolerationSeconds: 30 },
          { key: 'b', operator: 'Exists' },
          { operator: 'Exists' },
          { key: 'a', operator: 'Exists', effect: 'NoSchedule' },
        ],
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'zone',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: {
              matchLabels: { z: '1', a: '2' },
              matchExpressions: [
                { key: 'tier', operator: 'In', values: ['b', 'a'] },
                { key: 'old', operator: 'DoesNotExist' },
                { key: 'new', operator: 'Exists' },
                { key: 'm', operator: 'NotIn', values: ['x'] },
              ],
            },
          },
          { maxSkew: 2, topologyKey: 'host', whenUnsatisfiable: 'ScheduleAnyway' },
        ],
      },
    }),
  },
  {
    shape: 'limits for the whole pod',
    pod: pending('whole', {
      spec: { resources: { limits: { memory: '64Mi', cpu: '1' }, requests: { memory: '32Mi' } } },
      container: { resources: {} },
    }),
  },
  {
    shape: 'security profiles and readiness gates',
    pod: pending('gated', {
      spec: {
        readinessGates: [{ conditionType: 'example.com/ready' }, { conditionType: 'PodScheduled' }],
        securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'p.json' } },
      },
      container: { securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'c.json' } } },
    }),
  },
  {
    shape: 'evicted',
    pod: pending('evicted', {}),
    status: {
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 90Mi.\nContainer app was using 60Mi.',
      startTime: '2026-11-20T10:05:00Z',
      conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet' }],
    },
  },
];

export const SHAPED_PODS: readonly ShapedPod[] = [...running, ...waiting];
