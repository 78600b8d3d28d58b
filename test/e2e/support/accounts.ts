// The manifests' accounts and rights on a real API server, in a namespace of their own: what deploy/kustomize/base grants, and nothing else.

import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import type { ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';

export type Accounts = {
  /** Where they live, in place of the installation's. */
  readonly namespace: string;
  /** Path of a kubeconfig that is exactly that account. */
  kubeconfig(role: 'watcher' | 'worker' | 'slack'): string;
  stop(): Promise<void>;
};

const BASE = new URL('../../../deploy/kustomize/base/', import.meta.url);
const ROLES = ['watcher', 'worker', 'slack'] as const;

const named = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
const binding = z.looseObject({
  roleRef: z.looseObject({ name: z.string() }),
  subjects: z.array(z.looseObject({ namespace: z.string() })),
});
const cluster = z.object({ clusters: z.array(z.object({ cluster: z.looseObject({ server: z.string() }) })).min(1) });
const token = z.object({ status: z.object({ token: z.string() }) });

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

function pathOf(kind: string, namespace: string): string {
  if (kind === 'ClusterRole') return `${RBAC}/clusterroles`;
  if (kind === 'ClusterRoleBinding') return `${RBAC}/clusterrolebindings`;
  return `${RBAC}/namespaces/${namespace}/${kind === 'Role' ? 'roles' : 'rolebindings'}`;
}

export async function applyAccounts(connection: ClusterConnection, adminKubeconfig: string): Promise<Accounts> {
  const suffix = randomBytes(3).toString('hex');
  const namespace = `headroom-${suffix}`;
  const folder = await mkdtemp(join(tmpdir(), 'headroom-accounts-'));
  const post = (path: string, body: unknown): Promise<unknown> =>
    connection.json({ method: 'POST', path, body, signal: AbortSignal.timeout(10_000) });
  await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const account of await documents('accounts.yaml')) await post(`/api/v1/namespaces/${namespace}/serviceaccounts`, account);
  const rights = (await documents('rbac.yaml')).map((right) => renamed(right, { suffix, namespace }));
  for (const right of rights) await post(pathOf(right.kind, namespace), right);
  for (const role of ROLES) {
    const answer = await post(`/api/v1/namespaces/${namespace}/serviceaccounts/headroom-${role}/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    });
    await writeFile(join(folder, role), await kubeconfigText(adminKubeconfig, token.parse(answer).status.token));
  }
  return {
    namespace,
    kubeconfig: (role) => join(folder, role),
    async stop() {
      const remove = (path: string): Promise<unknown> =>
        connection.answer({ method: 'DELETE', path, signal: AbortSignal.timeout(10_000) });
      for (const { kind, metadata } of rights) await remove(`${pathOf(kind, namespace)}/${metadata.name}`);
      await remove(`/api/v1/namespaces/${namespace}`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function documents(file: string): Promise<readonly z.infer<typeof named>[]> {
  return parseAllDocuments(await readFile(new URL(file, BASE), 'utf8')).map((document) => named.parse(document.toJS()));
}

/** Names of their own, so that nothing of an installation is touched; what is granted stays word for word. */
function renamed(
  right: z.infer<typeof named>,
  { suffix, namespace }: { readonly suffix: string; readonly namespace: string },
): z.infer<typeof named> {
  const metadata = {
    ...right.metadata,
    name: `${right.metadata.name}-${suffix}`,
    ...(right.kind.startsWith('Cluster') ? {} : { namespace }),
  };
  const bound = binding.safeParse(right);
  if (!bound.success) return { ...right, metadata };
  const { roleRef, subjects } = bound.data;
  return {
    ...right,
    metadata,
    roleRef: { ...roleRef, name: `${roleRef.name}-${suffix}` },
    subjects: subjects.map((subject) => ({ ...subject, namespace })),
  };
}

async function kubeconfigText(adminKubeconfig: string, bearer: string): Promise<string> {
  const { clusters } = cluster.parse(parse(await readFile(adminKubeconfig, 'utf8')));
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'local', cluster: clusters[0]?.cluster }],
    users: [{ name: 'role', user: { token: bearer } }],
    contexts: [{ name: 'local', context: { cluster: 'local', user: 'role' } }],
    'current-context': 'local',
  });
}
