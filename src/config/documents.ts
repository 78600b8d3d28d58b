// What is written from the tables of settings and rules: .env.example, the two tables of docs/configuration.md, and the JSON Schema of headroom.yaml.
// `npm run generate` writes them; a unit test refuses a file that says something else.

import { SETTINGS } from './env.ts';
import type { RulesJsonSchema } from './rules/rules.ts';
import { rulesJsonSchema } from './rules/rules.ts';
import type { Setting } from './setting.ts';

/** A file of the repository and how it follows from its present text. */
export type Generated = { readonly path: string; readonly render: (present: string) => string };

export const GENERATED: readonly Generated[] = [
  { path: '.env.example', render: () => renderEnvExample(SETTINGS) },
  { path: 'deploy/headroom.schema.json', render: renderRulesSchema },
  {
    path: 'docs/configuration.md',
    render: (page) => replaceBlock(replaceBlock(page, 'settings', settingsTable(SETTINGS)), 'rules', rulesTable()),
  },
];

/** Every line is a comment: a copy changes nothing until somebody edits it. */
function renderEnvExample(settings: readonly Setting[]): string {
  const blocks = settings.map(
    ({ name, meaning, unit, fallback, example }) =>
      `# ${meaning}\n# Unit: ${unit}. Default: ${fallback}.\n# ${name}=${example}\n`,
  );
  return `# Settings of Headroom, read from the environment. None is needed: npm start runs on embedded defaults.\n\n${blocks.join('\n')}`;
}

function renderRulesSchema(): string {
  return `${JSON.stringify({ ...rulesJsonSchema(), title: 'headroom.yaml' }, undefined, 2)}\n`;
}

function settingsTable(settings: readonly Setting[]): string {
  const rows = settings.map(({ name, meaning, unit, fallback, example }) => [code(name), meaning, unit, fallback, code(example)]);
  return table([['setting', 'meaning', 'unit', 'default', 'example'], ...rows]);
}

function rulesTable(): string {
  return table([['key', 'meaning', 'default', 'example'], ...rulesRows(rulesJsonSchema(), '')]);
}

/** One row for each key that says what it means; keys inside a list follow its [] and those inside a mapping its dot. */
function rulesRows({ properties = {} }: RulesJsonSchema, prefix: string): readonly (readonly string[])[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    if (typeof schema === 'boolean' || schema.description === undefined) return [];
    const path = `${prefix}${key}`;
    const [example] = schema.examples ?? [];
    const row = [code(path), schema.description, valueCell(schema.default), valueCell(example)];
    const { items } = schema;
    const item = typeof items === 'object' && !Array.isArray(items) ? rulesRows(items, `${path}[].`) : [];
    return [row, ...item, ...rulesRows(schema, `${path}.`)];
  });
}

/** As one writes it in YAML; a mapping's own default says nothing that its keys do not. */
function valueCell(value: unknown): string {
  if (value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)) return '';
  if (Array.isArray(value)) return code(`[${value.map(flow).join(', ')}]`);
  return code(flow(value));
}

function flow(value: unknown): string {
  return typeof value === 'string' && !/[*:{}[\]#]/.test(value) ? value : JSON.stringify(value);
}

function code(text: string): string {
  return `\`${text.replaceAll('|', String.raw`\|`)}\``;
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Throws where the page has no such block: its two comments are needed to find the place. */
function replaceBlock(page: string, name: string, content: string): string {
  const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`];
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`the page has no block between ${begin} and ${end}`);
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}
