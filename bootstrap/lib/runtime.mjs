// Which Node runs this. Where the machine's own is too old, the script goes on with the one that comes with the packages (decision 7), and says so.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages } from './packages.mjs';
import { giveUp, ROOT, runQuietly, runToEnd } from './run.mjs';

const BUNDLED = join(ROOT, 'node_modules/node/bin/node');

/** Resolves on a current Node with the packages installed; on an old one the script runs again on the bundled Node, and this process ends as it does. */
export async function onCurrentNode(scriptUrl) {
  await ensurePackages();
  if (isNewEnough(process.versions.node)) return;
  if (!existsSync(BUNDLED)) {
    giveUp(
      `Node ${process.versions.node} is too old, and node_modules has no newer one because install scripts did not run. Run: npm rebuild node`,
    );
  }
  const { stdout } = await runQuietly(BUNDLED, ['--version']);
  const bundled = stdout.trim().replace(/^v/, '');
  console.log(
    `Node ${process.versions.node} is too old for Headroom, which needs ${wanted()} or newer; going on with Node ${bundled} from node_modules.`,
  );
  process.exit(await runToEnd(BUNDLED, [fileURLToPath(scriptUrl), ...process.argv.slice(2)]));
}

/** "22.19", as package.json says it in `engines`. */
function wanted() {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return engines.node.replace(/^>=/, '');
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted().split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
