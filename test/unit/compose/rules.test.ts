// Which rules are in force with what stands in, and what the banner says about it.

import { describe, expect, it } from 'vitest';
import { banner } from '../../../src/compose/banner.ts';
import { rulesFor } from '../../../src/compose/rules.ts';
import type { Config } from '../../../src/config.ts';
import { loadConfig } from '../../../src/config.ts';

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
  const places = { redis: 'r', cluster: 'c', slack: 's', usage: 'u', health: 'h', page: undefined };

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

  it('names the setting that replaces each stand-in', () => {
    const text = banner(configOf({}), places).join('\n');
    expect(text).toMatch(/REDIS_URL[\s\S]*KUBECONFIG[\s\S]*SLACK_BOT_TOKEN/);
  });
});
