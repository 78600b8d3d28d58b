// A watch stream as lines, without decoding: chunks are split at line ends and searched as bytes, and only a line that a chunk does not hold whole is put
// together, always in the same memory. Nothing is allocated for a line: garbage of a busy watch would cost more than looking at it.

/**
 * What the JSON of a pod with a memory kill holds somewhere: the runtime's reason, runc's words when a start was killed, or SIGKILL without a mark ("exitCode",
 * without its beginning: the search looks for the first byte, and quotes and small letters are everywhere).
 */
export const POD_MARKERS = ['OOMKilled', 'OOM-killed', 'Code":137'].map((marker) => Buffer.from(marker));

/** Not an object: bookmarks carry the resource version to resume from, errors say what went wrong. */
const CONTROL = ['"type":"BOOKMARK"', '"type":"ERROR"'].map((marker) => Buffer.from(marker));
const CONTROL_WITHIN = 64;
const NEWLINE = 0x0a;
/** An object's own resource version comes within its first fields, before labels and annotations. */
const HEAD = 1024;

/** Its bytes are there only as long as the callback runs. */
export type ScannedLine = {
  /** The first kilobyte, or all of a shorter line. */
  head(): Buffer;
  whole(): Buffer;
  /** Holds one of the markers. */
  readonly marked: boolean;
};

export type LineScanner = {
  /** Calls back for each line that ends in this chunk; stops where the callback says so. Keeps nothing of the chunk's own memory. */
  push(chunk: Buffer, onLine: (line: ScannedLine) => boolean): void;
};

export type LineScannerOptions = {
  readonly markers: readonly Buffer[];
  /** A longer line is dropped and counted by `onTooLong`. */
  readonly mostBytes: number;
  readonly onTooLong: () => void;
};

export function createLineScanner({ markers, mostBytes, onTooLong }: LineScannerOptions): LineScanner {
  const begun = createBegun();
  let dropping = false;
  const keep = (part: Buffer): void => {
    if (dropping || part.length === 0) return;
    if (begun.length() + part.length <= mostBytes) return begun.add(part);
    begun.take();
    dropping = true;
    onTooLong();
  };
  /** The line that ends with this part. */
  const finish = (part: Buffer): Buffer => {
    const isWhole = begun.length() === 0 && !dropping && part.length <= mostBytes;
    if (isWhole) return part;
    keep(part);
    dropping = false;
    return begun.take();
  };
  return {
    push(chunk, onLine) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        const line = finish(chunk.subarray(start, end));
        start = end + 1;
        if (line.length > 0 && !onLine(lineOf(line, markers))) return;
      }
      keep(chunk.subarray(start));
    },
  };
}

/** Enough for nearly every object. */
const USUAL = 64 * 1024;

/** The line that has not ended yet. */
function createBegun() {
  let memory = Buffer.allocUnsafeSlow(USUAL);
  let length = 0;
  const grow = (atLeast: number): void => {
    const larger = Buffer.allocUnsafeSlow(Math.max(atLeast, 2 * memory.length));
    memory.copy(larger, 0, 0, length);
    memory = larger;
  };
  return {
    length: () => length,
    add(part: Buffer): void {
      if (length + part.length > memory.length) grow(length + part.length);
      part.copy(memory, length);
      length += part.length;
    },
    /** All of it, in memory that the next one is written to; what a very long one needed is let go. */
    take(): Buffer {
      const line = memory.subarray(0, length);
      if (memory.length > USUAL) memory = Buffer.allocUnsafeSlow(USUAL);
      length = 0;
      return line;
    },
  };
}

function lineOf(line: Buffer, markers: readonly Buffer[]): ScannedLine {
  return {
    marked: markers.some((marker) => line.includes(marker)),
    head: () => line.subarray(0, HEAD),
    whole: () => line,
  };
}

export function isControl(line: ScannedLine): boolean {
  const head = line.whole().subarray(0, CONTROL_WITHIN);
  return CONTROL.some((marker) => head.includes(marker));
}

export function isMarkedText(text: string, markers: readonly Buffer[]): boolean {
  return markers.some((marker) => text.includes(marker.toString('latin1')));
}
