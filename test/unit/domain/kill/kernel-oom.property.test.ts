// However many kills come, with or without the lines the kernel leaves out in a storm, between whatever else is in its log and by whatever names: each is
// told once, and with a place it is the right one.

import { array, assert, boolean, constantFrom, integer, property, record, string } from 'fast-check';
import { expect, it } from 'vitest';
import { createKernelReader } from '../../../../src/domain/kill/kernel-oom.ts';

const UID = '4f2c1a7e-9f0b-4d3a-8f57-0d6c2f3b9a11';

const kills = array(
  record({
    /** The lines before the kill are left out. */
    limited: boolean(),
    /** Processes that memory.oom.group takes besides; none: no group. */
    group: integer({ min: 0, max: 3 }),
    /** At most 15 bytes, of any kind. */
    command: string({ maxLength: 15, unit: constantFrom('a', ' ', '(', ')', ':', ',', '\n', '"', '=', '\u2028') }),
    noise: constantFrom(
      'eth0: link up',
      'oom_reaper: reaped process 1 (x), now anon-rss:0kB',
      '',
      'memory: usage 1kB',
      '[  1.0] x',
    ),
  }),
  { maxLength: 12 },
);

function killed(pid: number, command: string): string {
  return `Memory cgroup out of memory: Killed process ${pid} (${command}) total-vm:1kB, anon-rss:1kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:1kB oom_score_adj:1`;
}

it('tells each kill once, at its own place', () => {
  assert(
    property(kills, boolean(), (given, groups) => {
      const reader = createKernelReader();
      const told = new Map<number, string | undefined>();
      for (const [index, { limited, group, command, noise }] of given.entries()) {
        const id = index.toString(16).padStart(64, '0');
        const path = `/kubepods/pod${UID}/${id}`;
        const pid = 1000 * (index + 1);
        const context = [
          `${command} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=984`,
          'memory: usage 32768kB, limit 32768kB, failcnt 27',
          `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=${id},mems_allowed=0,oom_memcg=${path},task_memcg=${path},task=${command},pid=${pid},uid=0`,
        ];
        const rest = Array.from({ length: group + 1 }, (_, more) => killed(pid + more, command));
        // A node kills groups or single processes, never now these and now those.
        const whole = groups ? [`Tasks in ${path} are going to be killed due to memory.oom.group set`, ...rest] : [];
        for (const line of [...(limited ? [] : context), noise, killed(pid, command), ...whole]) {
          const kill = reader.read(line);
          if (kill === undefined) continue;
          const { containerId } = kill.place ?? {};
          // What was told without a place may be told again with it, once.
          expect(told.has(kill.victim.pid) && told.get(kill.victim.pid) !== undefined).toBe(false);
          told.set(kill.victim.pid, containerId);
          expect([undefined, id]).toContain(containerId);
        }
        expect([...told.keys()]).toContain(pid);
        if (groups || !limited) expect(told.get(pid)).toBe(id);
      }
      expect(told.size).toBe(given.length);
    }),
  );
});
