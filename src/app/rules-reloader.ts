// headroom.yaml while the process runs: read again every few seconds, by content, because a mounted ConfigMap is swapped by links that no file
// watcher sees reliably. New rules hold from the next step on; a wrong file changes nothing, and is said once. What changed is audited.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Config } from '../config/load.ts';
import type { Rules } from '../config/rules/rules.ts';
import { parseRules } from '../config/rules/rules.ts';
import { canonicalJson } from '../domain/base/canonical-json.ts';
import type { Audit } from '../ports/audit.ts';
import type { Log } from '../ports/log.ts';
import type { Meter } from '../ports/meter.ts';
import { callEvery } from '../ports/timers.ts';
import type { Lifecycle } from './lifecycle.ts';
import { liveView } from './live.ts';
import { systemClock } from './parts.ts';

export type LiveRulesOptions = {
  /** Without a path the rules are built in and never change. */
  readonly config: Pick<Config, 'rulesPath'>;
  /** Undefined where this process writes no audit. */
  readonly stores: { readonly audit: Pick<Audit, 'history' | 'append'> } | undefined;
  readonly log: Log;
  readonly meter: Meter;
  readonly lifecycle: Pick<Lifecycle, 'onStop'>;
  readonly lookEveryMs?: number | undefined;
};

const LOOK_EVERY_MS = 3000;
const SHOWN_CHANGES = 10;

/** The rules as they are at each moment. */
export function followRules(initial: Rules, options: LiveRulesOptions): Rules {
  const { config, lifecycle, lookEveryMs = LOOK_EVERY_MS } = options;
  const path = config.rulesPath;
  if (path === undefined) return initial;
  let current = initial;
  const follower = createFollower(options, {
    path,
    current: () => current,
    replace(rules) {
      current = rules;
    },
  });
  const timer = callEvery(lookEveryMs, () => void follower.look());
  void follower.look();
  lifecycle.onStop('rules', async () => clearInterval(timer));
  const policy = liveView(() => current.policy);
  return liveView(() => ({ ...current, policy }));
}

type Following = { readonly path: string; readonly current: () => Rules; readonly replace: (rules: Rules) => void };

function createFollower(options: LiveRulesOptions, { path, current, replace }: Following) {
  const { log, meter } = options;
  let seen: string | undefined;
  let before: string | undefined;
  let looking = false;
  const look = async (): Promise<void> => {
    const text = await readFile(path, 'utf8');
    // A file that is just being written is taken when it has come to rest.
    const atRest = text === before || seen === undefined;
    before = text;
    if (text === seen || !atRest) return;
    const parsed = parseRules(text);
    if (parsed.kind === 'problems') {
      log.error('the rules are wrong; those before stay in force', { path, problems: parsed.problems });
      meter.count('headroom_rules_loads_total', { outcome: 'wrong' });
    } else {
      const changed = changedKeys(current(), parsed.rules);
      replace(parsed.rules);
      if (seen !== undefined) log.info('rules in force', { path, changed });
      meter.count('headroom_rules_loads_total', { outcome: 'loaded' });
      await auditRules(options, { text, changed });
    }
    seen = text;
  };
  return {
    /** Never rejects: what cannot be read now is read at the next look. */
    async look(): Promise<void> {
      if (looking) return;
      looking = true;
      try {
        await look();
      } catch (error) {
        log.warn('the rules cannot be read; those before stay in force', { path, error });
      } finally {
        looking = false;
      }
    },
  };
}

/** Keys of the policy, and the others, whose values differ. */
function changedKeys(before: Rules, after: Rules): readonly string[] {
  const flat = ({ policy, ...others }: Rules): ReadonlyMap<string, string> =>
    new Map([
      ...Object.entries(others).map(([key, value]) => [key, canonicalJson(value)] as const),
      ...Object.entries(policy).map(([key, value]) => [`policy.${key}`, canonicalJson(value)] as const),
    ]);
  const old = flat(before);
  return [...flat(after)].filter(([key, value]) => old.get(key) !== value).map(([key]) => key);
}

/** Recorded unless these very rules are the last ones recorded: every replica reads the same file. */
async function auditRules(
  { stores }: LiveRulesOptions,
  { text, changed }: { readonly text: string; readonly changed: readonly string[] },
): Promise<void> {
  if (stores === undefined) return;
  const { audit } = stores;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const [last] = (await audit.history({ action: 'policy', limit: 1 })).entries;
  if (last?.event.outcome?.includes(hash) === true) return;
  const words = changed.length === 0 ? '' : `: ${changed.slice(0, SHOWN_CHANGES).join(', ')} changed`;
  await audit.append({
    at: systemClock.now(),
    actor: { kind: 'headroom' },
    action: 'policy',
    result: 'done',
    outcome: `rules with SHA-256 ${hash} are in force${words}`,
  });
}
