// A pod made from the template as a change leaves it, in a dry run: LimitRange, ResourceQuota, PodSecurity and policies on pods speak only there, not on
// the workload. Needs the right to create pods, which the manifests do not give: then it is "not checked".

import { z } from 'zod';
import type { PodRehearsal } from '../../../ports/workload-editor.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { serverWords } from '../client/faults.ts';
import { collectionPath } from '../client/workload-path.ts';
import { FIELD_MANAGER } from './write.ts';

const template = z.object({ metadata: z.looseObject({}).nullish(), spec: z.looseObject({}) });
const withTemplate = z.object({
  spec: z.object({ template: template.nullish(), jobTemplate: z.object({ spec: z.object({ template }) }).nullish() }),
});

/** `workload`: the object as the dry run of the patch gave it back. */
export async function rehearsePod(
  connection: ClusterConnection,
  { namespace, name, workload }: { readonly namespace: string; readonly name: string; readonly workload: unknown },
  signal: AbortSignal,
): Promise<PodRehearsal> {
  const parsed = withTemplate.safeParse(workload);
  const found = parsed.success ? (parsed.data.spec.template ?? parsed.data.spec.jobTemplate?.spec.template) : undefined;
  if (!found) return { kind: 'not-checked', reason: 'there is no template to make a pod from' };
  const { metadata, spec } = found;
  const { name: _, namespace: __, ...rest } = { ...metadata };
  const path = collectionPath(namespace, 'Pod') ?? '';
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...rest, namespace, generateName: `${name.slice(0, 50)}-` },
    spec,
  };
  const { status, body: answer } = await connection.answer({
    method: 'POST',
    path,
    query: { fieldManager: FIELD_MANAGER, dryRun: 'All' },
    body,
    signal,
  });
  if (status < 300) return { kind: 'passed' };
  const message = serverWords(answer);
  if (status === 403 && /\bcannot create resource\b/.test(message))
    return { kind: 'not-checked', reason: 'no right to create pods, which this dry run needs (RBAC)' };
  if (status === 429 || status >= 500) return { kind: 'not-checked', reason: message };
  return { kind: 'denied', message };
}
