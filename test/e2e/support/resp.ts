// The commands in what a Redis client sends (RESP arrays of bulk strings), and what of it is not complete yet.

export type Command = { readonly words: readonly string[]; readonly raw: Buffer };

export function commandsIn(bytes: Buffer): { readonly commands: readonly Command[]; readonly rest: Buffer } {
  const commands: Command[] = [];
  let from = 0;
  for (let found = commandAt(bytes, from); found !== undefined; found = commandAt(bytes, from)) {
    commands.push({ words: found.words, raw: bytes.subarray(from, found.end) });
    from = found.end;
  }
  return { commands, rest: bytes.subarray(from) };
}

type Found = { readonly words: readonly string[]; readonly end: number };

/** Undefined when it is not complete. */
function commandAt(bytes: Buffer, from: number): Found | undefined {
  const head = numberAt(bytes, from, '*');
  if (head === undefined) return undefined;
  const words: string[] = [];
  let at = head.end;
  for (let count = 0; count < head.value; count += 1) {
    const length = numberAt(bytes, at, '$');
    if (length === undefined || bytes.length < length.end + length.value + 2) return undefined;
    words.push(bytes.toString('latin1', length.end, length.end + length.value));
    at = length.end + length.value + 2;
  }
  return { words, end: at };
}

function numberAt(bytes: Buffer, from: number, mark: string): { readonly value: number; readonly end: number } | undefined {
  const end = bytes.indexOf('\r\n', from);
  if (end < 0) return undefined;
  const line = bytes.toString('latin1', from, end);
  if (!line.startsWith(mark)) throw new Error(`not a Redis command: ${line.slice(0, 40)}`);
  return { value: Number(line.slice(1)), end: end + 2 };
}
