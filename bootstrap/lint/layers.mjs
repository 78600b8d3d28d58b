// Who may import what, by folder: the one table of the layers. The entry with the longest path that holds a file decides for it; what it does not name is
// refused, also by `import()` and by type imports. Tests, benches and the evaluation may import everything. test/unit/lint-rules.test.ts proves it.

import { dirname, isAbsolute, posix, relative, resolve, sep } from 'node:path';

/** The capabilities of the domain, in order: each may import itself and those before it. */
const DOMAIN = ['base', 'coverage', 'query', 'kill', 'evidence', 'change', 'diagnosis', 'sizing', 'incident', 'audit'];

const INNER = ['src/domain', 'src/ports', 'src/api'];
const ADAPTER = 'adapters import src/domain, src/ports, src/api and their own vendor; never handlers or another adapter';
const SIMULATOR = 'a simulator knows nothing of the program that it stands in for';
const EVERYTHING = ['src', 'handlers'];

/** folder or file → what it may import: folders, files, packages ("node:" and "@scope/" stand for all that begin so). */
const LAYERS = {
  ...Object.fromEntries(DOMAIN.map((name, at) => [`src/domain/${name}`, domain(DOMAIN.slice(0, at + 1))])),
  'src/domain': { may: ['src/domain'], says: 'src/domain imports nothing outside src/domain' },
  'src/ports': { may: ['src/ports', 'src/domain'], says: 'src/ports imports src/domain only' },
  'src/api': { may: ['src/api', 'src/domain'], says: 'src/api imports src/domain only' },
  handlers: { may: ['handlers', ...INNER], says: 'handlers import src/domain, src/ports and src/api only' },

  'src/adapters/cron': adapter('cron', ['node-cron']),
  'src/adapters/github': adapter('github', ['@octokit/', 'yaml', 'zod', 'node:']),
  'src/adapters/keys': adapter('keys', ['zod', 'node:']),
  'src/adapters/kernel': adapter('kernel', ['node:']),
  'src/adapters/kubernetes': adapter('kubernetes', ['@kubernetes/client-node', 'http-parser-js', 'undici', 'zod', 'node:']),
  'src/adapters/prometheus': adapter('prometheus', ['undici', 'zod']),
  'src/adapters/redis': adapter('redis', ['ioredis', 'bullmq', 'zod', 'node:']),
  'src/adapters/slack': adapter('slack', ['@slack/', '@resvg/resvg-js', 'zod', 'node:']),
  'src/adapters/telemetry': adapter('telemetry', ['pino', 'prom-client', 'node:']),
  'src/adapters/pause.ts': { may: ['src/ports', 'node:'], says: ADAPTER },

  'src/config': {
    may: ['src/config', 'src/domain', 'zod', 'yaml', 'fastest-levenshtein', 'node:'],
    says: 'only src/app and src/cli know the adapters and handlers',
  },
  'src/app': {
    may: [...EVERYTHING, '@slack/', 'fastest-levenshtein', 'node:'],
    says: 'the program loads a simulator from src/app/embedded only',
  },
  'src/app/embedded': { may: [...EVERYTHING, 'packages', 'ioredis', 'node:'], says: 'the program never needs test or bench' },
  'src/cli': { may: [...EVERYTHING, 'fastest-levenshtein', 'node:'], says: 'the program never needs test, bench or a simulator' },
  'src/cli/run.ts': {
    may: ['src/app/app.ts', 'src/cli/commands.ts', 'src/config/load.ts', 'node:'],
    says: 'src/cli/run.ts knows the app, the sub commands and the configuration only',
  },
  // It loads as little as it can: see docs/decisions/0011.
  'src/main.ts': {
    may: ['src/cli/run.ts', 'src/cli/node-version.ts', 'src/cli/young-generation.ts', 'src/config/roles.ts'],
    says: 'src/main.ts loads nothing but src/cli/run.ts, after the memory is settled',
  },

  'packages/kube-sim': { may: ['packages/kube-sim', 'zod', 'node:'], says: SIMULATOR },
  'packages/slack-sim': {
    may: ['packages/slack-sim', 'esbuild', 'react', 'react-dom', 'slack-blocks-to-jsx', 'ws', 'zod', 'node:'],
    says: SIMULATOR,
  },
};

const PATHS = Object.keys(LAYERS).toSorted((a, b) => b.length - a.length);
const FREE = /^(test|bench|eval|bootstrap|packages\/[^/]+\/test)\//;

export const layers = {
  meta: { type: 'problem', docs: { description: 'imports point inward' } },
  create(context) {
    const file = relative(context.cwd, context.filename).replaceAll(sep, posix.sep);
    const layer = LAYERS[PATHS.find((path) => holds(path, file)) ?? ''];
    if (layer === undefined || FREE.test(file)) return {};
    const check = (source) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const target = targetOf(source.value, context);
      if (layer.may.some((one) => allows(one, target))) return;
      context.report({ node: source, message: `layer: '${source.value}' in ${file}: ${layer.says}.` });
    };
    return {
      ImportDeclaration: ({ source }) => check(source),
      ExportNamedDeclaration: ({ source }) => check(source),
      ExportAllDeclaration: ({ source }) => check(source),
      ImportExpression: ({ source }) => check(source),
      TSImportType: ({ source }) => check(source),
    };
  },
};

function domain(names) {
  return {
    may: names.map((name) => `src/domain/${name}`),
    says: `src/domain/${names.at(-1)} imports nothing but itself${names.length === 1 ? '' : ` and ${names.slice(0, -1).join(', ')}`}`,
  };
}

function adapter(name, packages) {
  return { may: [`src/adapters/${name}`, 'src/adapters/pause.ts', ...INNER, ...packages], says: ADAPTER };
}

/** A path from the root for a relative specifier, else the specifier. */
function targetOf(specifier, { cwd, filename }) {
  if (!specifier.startsWith('.') && !isAbsolute(specifier)) return specifier;
  return relative(cwd, resolve(dirname(filename), specifier)).replaceAll(sep, posix.sep);
}

function allows(one, target) {
  return /[:/]$/.test(one) ? target.startsWith(one) : holds(one, target);
}

function holds(path, file) {
  return file === path || file.startsWith(`${path}/`);
}
