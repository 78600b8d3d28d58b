// What the documentation points at is there: files, headings, and the paths that texts and comments name.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['src', 'handlers', 'packages', 'test', 'bench', 'eval', 'bootstrap', 'deploy', 'docs'] as const;
const PAGES = [...readdirSync(ROOT).filter(isPage), ...FOLDERS.flatMap((folder) => filesIn(folder)).filter(isPage)];
const SOURCES = FOLDERS.flatMap((folder) => filesIn(folder)).filter((file) => /\.(ts|tsx|mjs|yaml)$/.test(file));
/** Names paths that are not there, to prove something by them. */
const BY_EXAMPLE = ['test/unit/lint-rules.test.ts', 'test/unit/links.test.ts', 'bootstrap/lint/layers.mjs'];
const PATH = new RegExp(`(?<![\\w./@-])(?:${FOLDERS.join('|')})/[\\w./-]*\\w`, 'g');

type Link = { readonly text: string; readonly file: string; readonly anchor: string | undefined };

describe('a page', () => {
  it('is found', () => {
    expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'docs/architecture.md', 'packages/slack-sim/README.md']));
  });

  it.each(PAGES)('links to what is there: %s', (page) => {
    expect(linksOf(page).filter(({ file }) => !existsSync(join(ROOT, file)))).toEqual([]);
    const anchored = linksOf(page).filter(({ file, anchor }) => anchor !== undefined && existsSync(join(ROOT, file)));
    expect(anchored.filter(({ file, anchor = '' }) => !anchorsOf(file).includes(anchor))).toEqual([]);
  });

  it.each(PAGES)('names files that are there: %s', (page) => {
    const spans = [...read(page).matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
    const paths = spans.filter((span) => !span.startsWith('kubectl ')).flatMap(pathsIn);
    expect(paths.filter((path) => isMissing(path, dirname(page)))).toEqual([]);
  });
});

it('names files that are there, in every comment', () => {
  const missing = SOURCES.filter((file) => !BY_EXAMPLE.includes(file)).flatMap((file) =>
    commentsOf(read(file))
      .flatMap(pathsIn)
      .filter((path) => isMissing(path, ''))
      .map((path) => `${file}: ${path}`),
  );
  expect(missing).toEqual([]);
});

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

function isPage(file: string): boolean {
  return file.endsWith('.md');
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Of this repository only. */
function linksOf(page: string): readonly Link[] {
  const text = read(page).replaceAll(/```[\s\S]*?```/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)]
    .map(([, link, attribute]) => link ?? attribute ?? '')
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [path = '', anchor] = link.split('#');
      return { text: link, file: path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path)), anchor };
    });
}

/** As GitHub names the headings of a page. */
function anchorsOf(page: string): readonly string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}

function commentsOf(source: string): readonly string[] {
  return source.split('\n').filter((line) => /^\s*(\/\/|\*|\/\*|#)/.test(line));
}

function pathsIn(text: string): readonly string[] {
  return [...text.matchAll(PATH)].map(([path]) => path);
}

/** A decision may go by its number alone. */
function isMissing(path: string, from: string): boolean {
  if (/^docs\/decisions\/\d{4}$/.test(path)) return !PAGES.some((page) => page.startsWith(`${path}-`));
  return !existsSync(join(ROOT, path)) && !existsSync(join(ROOT, from, path));
}
