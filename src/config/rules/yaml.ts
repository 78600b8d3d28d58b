// What is wrong where a text is no YAML, as a person would say it, with the parser's own words behind it. Only the first mistake: what comes after is read
// wrongly because of it.

import type { YAMLParseError } from 'yaml';

/** By a part of the parser's words, which are more exact than its codes; the first that fits. */
const PLAIN: readonly (readonly [part: string, words: string])[] = [
  ['without - indicator', 'a list goes on without its dash: begin each item with "- ", all in one column'],
  ['same column', 'this line is indented unlike those it belongs to: put its key in one column with theirs'],
  ['Tabs are not allowed', 'a tab stands in the indentation: indent with spaces'],
  ['must be unique', 'this key is there twice: keep one of the two'],
  ['end with a ]', 'a bracket is not closed: write the ] that belongs to the ['],
  ['end with a }', 'a bracket is not closed: write the } that belongs to the {'],
  ['Missing closing', 'a quote is not closed'],
  [
    'Nested mappings',
    'a second ": " stands in the line (put the value in quotes, or on a line of its own), or the next line is indented too far',
  ],
  ['reserved character', 'the value begins with a character that means something in YAML: put it in quotes'],
  ['not allowed in', 'this does not belong here: look at the line above for a missing dash, quote or bracket'],
  ['Implicit', 'a key has no ":" behind it, or its line has an unfinished one above'],
  ['implicit map', 'a key has no ":" behind it, or its line has an unfinished one above'],
  ['Unexpected', 'this does not belong here: look at the line above for a missing dash, quote or bracket'],
];

export function yamlWords({ message }: Pick<YAMLParseError, 'message'>): string {
  const [, words] = PLAIN.find(([part]) => message.includes(part)) ?? [];
  return words === undefined ? message : `${words} (${message})`;
}
