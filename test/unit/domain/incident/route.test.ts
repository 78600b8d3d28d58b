// Where an incident goes and whose it is: each part of a route alone, annotations before routes, and what cannot be an id.

import { describe, expect, it } from 'vitest';
import { askingFor, routeOf } from '../../../../handlers/explain/route.ts';
import type { RouteWish } from '../../../../src/domain/base/annotations.ts';
import { wishIn } from '../../../../src/domain/base/annotations.ts';
import type { RoutePlace, RouteRule } from '../../../../src/domain/incident/route.ts';
import { routeFor, SEVERITIES } from '../../../../src/domain/incident/route.ts';
import { severityOf } from '../../../../src/domain/incident/severity.ts';
import { killOf } from '../../../../src/domain/kill/oom-kill.ts';
import { kill, podContainer, podFacts, workload } from '../../../support/build.ts';

const PLACE: RoutePlace = {
  cluster: 'prod-eu-1',
  namespace: 'checkout-eu',
  kind: 'Deployment',
  labels: { team: 'payments', tier: 'frontend' },
  severity: 'warning',
};

function rule(overrides: Partial<RouteRule>): RouteRule {
  return { clusters: ['*'], namespaces: ['*'], kinds: ['*'], labels: {}, severities: SEVERITIES, channel: 'C2', ...overrides };
}

function routed(routes: readonly RouteRule[], wishes: readonly RouteWish[] = []) {
  return routeFor({ routes, place: PLACE, wishes, fallback: 'C1' });
}

describe('a route', () => {
  it.each([
    { name: 'everything', overrides: {}, fits: true },
    { name: 'the cluster by a glob', overrides: { clusters: ['prod-*'] }, fits: true },
    { name: 'another cluster', overrides: { clusters: ['dev-*'] }, fits: false },
    { name: 'one of several namespaces', overrides: { namespaces: ['payments', 'checkout-*'] }, fits: true },
    { name: 'all namespaces but one', overrides: { namespaces: ['!checkout-*'] }, fits: false },
    { name: 'the kind', overrides: { kinds: ['Deployment'] }, fits: true },
    { name: 'another kind', overrides: { kinds: ['CronJob', '*Set'] }, fits: false },
    { name: 'labels, all of them', overrides: { labels: { team: 'pay*', tier: 'frontend' } }, fits: true },
    { name: 'a label with another value', overrides: { labels: { team: 'search' } }, fits: false },
    { name: 'a label that is not there', overrides: { labels: { env: '*' } }, fits: false },
    { name: 'the severity', overrides: { severities: ['warning' as const] }, fits: true },
    { name: 'another severity', overrides: { severities: ['critical' as const] }, fits: false },
  ])('of $name', ({ overrides, fits }) => {
    expect(routed([rule(overrides)]).channel).toBe(fits ? 'C2' : 'C1');
  });

  it('wins when it is the first that fits', () => {
    expect(routed([rule({ kinds: ['Job'], channel: 'C3' }), rule({ channel: 'C4', owner: 'S1' }), rule({})])).toEqual({
      channel: 'C4',
      owner: 'S1',
    });
  });

  it('may name an owner only, and leaves the channel alone', () => {
    expect(routed([rule({ channel: undefined, owner: 'S1' })])).toEqual({ channel: 'C1', owner: 'S1' });
  });

  it('gives way to the pod’s annotations, then to the namespace’s', () => {
    const rules = [rule({ channel: 'C2', owner: 'S2' })];
    expect(routed(rules, [{ channel: 'C9' }, { channel: 'C8', owner: 'S8' }])).toEqual({ channel: 'C9', owner: 'S8' });
    expect(routed(rules, [{}, {}])).toEqual({ channel: 'C2', owner: 'S2' });
  });
});

describe('annotations', () => {
  it.each([
    {
      annotations: { 'headroom.dev/channel': 'C0123', 'headroom.dev/owner': 'S0123' },
      wish: { channel: 'C0123', owner: 'S0123' },
    },
    { annotations: { 'headroom.dev/owner': 'U0123' }, wish: { owner: 'U0123' } },
    { annotations: { 'headroom.dev/channel': '#general', 'headroom.dev/owner': '<!channel>' }, wish: {} },
    { annotations: { 'headroom.dev/channel': 'D0123', 'headroom.dev/owner': 'C0123' }, wish: {} },
    { annotations: {}, wish: {} },
  ])('$annotations count when they can be ids', ({ annotations, wish }) => {
    expect(wishIn(annotations)).toEqual(wish);
  });

  it('and labels are kept with the kill', () => {
    const pod = podFacts({ annotations: { 'headroom.dev/owner': 'S0123' }, labels: { team: 'payments' } });
    expect(killOf(pod, podContainer())).toMatchObject({ owner: 'S0123', labels: { team: 'payments' } });
  });
});

describe('a new incident', () => {
  const RULES = [rule({ severities: ['critical'], channel: 'C9' }), rule({ kinds: ['Deployment'], channel: 'C2', owner: 'S2' })];
  const routeIn = (annotations: Readonly<Record<string, string>>, overrides: Parameters<typeof kill>[0] = {}) =>
    routeOf(
      { namespaces: { annotations: async () => annotations } },
      { routes: RULES, channel: 'C1' },
      askingFor(kill(overrides), workload()),
    );

  it.each([
    { name: 'by the routes', annotations: {}, overrides: {}, route: { channel: 'C2', owner: 'S2' } },
    {
      name: 'by its namespace',
      annotations: { 'headroom.dev/channel': 'C0SEVEN' },
      overrides: {},
      route: { channel: 'C0SEVEN', owner: 'S2' },
    },
    {
      name: 'by its pod before its namespace',
      annotations: { 'headroom.dev/channel': 'C0SEVEN', 'headroom.dev/owner': 'U0SEVEN' },
      overrides: { channel: 'C8' },
      route: { channel: 'C8', owner: 'U0SEVEN' },
    },
    { name: 'by how urgent it is', annotations: {}, overrides: { restartCount: 9 }, route: { channel: 'C9', owner: undefined } },
  ])('goes where it belongs $name', async ({ annotations, overrides, route }) => {
    expect(await routeIn(annotations, overrides)).toEqual(route);
  });
});

describe('severity', () => {
  it.each([
    { name: 'the node', kill: kill({ how: 'node' }), severity: 'critical' },
    { name: 'a container that dies again and again', kill: kill({ restartCount: 5 }), severity: 'critical' },
    { name: 'a first kill', kill: kill({ restartCount: 0 }), severity: 'warning' },
    { name: 'a killed child', kill: kill({ how: 'silent', restartCount: 9 }), severity: 'info' },
    { name: 'a suspicion', kill: kill({ how: 'suspected' }), severity: 'info' },
    { name: 'a debug container', kill: kill({ ref: { ...kill().ref, role: 'ephemeral' } }), severity: 'info' },
  ])('of $name is $severity', ({ kill: seen, severity }) => {
    expect(severityOf(seen)).toBe(severity);
  });
});
