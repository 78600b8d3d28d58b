// Runs the program and, when a source changes, builds it and starts it again. A build that fails leaves the running one alone; a program that ended
// by itself is started again at the next change.

import { watch } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ROOT, runToEnd } from './run.mjs';

const FOLDERS = ['src', 'handlers', 'packages'];

/** An editor saves in several steps. */
const SETTLES_WITHIN_MS = 150;

/** Resolves to the program's exit code once somebody asks it to stop. */
export async function runAndWatch(command, args) {
  const stop = stopAsked();
  const changes = watchSources();
  let code = 0;
  while (!stop.asked()) {
    const rebuilt = nextGoodBuild(changes);
    code = await runUntil(rebuilt, command, args);
    if (stop.asked()) break;
    await Promise.race([rebuilt, stop.happens]);
  }
  changes.close();
  return code;
}

/** Stops the program when there is something newer; resolves when it has ended, whoever ended it. */
async function runUntil(rebuilt, command, args) {
  let child;
  const run = runToEnd(command, args, { onChild: (started) => (child = started) });
  const first = await Promise.race([run.then(() => 'ended'), rebuilt.then(() => 'rebuilt')]);
  if (first === 'rebuilt') child.kill('SIGTERM');
  const code = await run;
  if (first === 'ended') console.log(`headroom: it ended with code ${code}.`);
  return code;
}

function stopAsked() {
  let asked = false;
  const happens = new Promise((done) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.once(name, () => {
        asked = true;
        done();
      });
    }
  });
  return { asked: () => asked, happens };
}

async function nextGoodBuild(changes) {
  do await changes.next();
  while (!(await ensureBuilt()));
  console.log('headroom: built; starting again.');
}

function watchSources() {
  let waiting;
  let timer;
  const tell = () => {
    clearTimeout(timer);
    timer = setTimeout(() => waiting?.(), SETTLES_WITHIN_MS);
  };
  const watchers = FOLDERS.map((folder) => watch(join(ROOT, folder), { recursive: true }, tell));
  return {
    next: () => new Promise((done) => (waiting = done)),
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
