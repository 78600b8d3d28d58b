// Slack's limits as token buckets: one message a second in a channel with a short burst, and the tiers per method.

export type Limiter = {
  /** 0 when the call may go on, else the seconds for Retry-After. */
  take(key: string, limit: Limit): number;
};

export type Limit = { readonly perMinute: number; readonly burst: number };

export const POSTS_IN_CHANNEL: Limit = { perMinute: 60, burst: 5 };

const TIERS: Readonly<Record<string, Limit>> = {
  'chat.update': { perMinute: 50, burst: 20 },
  'conversations.history': { perMinute: 50, burst: 20 },
  'conversations.replies': { perMinute: 50, burst: 20 },
  'conversations.list': { perMinute: 20, burst: 20 },
  'usergroups.list': { perMinute: 20, burst: 20 },
  'usergroups.users.list': { perMinute: 20, burst: 20 },
  'users.list': { perMinute: 20, burst: 20 },
  'users.info': { perMinute: 100, burst: 50 },
  'views.open': { perMinute: 100, burst: 50 },
  'views.update': { perMinute: 100, burst: 50 },
  'views.publish': { perMinute: 100, burst: 50 },
  'chat.postEphemeral': { perMinute: 100, burst: 50 },
};

export function tierOf(method: string): Limit | undefined {
  return TIERS[method];
}

export function createLimiter(now: () => number): Limiter {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(key, { perMinute, burst }) {
      const bucket = buckets.get(key) ?? { tokens: burst, at: now() };
      const tokens = Math.min(burst, bucket.tokens + ((now() - bucket.at) / 60_000) * perMinute);
      const enough = tokens >= 1;
      buckets.set(key, { tokens: enough ? tokens - 1 : tokens, at: now() });
      return enough ? 0 : Math.max(1, Math.ceil(((1 - tokens) / perMinute) * 60));
    },
  };
}
