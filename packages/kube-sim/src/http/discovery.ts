// What clients ask before anything else: the version, the groups, the resources of each.

import type { ResourceType } from './resources.ts';
import { RESOURCES } from './resources.ts';

export const VERSION = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.3',
  gitCommit: 'demo',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'go1.26.8',
  compiler: 'gc',
  platform: 'linux/amd64',
} as const;

export type Served = (group: string) => boolean;

/** Undefined for a path that is no discovery. */
export function discovery(segments: readonly string[], isServed: Served): object | undefined {
  const [root, group, version, ...more] = segments;
  if (root === 'api' && group === undefined) return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (root === 'api' && version === undefined && group === 'v1')
    return resourceList(
      'v1',
      RESOURCES.filter((type) => type.group === ''),
    );
  if (root !== 'apis') return undefined;
  const groups = [...new Set(RESOURCES.map((type) => type.group))]
    .filter((name) => name !== '' && isServed(name))
    .map(groupObject);
  if (group === undefined) return { kind: 'APIGroupList', apiVersion: 'v1', groups };
  const found = groups.find(({ name }) => name === group);
  if (found === undefined || more.length > 0) return undefined;
  if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...found };
  const types = RESOURCES.filter((type) => type.group === group && type.version === version);
  return types.length === 0 ? undefined : resourceList(`${group}/${version}`, types);
}

function groupObject(name: string) {
  const version = RESOURCES.find((type) => type.group === name)?.version ?? 'v1';
  const entry = { groupVersion: `${name}/${version}`, version };
  return { name, versions: [entry], preferredVersion: entry };
}

function resourceList(groupVersion: string, types: readonly ResourceType[]): object {
  const resources = types.flatMap(({ resource, kind, namespaced, verbs, subresources = [], shortNames = [] }) => [
    { name: resource, singularName: kind.toLowerCase(), namespaced, kind, verbs, shortNames },
    ...subresources.map((sub) => ({ name: `${resource}/${sub}`, singularName: '', namespaced, kind, verbs: ['get'] })),
  ]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}
