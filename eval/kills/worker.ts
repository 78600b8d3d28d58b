// One process that is killed for memory, for one of six causes. Arguments: cause, limit in bytes, seed, scratch folder on a tmpfs. It is started inside a
// memory cgroup, and never ends by itself.

import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { randomFrom } from '../series/random.ts';

const [kind = '', limitText = '', seedText = '', scratch = ''] = process.argv.slice(2);
const limit = Number(limitText);
const random = randomFrom(Number(seedText) * 31 + kind.length);
const held: Buffer[] = [];
const CHUNK = 512 * 1024;
/** What a Node.js process holds before it does anything. */
const RUNTIME = 26 * 2 ** 20;

function take(bytes: number): void {
  for (let left = bytes; left > 0; left -= CHUNK) held.push(Buffer.alloc(Math.min(left, CHUNK), 1));
}

/** Up to a share of the limit, the runtime included. */
function reach(share: number): void {
  take(Math.max(0, share * limit - RUNTIME));
}

async function grow(total: number, seconds: number): Promise<void> {
  const steps = seconds * 10;
  for (let step = 0; step < steps; step += 1) {
    take(total / steps);
    await pause(100);
  }
}

const idle = (low: number, high: number) => pause(random.between(low, high) * 1000);

switch (kind) {
  case 'leak':
    reach(0.3);
    await grow(limit, random.between(14, 22));
    break;
  case 'spike':
    reach(random.between(0.4, 0.6));
    await idle(8, 14);
    take(limit);
    break;
  case 'undersized':
    reach(0.86);
    await idle(10, 15);
    await grow(0.4 * limit, 1);
    break;
  case 'startup':
    take(limit);
    break;
  case 'child': {
    const share = random.between(0.3, 0.6);
    reach(share);
    await idle(6, 9);
    const child = fork(new URL(import.meta.url), ['grown-child', limitText, seedText, scratch]);
    await new Promise((resolve) => child.on('exit', resolve));
    // As a server that reports a failed worker and goes on for a while.
    await pause(300);
    process.exitCode = 7;
    break;
  }
  case 'grown-child':
    await grow(limit, random.between(2, 4));
    break;
  case 'tmpfs': {
    reach(0.4);
    const piece = Buffer.alloc(CHUNK, 1);
    for (let file = 0; ; file += 1) {
      writeFileSync(`${scratch}/${file}`, piece);
      await pause(random.between(30, 60));
    }
  }
}
