// npm start, npm run dev: from a fresh clone to a running Headroom. Installs, builds, makes sure of a redis-server, then runs the program; its exit
// code passes through. --watch builds and restarts on every change; every other argument is the program's.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import util from 'node:util';
import { ensureBuilt } from './lib/build.mjs';
import { ensureRedisServer } from './lib/programs.mjs';
import { giveUp, ROOT, runToEnd } from './lib/run.mjs';
import { onCurrentNode } from './lib/runtime.mjs';
import { runAndWatch } from './lib/watch.mjs';

/** "Something needed is not available", as the program itself says it (src/main.ts). */
const UNAVAILABLE = 69;

await onCurrentNode(import.meta.url);
const args = process.argv.slice(2).filter((arg) => arg !== '--watch');
if (!(await ensureBuilt())) giveUp('the build failed; what the compiler says is above.');
if (needsOwnRedis()) {
  const redis = await ensureRedisServer();
  if ('problem' in redis) giveUp(redis.problem, UNAVAILABLE);
}
const program = ['--enable-source-maps', join(ROOT, 'dist/src/main.js'), ...args];
const run = process.argv.includes('--watch') ? runAndWatch : runToEnd;
process.exitCode = await run(process.execPath, program);

/** A single role has no stand-ins, and a REDIS_URL, also one in .env, means there is a Redis. */
function needsOwnRedis() {
  const url = process.env.REDIS_URL ?? dotenv().REDIS_URL ?? '';
  return url.trim() === '' && args.length === 0;
}

function dotenv() {
  try {
    return util.parseEnv(readFileSync(join(ROOT, '.env'), 'utf8'));
  } catch {
    return {};
  }
}
