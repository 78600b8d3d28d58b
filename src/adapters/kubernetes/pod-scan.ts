// A watch stream as lines, without decoding and almost without copying: chunks are split at line ends and searched as bytes. A line is put together only
// when it is worth parsing (it holds what a memory kill leaves in an object's JSON) or is the stream's own (a bookmark, an error).

/** What the JSON of a pod with a memory kill holds somewhere: the runtime's reason, runc's words when a start was killed, or SIGKILL without a mark. */
export const POD_MARKERS = ['OOMKilled', 'OOM-killed', '"exitCode":137'].map((marker) => Buffer.from(marker));

/** Not an object: bookmarks carry the resource version to resume from, errors say what went wrong. */
const CONTROL = ['"type":"BOOKMARK"', '"type":"ERROR"'].map((marker) => Buffer.from(marker));
const CONTROL_WITHIN = 64;
const NEWLINE = 0x0a;
/** An object's own resource version comes within its first fields, before labels and annotations. */
const HEAD = 1024;

export type ScannedLine = {
  /** At least the line's first kilobyte where it has one. */
  head(): Buffer;
  /** All of it. Only as long as the callback runs. */
  whole(): Buffer;
  /** Holds one of the markers. */
  readonly marked: boolean;
};

export type LineScanner = {
  /** Calls back for each line that ends in this chunk; stops where the callback says so. The chunk must not be written to afterwards. */
  push(chunk: Uint8Array, onLine: (line: ScannedLine) => boolean): void;
};

export type LineScannerOptions = {
  readonly markers: readonly Buffer[];
  /** A longer line is dropped and counted by `onTooLong`. */
  readonly mostBytes: number;
  readonly onTooLong: () => void;
};

type Unfinished = { parts: Buffer[]; bytes: number; marked: boolean; tooLong: boolean };

export function createLineScanner({ markers, mostBytes, onTooLong }: LineScannerOptions): LineScanner {
  const overlap = Math.max(...markers.map(({ length }) => length)) - 1;
  const isMarked = (bytes: Buffer): boolean => markers.some((marker) => bytes.includes(marker));
  let open = nothing();
  /** A marker may begin in one part and end in the next. */
  const isMarkedWith = (part: Buffer): boolean => {
    const before = open.parts.at(-1);
    if (open.marked || isMarked(part)) return true;
    return before !== undefined && isMarked(Buffer.concat([tail(open.parts, overlap), part.subarray(0, overlap)]));
  };
  const add = (part: Buffer): void => {
    if (part.length === 0 || open.tooLong) return;
    open.marked = isMarkedWith(part);
    open.parts.push(part);
    open.bytes += part.length;
    if (open.bytes <= mostBytes) return;
    open = { ...nothing(), tooLong: true };
    onTooLong();
  };
  return {
    push(chunk, onLine) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
        add(bytes.subarray(start, end));
        const { parts, marked } = open;
        open = nothing();
        start = end + 1;
        if (parts.length > 0 && !onLine(lineOf(parts, marked))) return;
      }
      add(bytes.subarray(start));
    },
  };
}

function nothing(): Unfinished {
  return { parts: [], bytes: 0, marked: false, tooLong: false };
}

/** The last bytes before the part that comes; parts may be as small as one byte. */
function tail(parts: readonly Buffer[], length: number): Buffer {
  let kept = Buffer.alloc(0);
  for (let index = parts.length - 1; index >= 0 && kept.length < length; index -= 1) {
    kept = Buffer.concat([parts[index] ?? kept, kept]);
  }
  return kept.subarray(-length);
}

function lineOf(parts: readonly Buffer[], marked: boolean): ScannedLine {
  const [first = Buffer.alloc(0)] = parts;
  return {
    marked,
    head: () => (parts.length === 1 || first.length >= HEAD ? first : joinedHead(parts)),
    whole: () => (parts.length === 1 ? first : Buffer.concat(parts)),
  };
}

function joinedHead(parts: readonly Buffer[]): Buffer {
  const enough = parts.findIndex((_, index) => parts.slice(0, index + 1).reduce((sum, { length }) => sum + length, 0) >= HEAD);
  return Buffer.concat(parts.slice(0, enough < 0 ? parts.length : enough + 1));
}

export function isControl(line: ScannedLine): boolean {
  const head = line.head().subarray(0, CONTROL_WITHIN);
  return CONTROL.some((marker) => head.includes(marker));
}

export function isMarkedText(text: string, markers: readonly Buffer[]): boolean {
  return markers.some((marker) => text.includes(marker.toString('latin1')));
}
