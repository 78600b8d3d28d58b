// The address of a message, as Slack makes them: the workspace's own address, the channel, and the message's id without its dot; of a reply also its thread.

import type { PostedMessage } from '../../../domain/incident/incident.ts';

/** The workspace's address as auth.test tells it, ending in a slash; undefined where it is not known: then nothing is linked. */
export type Workspace = string | undefined;

export function permalink(workspace: Workspace, posted: PostedMessage | undefined): string | undefined {
  if (workspace === undefined || posted === undefined) return undefined;
  const { channel, id, thread } = posted;
  const inThread = thread === undefined ? '' : `?thread_ts=${thread}&cid=${channel}`;
  return `${workspace}archives/${channel}/p${id.replace('.', '')}${inThread}`;
}
