// Memory-backed files: an emptyDir with medium Memory, or /dev/shm. Their pages count against the limit and outlive the container,
// so that no restart clears them.

import type { Bytes } from '../../base/memory.ts';
import { formatBytes } from '../../base/memory.ts';
import type { MemoryVolume } from '../../base/pod.ts';
import { formatDuration, toMillis } from '../../base/time.ts';
import type { Diagnosis } from '../diagnosis.ts';
import type { Case, Rule } from './case.ts';
import { grownSinceStart } from './case.ts';

/** Files below this share of the limit are not what filled it. */
const NOTABLE = 0.1;
/** And they have to be at least this share of what was added over the run. */
const OF_GROWTH = 0.5;
/** A volume that may hold less than this share of the limit leaves room enough. */
const ROOMY = 0.3;

export const memoryVolume: Rule = (facts) => {
  const { kill, limit } = facts;
  if (kill === undefined || limit === undefined) return undefined;
  const volume = mounted(facts)[0];
  const shmem = kill.kernel?.shmem;
  if (shmem !== undefined) return filesFill(facts, limit, shmem) ? measured(facts, { volume, shmem, limit }) : undefined;
  if (volume === undefined) return undefined;
  const filled = kill.how === 'start-oom';
  const roomy = volume.sizeLimit !== undefined && volume.sizeLimit < ROOMY * limit;
  return roomy && !filled ? undefined : fromSpec(facts, { volume, limit, filled });
};

function mounted({ pod, container }: Case): readonly MemoryVolume[] {
  return pod?.memoryVolumes.filter(({ mountedBy }) => container !== undefined && mountedBy.includes(container.name)) ?? [];
}

function filesFill(facts: Case, limit: Bytes, shmem: Bytes): boolean {
  return shmem >= NOTABLE * limit && shmem >= OF_GROWTH * (grownSinceStart(facts) ?? limit);
}

type Measured = { readonly volume: MemoryVolume | undefined; readonly shmem: Bytes; readonly limit: Bytes };

function measured({ kill }: Case, { volume, shmem, limit }: Measured): Diagnosis {
  const where = volume === undefined ? 'A memory-backed volume or /dev/shm' : `Volume ${volume.name}`;
  return {
    cause: 'memory-volume',
    confidence: 'high',
    summary:
      'Files kept in memory filled the limit: they count like the program’s own memory, and they stay when the container restarts.',
    facts: [
      `The kernel counted ${formatBytes(shmem)} of files in memory, ${Math.round((100 * shmem) / limit)} % of the limit of ${formatBytes(limit)}.`,
      `${where} holds them${volume === undefined ? '' : `, ${sizeWords(volume)}`}.`,
      ...(kill?.how === 'start-oom'
        ? ['It was killed while starting: what earlier runs left there already fills the limit.']
        : []),
    ],
    against: [],
  };
}

type FromSpec = { readonly volume: MemoryVolume; readonly limit: Bytes; readonly filled: boolean };

function fromSpec({ livedMs }: Case, { volume, limit, filled }: FromSpec): Diagnosis {
  return {
    cause: 'memory-volume',
    confidence: filled ? 'high' : 'medium',
    summary: 'Files in a memory-backed volume count against the memory limit, and they stay there when the container restarts.',
    facts: [
      `Volume ${volume.name} is an emptyDir with medium Memory ${sizeWords(volume)}; the limit is ${formatBytes(limit)}.`,
      ...(filled
        ? ['It was killed while starting: what earlier runs left in the volume already fills the limit, so no restart can help.']
        : []),
      ...(!filled && livedMs !== undefined ? [`It lived ${formatDuration(toMillis(livedMs))}.`] : []),
    ],
    against: filled ? [] : ['How full the volume was is not recorded.'],
    toSettle: 'df on the mount, or deleting the pod: a new pod starts with an empty volume.',
  };
}

function sizeWords({ sizeLimit }: MemoryVolume): string {
  return sizeLimit === undefined ? 'without a size limit' : `with a size limit of ${formatBytes(sizeLimit)}`;
}
