// The Slack app's manifest asks for exactly the scopes under which the local Slack lets the bot work, and the workloads name exactly the roles.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { SHORTCUTS } from '../../../demo/slack/shortcuts.ts';
import { SCOPES } from '../../../demo/slack/web-api/method.ts';
import { SHORTCUT } from '../../../src/adapters/slack/ids.ts';
import { ROLES } from '../../../src/config-role.ts';

function read(path: string): unknown {
  return parse(readFileSync(new URL(`../../../deploy/${path}`, import.meta.url), 'utf8'));
}

const manifest = z.object({
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  features: z.object({
    slash_commands: z.array(z.object({ command: z.string() })),
    shortcuts: z.array(z.object({ callback_id: z.string(), name: z.string(), type: z.string() })),
  }),
});
const deployment = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({ serviceAccountName: z.string(), containers: z.array(z.object({ args: z.array(z.string()) })) }),
    }),
  }),
});

describe('deploy/slack/manifest.yaml', () => {
  const { oauth_config: oauth, features } = manifest.parse(read('slack/manifest.yaml'));

  it('asks for the scopes the bot is tested under, no more', () => {
    expect(oauth.scopes.bot.toSorted()).toEqual([...SCOPES].toSorted());
  });

  it('registers /oom', () => {
    expect(features.slash_commands).toEqual([expect.objectContaining({ command: '/oom' })]);
  });

  it('registers the shortcut that is listened to, as the local Slack offers it', () => {
    expect(features.shortcuts).toEqual([expect.objectContaining({ callback_id: SHORTCUT.explain, type: 'message' })]);
    expect(SHORTCUTS).toEqual(features.shortcuts.map(({ callback_id, name }) => ({ callbackId: callback_id, name })));
  });
});

describe('deploy/kustomize', () => {
  it.each(ROLES.filter((role) => role !== 'all'))('runs %s under an account of its own', (role) => {
    const { spec } = deployment.parse(read(`kustomize/${role === 'node-agent' ? role : 'base'}/${role}.yaml`)).spec.template;
    expect(spec.serviceAccountName).toBe(`headroom-${role}`);
    expect(spec.containers[0]?.args).toEqual(['--role', role]);
  });
});
