// A recommendation for one killed container, of which a test says only what differs.

import { known } from '../../src/domain/base/piece.ts';
import type { PodContainer } from '../../src/domain/base/pod.ts';
import type { Diagnosis } from '../../src/domain/diagnosis/diagnosis.ts';
import type { Evidence } from '../../src/domain/evidence/evidence.ts';
import { recommend } from '../../src/domain/sizing/recommend.ts';
import type { RecommendInput } from '../../src/domain/sizing/recommendation.ts';
import { evidence, kill, NOW, podContainer, podFacts, policy } from './build.ts';

export function diagnosis(cause: Diagnosis['cause']): Diagnosis {
  return { cause, confidence: 'high', summary: 'So it is.', facts: [], against: [] };
}

export function advise(over: Partial<RecommendInput> = {}) {
  return recommend({
    kill: kill(),
    evidence: evidence(),
    diagnosis: diagnosis('limit-too-low'),
    earlierKills: [],
    policy: policy(),
    now: NOW,
    ...over,
  });
}

export function withContainer(over: Partial<PodContainer>, given: Evidence = evidence()): Evidence {
  return { ...given, pod: known(podFacts({ containers: [podContainer(over)] }), 'pod status', NOW) };
}
