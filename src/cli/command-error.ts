// What ends a sub command with a sentence for a person instead of a stack.

export class CommandError extends Error {
  override readonly name = 'CommandError';
  /** 1: the answer is no; 69: something it needs cannot be had. */
  readonly exitCode: 1 | 69;

  constructor(message: string, { exitCode, cause }: { readonly exitCode: 1 | 69; readonly cause?: unknown }) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}
