// The settings of Prometheus, in the order in which one sets them up: name, meaning, unit, default and an example of each.

export const PROMETHEUS_SETTINGS = [
  {
    name: 'PROMETHEUS_URL',
    meaning: 'Where to read memory usage over time: Prometheus, Thanos, Mimir or VictoriaMetrics.',
    unit: 'http:// or https:// URL',
    fallback: 'none: usage is one instant from metrics.k8s.io (the demo cluster brings its own)',
    example: 'http://prometheus.monitoring.svc:9090',
  },
  {
    name: 'PROMETHEUS_TOKEN',
    meaning: 'Bearer token for PROMETHEUS_URL; goes before a user name.',
    unit: 'token',
    fallback: 'none',
    example: 'your-token',
  },
  {
    name: 'PROMETHEUS_USER',
    meaning: 'User name for PROMETHEUS_URL, by basic authentication. Needs PROMETHEUS_PASSWORD too.',
    unit: 'text',
    fallback: 'none',
    example: 'headroom',
  },
  {
    name: 'PROMETHEUS_PASSWORD',
    meaning: 'Password for PROMETHEUS_URL. Needs PROMETHEUS_USER too.',
    unit: 'text',
    fallback: 'none',
    example: 'your-password',
  },
  {
    name: 'PROMETHEUS_CA_FILE',
    meaning: 'Certificates to trust for PROMETHEUS_URL instead of the system’s.',
    unit: 'path of a PEM file',
    fallback: 'the system’s authorities',
    example: '/etc/prometheus/ca.crt',
  },
  {
    name: 'PROMETHEUS_CERT_FILE',
    meaning: 'Client certificate to show to PROMETHEUS_URL. Needs PROMETHEUS_KEY_FILE too.',
    unit: 'path of a PEM file',
    fallback: 'none',
    example: '/etc/prometheus/tls.crt',
  },
  {
    name: 'PROMETHEUS_KEY_FILE',
    meaning: 'Key of the client certificate. Needs PROMETHEUS_CERT_FILE too.',
    unit: 'path of a PEM file',
    fallback: 'none',
    example: '/etc/prometheus/tls.key',
  },
  {
    name: 'PROMETHEUS_TENANT',
    meaning:
      'Whose data to ask for where several share one server (Mimir, Cortex), sent as X-Scope-OrgID; other servers name the header before a colon.',
    unit: 'tenant, or header: tenant',
    fallback: 'none',
    example: 'team-a',
  },
  {
    name: 'PROMETHEUS_MATCHERS',
    meaning: 'Narrows every query, where one server holds several clusters.',
    unit: 'PromQL matchers without braces',
    fallback: 'none',
    example: 'cluster="prod-eu-1"',
  },
  {
    name: 'PROMETHEUS_LABELS',
    meaning:
      'How the memory series are named: as the kubelet has them, without honor_labels, before Kubernetes 1.16, GKE’s system metrics, or a metric with its labels of namespace, pod and container.',
    unit: 'auto, cadvisor, exported, pod_name, gke or metric{label,label,label}',
    fallback: 'auto: the first that knows the container',
    example: 'cadvisor',
  },
] as const;
