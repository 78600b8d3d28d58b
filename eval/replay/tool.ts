// What a tool that sizes memory sees and answers in a replay. It never sees demand above the limit: a killed sample is lost to it, as it is lost to
// Prometheus; it is only told when the container was killed and at which limit. Bytes and steps.

export type Moment = {
  /** Index of the step. */
  readonly at: number;
  readonly stepSeconds: number;
  /** The limit in force. */
  readonly limit: number;
};

export type Tool = {
  sample(at: number, bytes: number): void;
  /** Told of a kill at the limit; answers the limit it recommends, or undefined for none. */
  killed(moment: Moment): number | undefined;
  /** Asked without a kill. */
  asked(moment: Moment): number | undefined;
};

export type Policy = {
  readonly name: string;
  /** Days from one change or question to the next question. */
  readonly asksEveryDays: number;
  /** Changes what runs at once, without a person in between. */
  readonly immediate: boolean;
  create(stepSeconds: number): Tool;
};
