// How far a node's kernel log has been dealt with, so that an agent that starts again goes on there.

export type KernelLogPosition = {
  /** Of the machine's present run: lines are counted anew in each. */
  readonly bootId: string;
  readonly sequence: number;
};

export interface KernelLogPositions {
  read(node: string): Promise<KernelLogPosition | undefined>;
  save(node: string, position: KernelLogPosition): Promise<void>;
}
