// Builds dist, only what is out of date: the program with tsc, the local Slack's page with esbuild. Each part has a stamp, the hash of what it was
// made from, so that a start with nothing changed costs a few milliseconds.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runInSight } from './run.mjs';

const DIST = join(ROOT, 'dist');
const SHARED_INPUTS = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

const IS_TEST = /^packages\/[^/]+\/test\//;

const PARTS = [
  {
    name: 'program',
    inputs: ['src', 'handlers', 'packages'],
    skips: (path) => path.startsWith('packages/slack-sim/page/') || IS_TEST.test(path),
    output: 'dist/src/main.js',
    make: () => {
      for (const folder of ['src', 'handlers', 'packages']) rmSync(join(DIST, folder), { recursive: true, force: true });
      return runInSight(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json']);
    },
  },
  {
    name: 'page',
    inputs: ['packages/slack-sim'],
    skips: (path) => path.startsWith('packages/slack-sim/src/web-api/') || IS_TEST.test(path),
    output: 'dist/packages/slack-sim/page/index.html',
    make: () => runInSight(process.execPath, [join(ROOT, 'packages/slack-sim/src/build-page.ts')]),
  },
];

/** Resolves to whether everything is built; what a compiler has to say is on the terminal. */
export async function ensureBuilt() {
  for (const part of PARTS) {
    const stampFile = join(DIST, `.${part.name}-stamp`);
    const stamp = hashOf(part);
    if (existsSync(join(ROOT, part.output)) && read(stampFile) === stamp) continue;
    console.log(`Building the ${part.name} …`);
    rmSync(stampFile, { force: true });
    if ((await part.make()) !== 0) return false;
    mkdirSync(DIST, { recursive: true });
    writeFileSync(stampFile, stamp);
  }
  return true;
}

function hashOf({ inputs, skips }) {
  const hash = createHash('sha256');
  const files = inputs.flatMap((folder) => filesIn(folder)).filter((path) => !skips(path));
  for (const path of [...files, ...SHARED_INPUTS])
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update('\0');
  return hash.digest('hex');
}

/** Paths from the root with forward slashes, in a stable order. */
function filesIn(folder) {
  return readdirSync(join(ROOT, folder))
    .sort()
    .flatMap((name) => {
      const path = `${folder}/${name}`;
      return statSync(join(ROOT, path)).isDirectory() ? filesIn(path) : [path];
    });
}

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
