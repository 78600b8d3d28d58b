// What series mean: instances across restarts, two scrape jobs, a dead instance that lingers, an earlier pod of the same name, neighbours, other labels.

import { describe, expect, it } from 'vitest';
import type { LabelScheme } from '../../../../src/adapters/prometheus/label-scheme.ts';
import { parseScheme, SCHEMES } from '../../../../src/adapters/prometheus/label-scheme.ts';
import type { Series } from '../../../../src/adapters/prometheus/query-range.ts';
import { podSelector, replicaSelector } from '../../../../src/adapters/prometheus/selector.ts';
import type { SummaryInput } from '../../../../src/adapters/prometheus/summarise.ts';
import { summarise } from '../../../../src/adapters/prometheus/summarise.ts';
import { DAY, HOUR, MINUTE } from '../../../../src/domain/base/time.ts';
import { ago, kill, mi } from '../../../support/build.ts';

const UID = '11111111-2222-3333-4444-555555555555';
const OTHER_UID = '99999999-2222-3333-4444-555555555555';
const ID = (letter: string, uid = UID): string => `/kubepods/burstable/pod${uid}/${letter.repeat(64)}`;

/** Samples as [minutes before now, Mi]. */
function series(labels: Record<string, string>, samples: readonly (readonly [number, number])[]): Series {
  return {
    labels: { pod: 'checkout-1', container: 'app', ...labels },
    points: samples.map(([minutes, mib]) => ({ at: ago(minutes * MINUTE), bytes: mi(mib) })),
  };
}

function summary(input: Partial<SummaryInput>) {
  return summarise({
    ...{ scheme: SCHEMES.cadvisor, pod: 'checkout-1', podUid: UID, container: 'app', stepSeconds: 15 },
    ...{ fine: [], coarse: [], long: [] },
    ...input,
  });
}

describe('a usage', () => {
  it('is none without a sample of the container', () => {
    expect(summary({})).toBeUndefined();
    expect(summary({ fine: [series({ container: 'proxy', id: ID('a') }, [[1, 10]])] })).toBeUndefined();
  });

  it('counts the runs of a Job, of which two may be one tried again', () => {
    const of = (pod: string): Series => series({ pod, id: ID('a') }, [[60, 100]]);
    const coarse = ['report-28900-abcde', 'report-28900-fghij', 'report-28901-abcde'].map(of);
    expect(summary({ coarse, isJob: true })?.runs).toBe(2);
    expect(summary({ coarse })?.runs).toBeUndefined();
  });

  it('counts what two scrape jobs see once, the higher of the two', () => {
    const usage = summary({
      fine: [series({ id: ID('a'), job: 'kubelet' }, [[2, 100]]), series({ id: ID('a'), job: 'cadvisor' }, [[2, 101]])],
    });
    expect(usage?.points).toEqual([{ at: ago(2 * MINUTE), bytes: mi(101) }]);
    expect(usage?.instances).toHaveLength(1);
  });

  it('leaves a job out that cannot tell instances apart, where another one can', () => {
    const usage = summary({
      fine: [series({ id: ID('a') }, [[2, 100]]), series({ metrics_path: '/metrics/resource' }, [[2, 130]])],
    });
    expect(usage?.points.map(({ bytes }) => bytes)).toEqual([mi(100)]);
  });

  it('tells instances apart, and ends one where the next begins', () => {
    const lingering = series({ id: ID('a') }, [
      [9, 50],
      [8, 200],
      [7, 200],
      [6, 200],
    ]);
    const next = series({ id: ID('b') }, [
      [7, 40],
      [6, 60],
    ]);
    const usage = summary({ fine: [next, lingering] });
    expect(usage?.points.map(({ bytes }) => bytes)).toEqual([mi(50), mi(200), mi(40), mi(60)]);
    expect(usage?.instances).toEqual([
      { from: ago(9 * MINUTE), to: ago(8 * MINUTE), peak: mi(200) },
      { from: ago(7 * MINUTE), to: ago(6 * MINUTE), peak: mi(60) },
    ]);
  });

  it('row 29: does not carry over what an earlier pod of the same name used, but for the peak of all replicas', () => {
    const earlier = series({ id: ID('c', OTHER_UID) }, [[600, 500]]);
    const usage = summary({ fine: [series({ id: ID('a') }, [[2, 100]])], coarse: [earlier] });
    expect(usage?.points.map(({ bytes }) => bytes)).toEqual([mi(100)]);
    expect(usage?.peak).toEqual({ at: ago(600 * MINUTE), bytes: mi(500) });
  });

  it('knows the highest of every replica and of weeks, each day’s for itself', () => {
    const usage = summary({
      fine: [series({ id: ID('a') }, [[2, 100]])],
      coarse: [series({ id: ID('a') }, [[60, 90]]), series({ pod: 'checkout-2', id: ID('d', OTHER_UID) }, [[60, 300]])],
      long: [
        {
          labels: {},
          points: [
            { at: ago(20 * DAY), bytes: mi(400) },
            { at: ago(20 * DAY - HOUR), bytes: mi(350) },
          ],
        },
      ],
    });
    expect(usage?.peak.bytes).toBe(mi(400));
    expect(usage?.daysKnown).toBeCloseTo(20, 1);
    expect(usage?.dailyPeaks.map(({ bytes }) => bytes)).toEqual([mi(400), mi(300)]);
    expect(usage?.points.map(({ bytes }) => bytes)).toEqual([mi(90), mi(100)]);
  });

  it('stands on the long series alone when that is all there is', () => {
    const usage = summary({ long: [{ labels: {}, points: [{ at: ago(DAY), bytes: mi(70) }] }] });
    expect(usage).toMatchObject({ points: [], p95: mi(70), peak: { bytes: mi(70) } });
  });

  it('names what the pod’s other containers used just before, and only then', () => {
    const usage = summary({
      fine: [
        series({ id: ID('a') }, [[1, 100]]),
        series({ container: 'proxy', id: ID('e') }, [
          [30, 900],
          [3, 70],
          [2, 80],
        ]),
        series({ container: 'gone', id: ID('f') }, [[40, 900]]),
      ],
    });
    expect(usage?.neighbours).toEqual([{ container: 'proxy', peak: { at: ago(2 * MINUTE), bytes: mi(80) } }]);
  });

  it('reads the labels the scheme names, and a pod whose uid no cgroup carries', () => {
    const labels = { pod_name: 'checkout-1', container_name: 'app' };
    const fine = [{ ...series({}, [[1, 10]]), labels }];
    expect(summary({ scheme: SCHEMES.pod_name, fine })?.peak.bytes).toBe(mi(10));
    expect(summary({ podUid: 'a1'.repeat(16), fine: [series({ id: ID('a') }, [[1, 10]])] })?.points).toHaveLength(1);
  });

  it('keeps a long line short and its shape', () => {
    const samples = Array.from({ length: 2016 }, (_, index): readonly [number, number] => [70 + index * 5, 50]);
    expect(summary({ coarse: [series({ id: ID('a') }, samples)] })?.points.length).toBeLessThanOrEqual(500);
  });
});

