// What to do about a kill: raise to a number with its arithmetic, or advice without one. Never only a number.

import type { Bytes } from '../base/memory.ts';
import type { Instant } from '../base/time.ts';
import type { Policy } from '../change/policy/policy.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import type { RelatedIncident } from '../diagnosis/related-incident.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { Kill } from '../kill/oom-kill.ts';
import type { PastKill } from './size.ts';

export type Recommendation =
  | {
      readonly kind: 'raise';
      readonly limit: Bytes;
      /** The request to write with it; undefined leaves the request as it is. */
      readonly request?: Bytes | undefined;
      /** One sentence: "New limit 736Mi = the highest of …". */
      readonly arithmetic: string;
      /** One sentence on the request; undefined where it stays as it is. */
      readonly requestWords?: string | undefined;
      /** Names what cut the number down, with the uncapped value; undefined when nothing did. */
      readonly cappedBy?: string | undefined;
      /** A stop-gap for a leak: it delays the next kill, it does not end them. */
      readonly temporary: boolean;
      readonly advice: readonly string[];
    }
  | {
      /** A different limit is not the answer; the advice is. */
      readonly kind: 'advise';
      readonly reason: string;
      readonly advice: readonly string[];
    };

export type RecommendInput = {
  readonly kill: Kill | undefined;
  readonly evidence: Evidence;
  readonly diagnosis: Diagnosis;
  /** This container's earlier kills with the limit each of them hit. */
  readonly earlierKills: readonly PastKill[];
  readonly policy: Policy;
  readonly now: Instant;
  /** Of a pod that shows no kill: the container's incident that is open or was resolved lately. */
  readonly incident?: RelatedIncident | undefined;
};
