// The watch stream as lines, without decoding: bytes are split at line ends and searched for what a memory kill leaves in a pod's JSON. Only a line
// that has it, or that is not a pod's (bookmark, error), is worth parsing.

/** What the JSON of a pod with a memory kill holds somewhere: the runtime's reason, runc's words when a start was killed, or SIGKILL without a mark. */
const MARKERS = ['OOMKilled', 'OOM-killed', '"exitCode":137'].map((marker) => Buffer.from(marker));
/** Not a pod: bookmarks carry the resource version to resume from, errors say what went wrong. */
const CONTROL = ['"type":"BOOKMARK"', '"type":"ERROR"'].map((marker) => Buffer.from(marker));
const CONTROL_WITHIN = 64;
const NEWLINE = 0x0a;

export type LineSplitter = {
  /** The complete lines that end in this chunk, without their line ends; views that hold until the next call. */
  push(chunk: Uint8Array): readonly Buffer[];
};

/** A line longer than `mostBytes` is dropped and counted by `onTooLong`: no object the API server stores is that large. */
export function createLineSplitter(options: { readonly mostBytes: number; readonly onTooLong: () => void }): LineSplitter {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let skipping = false;
  const keep = (part: Buffer): void => {
    if (part.length === 0 || skipping) return;
    // The chunk belongs to the stream and may be used again: what outlives this call is copied.
    pending.push(Buffer.from(part));
    pendingBytes += part.length;
    if (pendingBytes <= options.mostBytes) return;
    skipping = true;
    pending = [];
    pendingBytes = 0;
    options.onTooLong();
  };
  const take = (part: Buffer): Buffer | undefined => {
    const line = skipping ? undefined : pending.length === 0 ? part : Buffer.concat([...pending, part]);
    pending = [];
    pendingBytes = 0;
    skipping = false;
    return line;
  };
  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const lines: Buffer[] = [];
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
        const line = take(bytes.subarray(start, end));
        if (line !== undefined && line.length > 0) lines.push(line);
        start = end + 1;
      }
      keep(bytes.subarray(start));
      return lines;
    },
  };
}

export function canHoldKill(line: Buffer): boolean {
  return MARKERS.some((marker) => line.includes(marker));
}

export function isControl(line: Buffer): boolean {
  const head = line.subarray(0, CONTROL_WITHIN);
  return CONTROL.some((marker) => head.includes(marker));
}
