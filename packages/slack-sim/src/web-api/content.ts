// What a message is made of, checked as Slack checks it: text up to 40,000 characters, blocks, attachments, metadata. Throws Refusal with Slack's word.

import { checkBlocks } from '../checks/blocks-check.ts';
import { at, isObject, unsupported } from '../checks/check-words.ts';
import type { Json } from '../world.ts';
import type { Args, Context } from './method.ts';
import { acceptBlocks, jsonArg, listArg, objectArg, Refusal, refusalOf, textArg } from './method.ts';

const MOST_TEXT = 40_000;
const MOST_ATTACHMENTS = 100;
const EVENT_TYPE = /^[A-Za-z0-9_-]+$/;

export type Content = { readonly text: string; readonly blocks: readonly Json[]; readonly attachments: readonly Json[] };

export function contentOf({ isFileReady, world }: Pick<Context, 'isFileReady' | 'world'>, args: Args): Content {
  const text = textArg(args, 'text');
  const blocks = args['blocks'] === undefined || args['blocks'] === '' ? [] : acceptBlocks(jsonArg(args, 'blocks'), 'message');
  const charts = blocks.flatMap(({ type }, index) =>
    world.faults.noCharts && type === 'data_visualization' ? [unsupported(type, `/blocks/${index}/type`)] : [],
  );
  if (charts.length > 0) throw refusalOf('invalid_blocks', charts);
  const attachments = attachmentsOf(args);
  if (text === '' && blocks.length === 0 && attachments.length === 0) throw new Refusal('no_text');
  if (text.length > MOST_TEXT) throw new Refusal('msg_too_long');
  const unready = blocks.flatMap(({ type, slack_file: file }, index) =>
    type === 'image' && isObject(file) && !isFileReady(String(file['id']))
      ? [at('invalid slack file', `/blocks/${index}/slack_file`)]
      : [],
  );
  if (unready.length > 0) throw refusalOf('invalid_blocks', unready);
  return { text, blocks, attachments };
}

function attachmentsOf(args: Args): readonly Json[] {
  const given = args['attachments'];
  const attachments = listArg(args, 'attachments');
  if (attachments === undefined && given !== undefined && given !== '') throw new Refusal('invalid_attachments');
  if ((attachments?.length ?? 0) > MOST_ATTACHMENTS) throw new Refusal('too_many_attachments');
  const problems = (attachments ?? []).flatMap((attachment, index) =>
    attachment['blocks'] === undefined ? [] : checkBlocks(attachment['blocks'], 'message', `/attachments/${index}/blocks`),
  );
  if (problems.length > 0) throw refusalOf('invalid_attachments', problems);
  return attachments ?? [];
}

export function metadataOf(args: Args): Json | undefined {
  const metadata = objectArg(args, 'metadata');
  const type = metadata?.['event_type'];
  return typeof type === 'string' && EVENT_TYPE.test(type) && isObject(metadata?.['event_payload']) ? metadata : undefined;
}

/** Bad metadata is only a warning, and ignored. */
export function metadataWarning(args: Args): Json {
  if (args['metadata'] === undefined || metadataOf(args) !== undefined) return {};
  return { warning: 'invalid_metadata_format', response_metadata: { warnings: ['invalid_metadata_format'] } };
}
