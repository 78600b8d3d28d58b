// How a Prometheus names a container's memory. Most have cAdvisor's series as they are; some collectors rename the labels. The first scheme that knows
// anything of a container is kept.

export type LabelScheme = {
  readonly metric: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** More matchers of the scheme itself. */
  readonly matchers?: string | undefined;
};

/** cAdvisor's working set: what the kernel cannot simply take back, and what counts towards the kill. */
const WORKING_SET = 'container_memory_working_set_bytes';

export const SCHEMES = {
  /** The kubelet's /metrics/cadvisor or /metrics/resource as they are: kube-prometheus-stack, managed Prometheus of EKS, AKS and GKE, VictoriaMetrics. */
  cadvisor: { metric: WORKING_SET, namespace: 'namespace', pod: 'pod', container: 'container' },
  /** Scraped without honor_labels: the collector's own names took the place of the kubelet's. */
  exported: { metric: WORKING_SET, namespace: 'exported_namespace', pod: 'exported_pod', container: 'exported_container' },
  /** Kubelets before 1.16, and relabelings that keep those names. */
  pod_name: { metric: WORKING_SET, namespace: 'namespace', pod: 'pod_name', container: 'container_name' },
  /** GKE's system metrics, asked by PromQL. */
  gke: {
    metric: 'kubernetes_io:container_memory_used_bytes',
    namespace: 'namespace_name',
    pod: 'pod_name',
    container: 'container_name',
    matchers: 'memory_type="non-evictable"',
  },
} as const satisfies Record<string, LabelScheme>;

export const SCHEME_NAMES = ['cadvisor', 'exported', 'pod_name', 'gke'] as const satisfies readonly (keyof typeof SCHEMES)[];

const WRITTEN = /^([a-zA-Z_:][\w:]*)\{([a-zA-Z_]\w*),\s*([a-zA-Z_]\w*),\s*([a-zA-Z_]\w*)\}$/;

/** "cadvisor", or one of one's own: "metric{namespace label,pod label,container label}". undefined for everything else. */
export function parseScheme(text: string): LabelScheme | undefined {
  const name = SCHEME_NAMES.find((each) => each === text);
  if (name !== undefined) return SCHEMES[name];
  const [, metric, namespace, pod, container] = WRITTEN.exec(text) ?? [];
  if (metric === undefined || namespace === undefined || pod === undefined || container === undefined) return undefined;
  return { metric, namespace, pod, container };
}
