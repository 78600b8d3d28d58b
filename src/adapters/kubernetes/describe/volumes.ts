// The volumes of describe, in kubectl's words for each kind, its slips included ("ISCSIInterface" has no colon): the first kind that is there counts.

import { annotationLines, labelLines, shortened } from './maps.ts';
import type { Raw } from './raw.ts';
import { entries, has, list, object, text, words } from './raw.ts';
import { SIMPLE_VOLUMES } from './simple-volumes.ts';

export function volumeLines(volumes: readonly Raw[]): readonly string[] {
  if (volumes.length === 0) return ['Volumes:\t<none>'];
  return ['Volumes:', ...volumes.flatMap((volume) => [`  ${text(volume, 'name')}:`, ...oneVolume(volume)])];
}

const KINDS: Readonly<Record<string, (source: Raw) => readonly string[]>> = {
  ...SIMPLE_VOLUMES,
  ephemeral: (source) => [
    '    Type:\tEphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)',
    ...(has(source, 'volumeClaimTemplate') ? claimLines(object(source, 'volumeClaimTemplate')) : []),
  ],
  downwardAPI: (source) => [
    '    Type:\tDownwardAPI (a volume populated by information about the pod)',
    '    Items:',
    ...list(source, 'items').flatMap((item) => [
      ...(has(item, 'fieldRef') ? [`      ${text(object(item, 'fieldRef'), 'fieldPath')} -> ${text(item, 'path')}`] : []),
      ...(has(item, 'resourceFieldRef')
        ? [`      ${text(object(item, 'resourceFieldRef'), 'resource')} -> ${text(item, 'path')}`]
        : []),
    ]),
  ],
  projected: (source) => [
    '    Type:\tProjected (a volume that contains injected data from multiple sources)',
    ...list(source, 'sources').flatMap(projection),
  ],
  fc: (source) => [
    '    Type:\tFC (a Fibre Channel disk)',
    `    TargetWWNs:\t${words(source, 'targetWWNs').join(', ')}`,
    `    LUN:\t${text(source, 'lun') || '<none>'}`,
    `    FSType:\t${text(source, 'fsType')}`,
    `    ReadOnly:\t${text(source, 'readOnly') || 'false'}`,
  ],
  csi: (source) => [
    '    Type:\tCSI (a Container Storage Interface (CSI) volume source)',
    `    Driver:\t${text(source, 'driver')}`,
    `    FSType:\t${text(source, 'fsType')}`,
    `    ReadOnly:\t${text(source, 'readOnly') || 'false'}`,
    ...attributeLines(entries(object(source, 'volumeAttributes'))),
  ],
};

function oneVolume(volume: Raw): readonly string[] {
  for (const [kind, lines] of Object.entries(KINDS)) {
    if (has(volume, kind)) return lines(object(volume, kind));
  }
  return ['  <unknown>'];
}

function projection(source: Raw): readonly string[] {
  const optional = (of: Raw): string => `    Optional:\t${text(of, 'optional') === 'true'}`;
  if (has(source, 'secret')) {
    const secret = object(source, 'secret');
    return [`    SecretName:\t${text(secret, 'name')}`, optional(secret)];
  }
  if (has(source, 'downwardAPI')) return ['    DownwardAPI:\ttrue'];
  if (has(source, 'configMap')) {
    const map = object(source, 'configMap');
    return [`    ConfigMapName:\t${text(map, 'name')}`, optional(map)];
  }
  if (!has(source, 'serviceAccountToken')) return [];
  return [`    TokenExpirationSeconds:\t${text(object(source, 'serviceAccountToken'), 'expirationSeconds')}`];
}

function attributeLines(attributes: readonly (readonly [string, string])[]): readonly string[] {
  if (attributes.length === 0) return ['    VolumeAttributes:\t<none>'];
  return attributes.map(
    ([key, value], index) => `${index === 0 ? '    VolumeAttributes:' : '        '}\t    ${shortened(`${key}=${value}`, 140)}`,
  );
}

/** A claim that does not exist yet: what its template says of it. */
function claimLines(claim: Raw): readonly string[] {
  const [metadata, spec] = [object(claim, 'metadata'), object(claim, 'spec')];
  const beta = text(object(metadata, 'annotations'), 'volume.beta.kubernetes.io/storage-class');
  const source = object(spec, 'dataSource');
  return [
    `    StorageClass:\t${beta || text(spec, 'storageClassName')}`,
    `    Volume:\t${text(spec, 'volumeName')}`,
    ...labelLines('Labels', object(metadata, 'labels'), '    '),
    ...annotationLines(object(metadata, 'annotations'), '    '),
    '    Capacity:\t',
    '    Access Modes:\t',
    ...(has(spec, 'volumeMode') ? [`    VolumeMode:\t${text(spec, 'volumeMode')}`] : []),
    ...(has(spec, 'dataSource')
      ? [
          '    DataSource:',
          ...(has(source, 'apiGroup') ? [`      APIGroup:\t${text(source, 'apiGroup')}`] : []),
          `      Kind:\t${text(source, 'kind')}`,
          `      Name:\t${text(source, 'name')}`,
        ]
      : []),
  ];
}
