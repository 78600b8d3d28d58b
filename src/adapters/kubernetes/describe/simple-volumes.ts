// The kinds of volumes that describe shows as a type and a list of fields: kubectl's words, in its order. Most are of storage plugins that are gone from
// Kubernetes but still in old pods.

import type { Raw } from './raw.ts';
import { entries, has, object, text, words } from './raw.ts';

type Row = readonly [label: string, value: (source: Raw) => string];
type Lines = (source: Raw) => readonly string[];

const plain = (label: string, key: string): Row => [`${label}:`, (source) => text(source, key)];
const flag = (label: string, key: string): Row => [`${label}:`, (source) => text(source, key) || 'false'];
const count = (label: string, key: string): Row => [`${label}:`, (source) => text(source, key) || '0'];
const many = (label: string, key: string): Row => [`${label}:`, (source) => `[${words(source, key).join(' ')}]`];
/** As Go prints a pointer to a reference by name. */
const secret: Row = [
  'SecretRef:',
  (source) => (has(source, 'secretRef') ? `&LocalObjectReference{Name:${text(object(source, 'secretRef'), 'name')},}` : 'nil'),
];
const READ_ONLY = flag('ReadOnly', 'readOnly');
const FS_TYPE = plain('FSType', 'fsType');

function lines(type: string, ...rows: readonly Row[]): Lines {
  return (source) => [`    Type:\t${type}`, ...rows.map(([label, value]) => `    ${label}\t${value(source)}`)];
}

export const SIMPLE_VOLUMES: Readonly<Record<string, Lines>> = {
  hostPath: lines('HostPath (bare host directory volume)', plain('Path', 'path'), [
    'HostPathType:',
    (source) => (has(source, 'type') ? text(source, 'type') : '<none>'),
  ]),
  emptyDir: lines("EmptyDir (a temporary directory that shares a pod's lifetime)", plain('Medium', 'medium'), [
    'SizeLimit:',
    (source) => (/^0?$/.test(text(source, 'sizeLimit')) ? '<unset>' : text(source, 'sizeLimit')),
  ]),
  gcePersistentDisk: lines(
    'GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)',
    ...[plain('PDName', 'pdName'), FS_TYPE, count('Partition', 'partition'), READ_ONLY],
  ),
  awsElasticBlockStore: lines(
    'AWSElasticBlockStore (a Persistent Disk resource in AWS)',
    ...[plain('VolumeID', 'volumeID'), FS_TYPE, count('Partition', 'partition'), READ_ONLY],
  ),
  gitRepo: lines(
    'GitRepo (a volume that is pulled from git when the pod is created)',
    ...[plain('Repository', 'repository'), plain('Revision', 'revision')],
  ),
  secret: lines('Secret (a volume populated by a Secret)', plain('SecretName', 'secretName'), flag('Optional', 'optional')),
  configMap: lines('ConfigMap (a volume populated by a ConfigMap)', plain('Name', 'name'), flag('Optional', 'optional')),
  nfs: lines('NFS (an NFS mount that lasts the lifetime of a pod)', plain('Server', 'server'), plain('Path', 'path'), READ_ONLY),
  iscsi: lines(
    "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
    plain('TargetPortal', 'targetPortal'),
    plain('IQN', 'iqn'),
    count('Lun', 'lun'),
    ['ISCSIInterface', (source) => text(source, 'iscsiInterface')],
    FS_TYPE,
    READ_ONLY,
    many('Portals', 'portals'),
    flag('DiscoveryCHAPAuth', 'chapAuthDiscovery'),
    flag('SessionCHAPAuth', 'chapAuthSession'),
    secret,
    ['InitiatorName:', (source) => (has(source, 'initiatorName') ? text(source, 'initiatorName') : '<none>')],
  ),
  glusterfs: lines(
    "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)",
    ...[plain('EndpointsName', 'endpoints'), plain('Path', 'path'), READ_ONLY],
  ),
  persistentVolumeClaim: lines(
    'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    ...[plain('ClaimName', 'claimName'), READ_ONLY],
  ),
  rbd: lines(
    "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
    ...[many('CephMonitors', 'monitors'), plain('RBDImage', 'image'), FS_TYPE, plain('RBDPool', 'pool')],
    ...[plain('RadosUser', 'user'), plain('Keyring', 'keyring'), secret, READ_ONLY],
  ),
  quobyte: lines(
    "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)",
    ...[plain('Registry', 'registry'), plain('Volume', 'volume'), READ_ONLY],
  ),
  azureDisk: lines(
    'AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)',
    ...[plain('DiskName', 'diskName'), plain('DiskURI', 'diskURI'), plain('Kind', 'kind')].map(kindWithSpace),
    ...[FS_TYPE, plain('CachingMode', 'cachingMode'), READ_ONLY],
  ),
  vsphereVolume: lines(
    'vSphereVolume (a Persistent Disk resource in vSphere)',
    ...[plain('VolumePath', 'volumePath'), FS_TYPE, plain('StoragePolicyName', 'storagePolicyName')],
  ),
  cinder: lines('Cinder (a Persistent Disk resource in OpenStack)', plain('VolumeID', 'volumeID'), FS_TYPE, READ_ONLY, secret),
  photonPersistentDisk: lines(
    'PhotonPersistentDisk (a Persistent Disk resource in photon platform)',
    ...[plain('PdID', 'pdID'), FS_TYPE],
  ),
  portworxVolume: lines('PortworxVolume (a Portworx Volume resource)', plain('VolumeID', 'volumeID')),
  scaleIO: lines(
    'ScaleIO (a persistent volume backed by a block device in ScaleIO)',
    ...[plain('Gateway', 'gateway'), plain('System', 'system'), plain('Protection Domain', 'protectionDomain')],
    ...[plain('Storage Pool', 'storagePool'), plain('Storage Mode', 'storageMode'), plain('VolumeName', 'volumeName')],
    ...[FS_TYPE, READ_ONLY],
  ),
  cephfs: lines(
    "CephFS (a CephFS mount on the host that shares a pod's lifetime)",
    ...[many('Monitors', 'monitors'), plain('Path', 'path'), plain('User', 'user'), plain('SecretFile', 'secretFile')],
    ...[secret, READ_ONLY],
  ),
  storageos: lines(
    'StorageOS (a StorageOS Persistent Disk resource)',
    ...[plain('VolumeName', 'volumeName'), plain('VolumeNamespace', 'volumeNamespace'), FS_TYPE, READ_ONLY],
  ),
  azureFile: lines(
    'AzureFile (an Azure File Service mount on the host and bind mount to the pod)',
    ...[plain('SecretName', 'secretName'), plain('ShareName', 'shareName'), READ_ONLY],
  ),
  flexVolume: lines(
    'FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)',
    ...[plain('Driver', 'driver'), FS_TYPE, secret, READ_ONLY],
    ['Options:', (source) => `map[${pairs(object(source, 'options'))}]`],
  ),
  flocker: lines(
    'Flocker (a Flocker volume mounted by the Flocker agent)',
    ...[plain('DatasetName', 'datasetName'), plain('DatasetUUID', 'datasetUUID')],
  ),
  image: lines(
    'Image (a container image or OCI artifact)',
    ...[plain('Reference', 'reference'), plain('PullPolicy', 'pullPolicy')],
  ),
};

/** "Kind: " has a space behind it. */
function kindWithSpace([label, value]: Row): Row {
  return [label === 'Kind:' ? 'Kind: ' : label, value];
}

/** As Go prints a map. */
function pairs(map: Raw): string {
  return entries(map)
    .map(([key, value]) => `${key}:${value}`)
    .join(' ');
}