describe('a query', () => {
  const subject = { ref: { ...kill().ref, pod: 'a"b\\c', namespace: 'web' }, kill: undefined };

  it.each([
    {
      name: 'cadvisor',
      text: 'cadvisor',
      given: SCHEMES.cadvisor,
      words: 'container_memory_working_set_bytes{namespace="web",pod="a\\"b\\\\c",container!="",container!="POD"}',
    },
    {
      name: 'without honor_labels',
      text: 'exported',
      given: SCHEMES.exported,
      words: 'container_memory_working_set_bytes{exported_namespace="web",',
    },
    { name: 'before 1.16', text: 'pod_name', given: SCHEMES.pod_name, words: ',container_name!="POD"}' },
    { name: 'GKE’s system metrics', text: 'gke', given: SCHEMES.gke, words: 'memory_type="non-evictable"}' },
    {
      name: 'one written out',
      text: 'mem{ns, p,c}',
      given: { metric: 'mem', namespace: 'ns', pod: 'p', container: 'c' },
      words: 'mem{ns="web",p="a\\"b\\\\c",c!="",c!="POD"}',
    },
  ])('speaks $name', ({ text, given, words }) => {
    expect(parseScheme(text)).toEqual(given);
    expect(podSelector({ scheme: given, matchers: undefined }, subject)).toContain(words);
  });

  it('knows no other scheme', () => {
    expect(parseScheme('mem{ns,p}')).toBeUndefined();
  });

  it('carries the matchers of the settings', () => {
    const scheme: LabelScheme = SCHEMES.cadvisor;
    expect(replicaSelector({ scheme, matchers: 'cluster="a"' }, subject)).toMatch(/,cluster="a"\}$/);
  });

  it.each([
    {
      kind: 'ReplicaSet',
      name: 'checkout-api-7d9f',
      pods: ['checkout-api-7d9f-abcde', 'checkout-api-66cc-zz9zz'],
      others: ['checkout-api-extra-7d9f-abcde'],
    },
    { kind: 'StatefulSet', name: 'db', pods: ['db-0', 'db-12'], others: ['db-x', 'adb-0'] },
    { kind: 'DaemonSet', name: 'agent', pods: ['agent-x2x4z'], others: ['agent-longer-name'] },
    {
      kind: 'Job',
      name: 'nightly-28000001',
      pods: ['nightly-28000001-abcde', 'nightly-28000002-abcde', 'nightly-28000002-0-abcde'],
      others: ['nightly-x-abcde'],
    },
  ])('finds the replicas of a $kind and no others', ({ kind, name, pods, others }) => {
    const owned = { ...subject, kill: kill({ controller: { apiVersion: 'v1', kind, name, uid: 'u' } }) };
    const query = replicaSelector({ scheme: SCHEMES.cadvisor, matchers: undefined }, owned);
    const pattern = new RegExp(`^(?:${(/pod=~"([^"]*)"/.exec(query)?.[1] ?? '').replaceAll('\\\\', '\\')})$`);
    expect(pods.filter((pod) => !pattern.test(pod))).toEqual([]);
    if (kind !== 'DaemonSet') expect(others.filter((pod) => pattern.test(pod))).toEqual([]);
  });
});
