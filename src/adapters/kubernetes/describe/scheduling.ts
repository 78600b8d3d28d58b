// Where a pod may run, as describe shows it: node selectors, tolerations, topology spread constraints, scheduling group.

import { labelLines, mapLines } from './maps.ts';
import type { Raw } from './raw.ts';
import { entries, has, list, object, text, words } from './raw.ts';

export function schedulingLines(spec: Raw): readonly string[] {
  const spread = list(spec, 'topologySpreadConstraints').toSorted(byText('topologyKey'));
  return [
    ...labelLines('Node-Selectors', object(spec, 'nodeSelector')),
    ...mapLines('Tolerations', list(spec, 'tolerations').toSorted(byText('key')).map(toleration)),
    ...(spread.length === 0 ? [] : mapLines('Topology Spread Constraints', spread.map(spreadConstraint))),
    ...(has(spec, 'schedulingGroup')
      ? ['SchedulingGroup:', `  PodGroupName:\t${text(object(spec, 'schedulingGroup'), 'podGroupName')}`]
      : []),
  ];
}

function byText(name: string): (a: Raw, b: Raw) => number {
  return (a, b) => compare(text(a, name), text(b, name));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function toleration(each: Raw): string {
  const [key, value, effect] = [text(each, 'key'), text(each, 'value'), text(each, 'effect')];
  const exists =
    text(each, 'operator') === 'Exists' && value === '' ? (key === '' && effect === '' ? 'op=Exists' : ' op=Exists') : '';
  const seconds = has(each, 'tolerationSeconds') ? ` for ${text(each, 'tolerationSeconds')}s` : '';
  return `${key}${value === '' ? '' : `=${value}`}${effect === '' ? '' : `:${effect}`}${exists}${seconds}`;
}

function spreadConstraint(each: Raw): string {
  const selector = has(each, 'labelSelector') ? ` for selector ${selectorText(object(each, 'labelSelector'))}` : '';
  return `${text(each, 'topologyKey')}:${text(each, 'whenUnsatisfiable')} when max skew ${text(each, 'maxSkew')} is exceeded${selector}`;
}

/** Requirements by key, values sorted, as labels.Selector prints itself. */
function selectorText(selector: Raw): string {
  const requirements = [
    ...entries(object(selector, 'matchLabels')).map(([key, value]) => ({ key, written: `${key}=${value}` })),
    ...list(selector, 'matchExpressions').map((each) => ({ key: text(each, 'key'), written: expression(each) })),
  ];
  const sorted = requirements.toSorted((a, b) => compare(a.key, b.key));
  return sorted.map(({ written }) => written).join(',') || '<none>';
}

function expression(each: Raw): string {
  const key = text(each, 'key');
  const values = words(each, 'values').toSorted().join(',');
  switch (text(each, 'operator')) {
    case 'In':
      return `${key} in (${values})`;
    case 'NotIn':
      return `${key} notin (${values})`;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return key;
  }
}
