// The line scanner: the same lines however the bytes are cut, markers found across every cut, lines without end dropped and said.

import { array, assert, constantFrom, nat, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineScanner, isControl } from '../../../../../src/adapters/kubernetes/watch/pod-scan.ts';

const MARKERS = ['OOMKilled', '"exitCode":137'].map((marker) => Buffer.from(marker));

type Seen = { readonly text: string; readonly marked: boolean; readonly control: boolean };

function scan(chunks: readonly Buffer[], mostBytes = 1000): { readonly lines: readonly Seen[]; readonly tooLong: number } {
  const lines: Seen[] = [];
  let tooLong = 0;
  const scanner = createLineScanner({ markers: MARKERS, mostBytes, onTooLong: () => void (tooLong += 1) });
  for (const chunk of chunks)
    scanner.push(chunk, (line) => {
      lines.push({ text: line.whole().toString('utf8'), marked: line.marked, control: isControl(line) });
      return true;
    });
  return { lines, tooLong };
}

/** The bytes cut at these places. */
function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...sorted].map((from, index) => bytes.subarray(from, sorted[index] ?? bytes.length));
}

const word = oneof(
  constantFrom('OOMKilled', '"exitCode":137', '{"type":"BOOKMARK"', '{"type":"ERROR"', 'OOMKille', 'é', '"'),
  string({ maxLength: 8 }).filter((text) => !/[\r\n]/.test(text)),
);
const line = array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(''));

describe('the line scanner', () => {
  it('gives the same lines, marks and kinds however the stream is cut', () => {
    assert(
      property(array(line), array(nat()), (texts, places) => {
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        const expected = texts
          .filter((text) => text !== '')
          .map((text) => ({
            text,
            marked: MARKERS.some((marker) => text.includes(marker.toString())),
            control: /"type":"(BOOKMARK|ERROR)"/.test(Buffer.from(text).subarray(0, 64).toString('latin1')),
          }));
        expect(scan(cut(bytes, places)).lines).toEqual(expected);
      }),
    );
  });

  it('finds a marker that comes byte by byte', () => {
    const bytes = Buffer.from('{"reason":"OOMKilled"}\n');
    expect(scan([...bytes].map((byte) => Buffer.of(byte))).lines).toEqual([expect.objectContaining({ marked: true })]);
  });

  it('keeps an unfinished line to itself', () => {
    expect(scan([Buffer.from('{"reason":"OOMKilled"}')]).lines).toEqual([]);
  });

  it('drops a line that is too long, says so, and reads the next', () => {
    const { lines, tooLong } = scan([Buffer.from('a'.repeat(6)), Buffer.from('b'.repeat(6)), Buffer.from('c\nnext\n')], 10);
    expect(lines.map(({ text }) => text)).toEqual(['next']);
    expect(tooLong).toBe(1);
  });

  it('stops where it is told to', () => {
    const seen: string[] = [];
    createLineScanner({ markers: MARKERS, mostBytes: 100, onTooLong: () => undefined }).push(Buffer.from('a\nb\nc\n'), (each) => {
      seen.push(each.whole().toString());
      return seen.length < 2;
    });
    expect(seen).toEqual(['a', 'b']);
  });
});
