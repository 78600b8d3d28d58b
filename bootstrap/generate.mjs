// npm run generate: writes what follows from the tables of settings and rules (src/config/documents.ts): .env.example, tables in docs, the JSON Schema
// of headroom.yaml. A unit test compares them, so that a change of a table without this is refused.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lib/run.mjs';
import { onCurrentNode } from './lib/runtime.mjs';

await onCurrentNode(import.meta.url);
const { GENERATED } = await import('../src/config/documents.ts');
for (const { path, render } of GENERATED) {
  const file = join(ROOT, path);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const after = render(before);
  if (after !== before) writeFileSync(file, after);
  console.log(`${after === before ? 'same   ' : 'written'} ${path}`);
}
