// Builds the local Slack's page: React, the block renderer and the style sheets into three files that need nothing else.
// In: the folder to write to. Out: index.html, page.js and page.css in it. Throws when the page does not build.
// Run as a script it writes dist/packages/slack-sim/page of the repository.

import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = findRoot();

/** Writes the page's three files into `outDir`, which is made when it is not there. */
export async function buildPage(outDir: string): Promise<void> {
  const source = join(ROOT, 'packages/slack-sim/page');
  await mkdir(outDir, { recursive: true });
  await build({
    absWorkingDir: ROOT,
    entryPoints: [
      { in: join(source, 'main.tsx'), out: 'page' },
      { in: join(source, 'styles/page.css'), out: 'page' },
    ],
    outdir: outDir,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    tsconfig: join(source, 'tsconfig.json'),
    logLevel: 'warning',
  });
  await copyFile(join(source, 'index.html'), join(outDir, 'index.html'));
}

/** The repository, both from `packages/slack-sim/src` and from `dist/packages/slack-sim/src`. */
function findRoot(): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  return here.includes(join('dist', 'packages')) ? join(here, '../../../..') : join(here, '../../..');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPage(join(ROOT, 'dist/packages/slack-sim/page'));
}
