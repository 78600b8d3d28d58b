// Who the bot is: its workspace and its own ids, asked once. A Slack that is not there yet is waited for; a wrong token is not.

import type { WebClient } from '@slack/web-api';
import { SECOND } from '../../../domain/base/time.ts';
import { PermanentError } from '../../../ports/fault.ts';
import type { Log } from '../../../ports/log.ts';
import type { Meter } from '../../../ports/meter.ts';
import { pause } from '../../pause.ts';
import { calling } from './client.ts';

export type Self = {
  readonly teamId: string;
  readonly botId: string;
  readonly botUserId: string;
  /** The workspace's address, ending in a slash. */
  readonly workspace: string | undefined;
};
export type SelfOptions = {
  readonly client: WebClient;
  readonly log: Log;
  readonly meter: Meter;
  readonly stopping: AbortSignal;
};

const LONGEST_PAUSE_MS = 30 * SECOND;
const TOKEN_TROUBLE = /invalid_auth|not_authed|account_inactive|token_revoked|token_expired|not_allowed_token_type/;

/** Throws PermanentError when the token is wrong, or when the bot is stopped while waiting. */
export async function whoAmI({ client, log, meter, stopping }: SelfOptions): Promise<Self> {
  for (let attempt = 0; !stopping.aborted; attempt += 1) {
    try {
      const {
        team_id: teamId,
        bot_id: botId,
        user_id: botUserId,
        url: workspace,
      } = await calling({ method: 'auth.test', kind: 'read', meter }, () => client.auth.test());
      if (teamId !== undefined && botId !== undefined && botUserId !== undefined) return { teamId, botId, botUserId, workspace };
      throw new PermanentError('SLACK_BOT_TOKEN is not a bot token (xoxb-…): Slack names no bot for it', {
        code: 'OOM_SLACK_REFUSED',
      });
    } catch (error) {
      if (error instanceof PermanentError) throw error;
      const words = error instanceof Error ? error.message : String(error);
      if (TOKEN_TROUBLE.test(words)) throw new PermanentError(words, { code: 'OOM_SLACK_REFUSED', cause: error });
      log.warn('waiting for Slack', { error: words });
      await pause(Math.min(LONGEST_PAUSE_MS, SECOND * 2 ** attempt), stopping);
    }
  }
  throw new PermanentError('stopped while waiting for Slack', { code: 'OOM_SLACK_UNREACHABLE' });
}
