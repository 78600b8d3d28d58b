// Records of /dev/kmsg.

import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../../../src/adapters/kernel/kmsg.ts';

describe('a record', () => {
  it.each([
    { name: 'a line', record: '6,1234,5678901,-;oom-kill:constraint=x\n', text: 'oom-kill:constraint=x' },
    { name: 'with a dictionary', record: '3,1234,5678901,-;Killed process 1\n SUBSYSTEM=memory\n', text: 'Killed process 1' },
    { name: 'with more fields before the text', record: '6,1234,5678901,-,caller=T1;text\n', text: 'text' },
    { name: 'with a semicolon in it', record: '6,1234,5678901,-;a;b\n', text: 'a;b' },
    { name: 'with bytes written as codes', record: '6,1234,5678901,-;a\\x0ab\\x5cc\n', text: 'a\nb\\c' },
    { name: 'with letters of several bytes', record: '6,1234,5678901,-;caf\\xc3\\xa9\n', text: 'café' },
    { name: 'without text', record: '6,1234,5678901,-;\n', text: '' },
  ])('$name', ({ record, text }) => {
    expect(parseRecord(record)).toEqual({ sequence: 1234, atUs: 5_678_901, text });
  });

  it.each(['12', '14', '30'])('that a program wrote, with %s in front, is none: anybody could forge a kill', (priority) => {
    expect(parseRecord(`${priority},1234,5678901,-;Killed process 1 (x) total-vm:1kB`)).toBeUndefined();
  });

  it.each(['', 'none', 'lost', ';text', '6,x,1,-;text', ' SUBSYSTEM=memory'])('%j is none', (record) => {
    expect(parseRecord(record)).toBeUndefined();
  });
});
