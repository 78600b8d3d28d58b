// The volumes of describe, for the kinds that pods commonly have; any other is named by its kind.

import type { Raw } from './raw.ts';
import { has, list, object, text } from './raw.ts';

export function volumeLines(volumes: readonly Raw[]): readonly string[] {
  if (volumes.length === 0) return ['Volumes:\t<none>'];
  return ['Volumes:', ...volumes.flatMap((volume) => [`  ${text(volume, 'name')}:`, ...oneVolume(volume)])];
}

const KINDS: Readonly<Record<string, (source: Raw) => readonly string[]>> = {
  emptyDir: (source) => [
    "    Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)",
    `    Medium:\t${text(source, 'medium')}`,
    `    SizeLimit:\t${text(source, 'sizeLimit') || '<unset>'}`,
  ],
  hostPath: (source) => [
    '    Type:\tHostPath (bare host directory volume)',
    `    Path:\t${text(source, 'path')}`,
    `    HostPathType:\t${text(source, 'type')}`,
  ],
  secret: (source) => [
    '    Type:\tSecret (a volume populated by a Secret)',
    `    SecretName:\t${text(source, 'secretName')}`,
    `    Optional:\t${text(source, 'optional') === 'true'}`,
  ],
  configMap: (source) => [
    '    Type:\tConfigMap (a volume populated by a ConfigMap)',
    `    Name:\t${text(source, 'name')}`,
    `    Optional:\t${text(source, 'optional') === 'true'}`,
  ],
  persistentVolumeClaim: (source) => [
    '    Type:\tPersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    `    ClaimName:\t${text(source, 'claimName')}`,
    `    ReadOnly:\t${text(source, 'readOnly') === 'true'}`,
  ],
  downwardAPI: (source) => [
    '    Type:\tDownwardAPI (a volume populated by information about the pod)',
    '    Items:',
    ...list(source, 'items').map((item) => `      ${text(object(item, 'fieldRef'), 'fieldPath')} -> ${text(item, 'path')}`),
  ],
  projected: (source) => [
    '    Type:\tProjected (a volume that contains injected data from multiple sources)',
    ...list(source, 'sources').flatMap(projection),
  ],
};

function projection(source: Raw): readonly string[] {
  if (has(source, 'serviceAccountToken'))
    return [`    TokenExpirationSeconds:\t${text(object(source, 'serviceAccountToken'), 'expirationSeconds')}`];
  if (has(source, 'downwardAPI')) return ['    DownwardAPI:\ttrue'];
  if (has(source, 'secret')) {
    const secret = object(source, 'secret');
    return [`    SecretName:\t${text(secret, 'name')}`, `    Optional:\t${text(secret, 'optional') === 'true'}`];
  }
  if (!has(source, 'configMap')) return [];
  const map = object(source, 'configMap');
  return [`    ConfigMapName:\t${text(map, 'name')}`, `    Optional:\t${text(map, 'optional') === 'true'}`];
}

function oneVolume(volume: Raw): readonly string[] {
  for (const [kind, lines] of Object.entries(KINDS)) {
    if (has(volume, kind)) return lines(object(volume, kind));
  }
  const other = Object.keys(volume).find((key) => key !== 'name');
  return [`    Type:\t${other ?? '<unknown>'}`];
}
