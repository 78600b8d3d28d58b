// What a diagnosis says: the cause, how sure, the facts for and against in plain words, and what would settle it.

export type Cause =
  | 'limit-too-low'
  | 'leak'
  | 'spike'
  | 'startup'
  | 'memory-volume'
  | 'child-process'
  | 'heap-setting'
  | 'node-pressure'
  | 'no-limit'
  /** The limit of the whole pod, reached by what runs beside this container. */
  | 'pod-limit'
  | 'not-an-oom'
  | 'unclear';

type Confidence = 'high' | 'medium' | 'low';

export type Diagnosis = Finding & {
  /** What a run that was long enough showed, without what holds for one kill alone: later kills of the incident are read with it. */
  readonly shown?: Finding | undefined;
};

export type Finding = {
  readonly cause: Cause;
  readonly confidence: Confidence;
  /** One sentence without jargon: what most likely happened. Plain text, not yet escaped. */
  readonly summary: string;
  /** At most four facts that speak for it, each with a number where there is one. */
  readonly facts: readonly string[];
  readonly against: readonly string[];
  /** What would settle it, when it is not settled. */
  readonly toSettle?: string | undefined;
};
