// The data_visualization block as docs.slack.dev describes it: title 50 characters, one to six series or pie segments, labels of 20 characters, one
// data point per category in the categories' order. At most 20 categories. Answers Slack's words; empty when it is acceptable.

import type { Json } from '../world.ts';
import type { Problems } from './check-words.ts';
import { at, bounded, counted, isObject, listOf } from './check-words.ts';

const CHARTS = ['line', 'bar', 'area', 'pie'];
const MOST_TITLE = 50;
const MOST_LABEL = 20;
const MOST_AXIS_LABEL = 50;
const MOST_SERIES = 6;
const MOST_CATEGORIES = 20;

export function checkChartBlock(block: Json, place: string): Problems {
  return [...bounded(block['title'], `${place}/title`, { most: MOST_TITLE }), ...chart(block['chart'], `${place}/chart`)];
}

function chart(value: unknown, place: string): Problems {
  if (!isObject(value) || !CHARTS.includes(String(value['type'])))
    return [at('must be one of line, bar, area, pie', `${place}/type`)];
  if (value['type'] === 'pie')
    return listOf(value['segments'], `${place}/segments`, { least: 1, most: MOST_SERIES, each: segment });
  if (!isObject(value['axis_config'])) return [at('missing required field: axis_config', place)];
  const axes = value['axis_config'];
  const categories = Array.isArray(axes['categories']) ? axes['categories'] : [];
  return [
    ...categoriesOf(categories, `${place}/axis_config/categories`),
    ...['x_label', 'y_label'].flatMap((label) =>
      axes[label] === undefined ? [] : bounded(axes[label], `${place}/axis_config/${label}`, { most: MOST_AXIS_LABEL }),
    ),
    ...listOf(value['series'], `${place}/series`, {
      least: 1,
      most: MOST_SERIES,
      each: (series, where) => seriesOf(series, where, categories.map(String)),
    }),
    ...sameNames(value['series'], `${place}/series`),
  ];
}

function categoriesOf(categories: readonly unknown[], place: string): Problems {
  return [
    ...counted(categories.length, place, { least: 1, most: MOST_CATEGORIES }),
    ...categories.flatMap((category, index) => bounded(category, `${place}/${index}`, { most: MOST_LABEL })),
    ...(new Set(categories).size === categories.length ? [] : [at('items must be unique', place)]),
  ];
}

function sameNames(series: unknown, place: string): Problems {
  if (!Array.isArray(series)) return [];
  const names = series.map((each: unknown) => (isObject(each) ? each['name'] : undefined));
  return new Set(names).size === names.length ? [] : [at('series names must be unique', place)];
}

function seriesOf(series: unknown, place: string, categories: readonly string[]): Problems {
  if (!isObject(series)) return [at('must be an object', place)];
  const labels = Array.isArray(series['data'])
    ? series['data'].map((each: unknown) => (isObject(each) ? String(each['label']) : ''))
    : [];
  const same = labels.length === categories.length && labels.every((label, index) => label === categories[index]);
  return [
    ...bounded(series['name'], `${place}/name`, { most: MOST_LABEL }),
    ...listOf(series['data'], `${place}/data`, { least: 1, most: MOST_CATEGORIES, each: point }),
    ...(same ? [] : [at('one data point per category, in the same order', `${place}/data`)]),
  ];
}

function point(value: unknown, place: string): Problems {
  if (!isObject(value)) return [at('must be an object', place)];
  const isNumber = typeof value['value'] === 'number' && Number.isFinite(value['value']);
  return [
    ...bounded(value['label'], `${place}/label`, { most: MOST_LABEL }),
    ...(isNumber ? [] : [at('must be a number', `${place}/value`)]),
  ];
}

function segment(value: unknown, place: string): Problems {
  const problems = point(value, place);
  const positive = isObject(value) && typeof value['value'] === 'number' && value['value'] > 0;
  return positive || problems.length > 0 ? problems : [at('must be greater than 0', `${place}/value`)];
}
