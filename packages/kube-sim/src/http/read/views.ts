// Stored objects as a given API shows them: an event of events.k8s.io is a core event with other names.

import type { KubeObject } from '../../model/objects.ts';
import { objectSchema } from '../../model/objects.ts';
import type { ResourceType } from '../resources.ts';

export function shownAs({ group, version, kind }: ResourceType, object: KubeObject): KubeObject {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const { kind: _kind, apiVersion: _version, metadata, ...rest } = object;
  if (group !== 'events.k8s.io') return { kind, apiVersion, metadata, ...rest };
  return objectSchema.parse({
    kind,
    apiVersion,
    metadata,
    eventTime: rest['eventTime'],
    reportingController: rest['reportingComponent'],
    reportingInstance: rest['reportingInstance'],
    reason: rest['reason'],
    regarding: rest['involvedObject'],
    note: rest['message'],
    type: rest['type'],
    deprecatedSource: rest['source'],
    deprecatedFirstTimestamp: rest['firstTimestamp'],
    deprecatedLastTimestamp: rest['lastTimestamp'],
    deprecatedCount: rest['count'],
  });
}

/** In a list the items carry no kind of their own. */
export function asItem({ kind: _kind, apiVersion: _version, ...rest }: KubeObject): object {
  return rest;
}
