// The programs that do not come from npm: found on the PATH, else installed where that can be done without asking (apt-get as root, Homebrew), else a
// sentence that says what to do.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runQuietly } from './run.mjs';

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const CHROMIUM_PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** A download may fail once, and another installation may be under way. */
const PATIENT = ['-o', 'Acquire::Retries=5', '-o', 'DPkg::Lock::Timeout=120'];

/**
 * The path of a redis-server, installed when missing.
 * @returns {Promise<{ path: string } | { problem: string }>}
 */
export async function ensureRedisServer() {
  const found = findProgram('redis-server');
  if (found !== undefined) return { path: found };
  const said = await installWith({ name: 'redis-server', debian: 'redis-server', brew: 'redis' });
  const path = findProgram('redis-server');
  if (path !== undefined) return { path };
  return {
    problem: `redis-server is missing${said}. Install it (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis; Fedora: dnf install redis), or set REDIS_URL to a Redis you have.`,
  };
}

/**
 * The path of a Chromium, installed when missing.
 * @returns {Promise<{ path: string } | { problem: string }>}
 */
export async function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return { path: found };
  const said = await installWith({ name: 'chromium', debian: 'chromium' });
  const path = findChromium();
  if (path !== undefined) return { path };
  return { problem: `no Chromium was found${said}. Install Chromium or Chrome, or set CHROMIUM_PATH to its program.` };
}

function findChromium() {
  const asked = process.env.CHROMIUM_PATH;
  if (asked !== undefined && asked !== '') return isProgram(asked) ? asked : undefined;
  return CHROMIUM_NAMES.map(findProgram).find((path) => path !== undefined) ?? CHROMIUM_PLACES.find(isProgram);
}

/** The first program of this name on the PATH. */
function findProgram(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Returns what stood in the way, as an end of a sentence; empty when the installation went through. */
async function installWith({ name, debian, brew }) {
  if (findProgram('apt-get') !== undefined) {
    if (process.getuid?.() !== 0) return ', and only root may install it with apt-get';
    return installDebian(name, debian);
  }
  if (brew === undefined || findProgram('brew') === undefined) return '';
  console.log(`Installing ${name} with brew …`);
  const { code, output } = await runQuietly('brew', ['install', brew]);
  return code === 0 ? '' : `; brew install ${brew} failed:\n${output.trim()}\n`;
}

async function installDebian(name, debian) {
  console.log(`Installing ${name} with apt-get …`);
  // RUNLEVEL=1: the package must not start a server of its own, where that can be prevented.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const args = [...PATIENT, 'install', '-y', '--no-install-recommends', debian];
  const first = await runQuietly('apt-get', args, { env });
  if (first.code === 0) return '';
  await runQuietly('apt-get', [...PATIENT, 'update'], { env });
  const { code, output } = await runQuietly('apt-get', args, { env });
  return code === 0 ? '' : `; apt-get install ${debian} failed:\n${output.trim()}\n`;
}
