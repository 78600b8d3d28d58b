// Sees to it that node_modules is what package-lock.json says: a stamp in node_modules keeps the hash of the lockfile it was installed from, so that a
// start with everything in place costs a few milliseconds.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { giveUp, ROOT, runInSight } from './run.mjs';

const LOCKFILE = join(ROOT, 'package-lock.json');
const MODULES = join(ROOT, 'node_modules');
const STAMP = join(MODULES, '.headroom-lock');
const NPM_RECORD = join(MODULES, '.package-lock.json');

/** Installs when needed. Ends the process with npm's own words when npm fails. */
export async function ensurePackages() {
  const lockfile = readFileSync(LOCKFILE, 'utf8');
  const stamp = `${process.platform}-${process.arch} ${createHash('sha256').update(lockfile).digest('hex')}\n`;
  if (read(STAMP) === stamp) return;
  if (!installedByHand(lockfile)) await install();
  writeFileSync(STAMP, stamp);
}

async function install() {
  console.log('Installing packages with npm ci (only when package-lock.json changes) …');
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=5'];
  const code = await runInSight('npm', args, { env: { ...process.env, PATH: pathWithoutModules() } });
  if (code !== 0) giveUp(`npm ci failed with exit code ${code}; what it says is above.`, code);
}

/** Somebody ran npm ci or npm install: npm's own record then has every package of the lockfile that is not optional. */
function installedByHand(lockfile) {
  const record = parse(read(NPM_RECORD)).packages ?? {};
  const wanted = Object.entries(parse(lockfile).packages ?? {}).filter(([path]) => path !== '');
  return wanted.every(([path, { version, integrity, optional, devOptional }]) => {
    const there = record[path];
    if (there === undefined) return optional === true || devOptional === true;
    return there.version === version && there.integrity === integrity && existsSync(join(ROOT, path));
  });
}

/** npm must not run on the Node that it is about to replace. */
function pathWithoutModules() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders
    .filter((folder) => !folder.startsWith(MODULES + sep) && !folder.endsWith(join('node_modules', '.bin')))
    .join(delimiter);
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function parse(text) {
  return text === '' ? {} : JSON.parse(text);
}
