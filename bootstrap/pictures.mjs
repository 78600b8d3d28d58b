// npm run pictures: takes the pictures of docs/pictures anew, light and dark, from the browser stories on the demo cluster. Look at each before it is committed.

import { join } from 'node:path';
import { childEnvironment, ROOT, runToEnd } from './lib/run.mjs';

const STORIES = ['browser', 'people-browser', 'storm-browser'].map((name) => `test/e2e/${name}.test.ts`);

process.exitCode = await runToEnd(process.execPath, [join(ROOT, 'bootstrap/test.mjs'), '--project', 'e2e', ...STORIES], {
  env: childEnvironment({ E2E_PICTURES: join(ROOT, 'docs/pictures') }),
});
