// npm run build: dist from the sources, only what is out of date.

import { ensureBuilt } from './lib/build.mjs';
import { onCurrentNode } from './lib/runtime.mjs';

await onCurrentNode(import.meta.url);
process.exitCode = (await ensureBuilt()) ? 0 : 1;
