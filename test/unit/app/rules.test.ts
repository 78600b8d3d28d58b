// Which rules are in force with what stands in, and what the banner says about it.

import { describe, expect, it } from 'vitest';
import { banner } from '../../../src/app/banner.ts';
import { rulesFor } from '../../../src/app/rules.ts';
import type { Config } from '../../../src/config/load.ts';
import { loadConfig } from '../../../src/config/load.ts';

function configOf(environment: Readonly<Record<string, string>>, yaml = ''): Config {
  const loaded = loadConfig({ environment, args: [], readFile: () => yaml, isTerminal: false, hostname: 'h' });
  if (loaded.kind === 'problems') throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

const WORKSPACE = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', SLACK_CHANNEL: 'C0123456789' };

describe('rules in force', () => {
  it('let nobody approve with a real Slack and no file', () => {
    expect(rulesFor(configOf(WORKSPACE), []).policy.approvers).toEqual([]);
  });

  it('let the local Slack’s group approve', () => {
    expect(rulesFor(configOf({}), ['S1']).policy.approvers).toEqual([{ namespaces: ['*'], users: [], groups: ['S1'] }]);
  });

  it.each([
    { name: 'the demo cluster and the local Slack', environment: {}, dryRunOnly: false },
    { name: 'a real cluster and the local Slack', environment: { KUBECONFIG: '/k' }, dryRunOnly: true },
    { name: 'a pod’s own cluster and the local Slack', environment: { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, dryRunOnly: true },
    { name: 'a real cluster and a real Slack', environment: { ...WORKSPACE, KUBECONFIG: '/k' }, dryRunOnly: false },
  ])('let approved changes be written, but not from a page without a sign-in: $name', ({ environment, dryRunOnly }) => {
    expect(rulesFor(configOf(environment), ['S1']).policy.dryRunOnly).toBe(dryRunOnly);
  });

  it('write to a real cluster from the local Slack where a file asks for it', () => {
    const config = configOf({ KUBECONFIG: '/k', HEADROOM_CONFIG: '/h.yaml' }, 'policy: {approvers: [{groups: [S1]}]}');
    expect(rulesFor(config, ['S1']).policy.dryRunOnly).toBe(false);
  });

  it('are the file’s own where there is one', () => {
    const config = configOf({ HEADROOM_CONFIG: '/h.yaml' }, 'policy: {approvers: [{users: [U1]}]}');
    expect(rulesFor(config, ['S1']).policy.approvers).toEqual([{ namespaces: ['*'], users: ['U1'], groups: [] }]);
  });

  it('watch a change on the demo cluster for less time than on a real one', () => {
    const demo = rulesFor(configOf({}), []).policy.watchFloor;
    expect(demo).toBeLessThan(rulesFor(configOf({ KUBECONFIG: '/k' }), []).policy.watchFloor);
  });
});

describe('banner', () => {
  const places = { redis: 'r', cluster: 'c', keys: undefined, slack: 's', usage: 'u', health: 'h', page: undefined };

  it.each([
    { name: 'nothing is set', environment: {}, real: [] },
    { name: 'Redis is set', environment: { REDIS_URL: 'redis://r' }, real: ['Redis'] },
    { name: 'the cluster is set', environment: { KUBECONFIG: '/k' }, real: ['Cluster'] },
    { name: 'Slack is set', environment: WORKSPACE, real: ['Slack'] },
  ])('says what is real when $name', ({ environment, real }) => {
    const lines = banner(configOf(environment), places);
    const named = lines.filter((line) => / real {2}/.test(line)).map((line) => line.trim().split(/\s+/)[0]);
    expect(named).toEqual(real);
  });

  it.each([
    { name: 'all', names: '', words: 'all namespaces' },
    { name: 'some', names: 'payments,checkout', words: 'only payments, checkout' },
    { name: 'all but some', names: '!kube-system,!monitoring', words: 'all namespaces but kube-system, monitoring' },
  ])('says that $name namespaces are watched', ({ names, words }) => {
    expect(banner(configOf({ WATCH_NAMESPACES: names }), places)).toContain(`  Watching ${words}`);
  });

  it('names the file of rules that is in force, or that there is none', () => {
    expect(banner(configOf({ HEADROOM_CONFIG: '/h.yaml' }, ''), places)).toContain('  Rules    /h.yaml');
    expect(banner(configOf({}), places).join('\n')).toMatch(/ {2}Rules {4}built in/);
  });

  const APPROVERS = 'approvers: [{groups: [S1]}]';
  const local = { KUBECONFIG: '/k', HEADROOM_CONFIG: '/h.yaml' };
  it.each([
    { name: 'nothing is said on the demo cluster', environment: {}, yaml: '', words: 'Alice asks, Bob approves' },
    { name: 'no file: only dry runs', environment: { KUBECONFIG: '/k' }, yaml: '', words: 'only rehearsed' },
    { name: 'a file that lets write', environment: local, yaml: `policy: {${APPROVERS}}`, words: 'WARNING' },
    {
      name: 'a file that lets write in one place',
      environment: local,
      yaml: `policy: {${APPROVERS}, dryRunOnly: true, overrides: [{namespaces: [a], dryRunOnly: false}]}`,
      words: 'WARNING',
    },
    {
      name: 'a file that only rehearses',
      environment: local,
      yaml: `policy: {${APPROVERS}, dryRunOnly: true}`,
      words: undefined,
    },
    { name: 'a file without approvers', environment: local, yaml: 'policy: {}', words: undefined },
  ])('says what an approval on the local page does: $name', ({ environment, yaml, words }) => {
    const text = banner(configOf(environment, yaml), { ...places, page: 'http://p' }).join('\n');
    const said = ['Alice asks, Bob approves', 'only rehearsed', 'WARNING'].filter((each) => text.includes(each));
    expect(said).toEqual(words === undefined ? [] : [words]);
  });

  it('names the setting that replaces each stand-in', () => {
    const text = banner(configOf({}), places).join('\n');
    expect(text).toMatch(/REDIS_URL[\s\S]*KUBECONFIG[\s\S]*SLACK_BOT_TOKEN/);
  });
});
