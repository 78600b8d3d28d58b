// A Deployment from the outside, to see that a change touched what was approved and nothing else.

import { z } from 'zod';
import type { Target } from './target.ts';

const memory = z.object({ memory: z.string().optional() }).loose().optional();
const deployment = z.looseObject({
  metadata: z.looseObject({
    generation: z.number(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.array(
          z.looseObject({ name: z.string(), resources: z.looseObject({ limits: memory, requests: memory }).optional() }),
        ),
      }),
    }),
  }),
});

export type Seen = {
  readonly generation: number;
  readonly limit: string | undefined;
  /** Which proposal changed it last. */
  readonly mark: string | undefined;
  /** Everything but the memory of the container and that mark. */
  readonly rest: string;
};

export async function lookAt({
  connection,
  deployment: { namespace, name, container },
}: Pick<Target, 'connection' | 'deployment'>): Promise<Seen> {
  const body = await connection.json({
    path: `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
    signal: AbortSignal.timeout(30_000),
  });
  const { metadata, spec } = deployment.parse(body);
  const found = spec.template.spec.containers.find((each) => each.name === container);
  const limit = found?.resources?.limits?.memory;
  for (const part of [found?.resources?.limits, found?.resources?.requests]) delete part?.memory;
  // The controller counts revisions in an annotation of its own, and a change leaves its mark.
  const { 'deployment.kubernetes.io/revision': _, 'headroom/change': mark, ...annotations } = metadata.annotations ?? {};
  return { generation: metadata.generation, limit, mark, rest: JSON.stringify({ labels: metadata.labels, annotations, spec }) };
}
