// Draws a list of blocks: the library draws what is only looked at, this page draws what is used or what the library cannot.
// In: blocks as the bot sent them, inside a Surface. Out: their elements in order. Unknown blocks are named in small print.

import type { ReactNode } from 'react';
import { Element } from '../elements/element.tsx';
import { type Json, record, records, text, words } from '../read.ts';
import { Code, splitFences } from './code.tsx';
import { Container } from './container.tsx';
import { InputBlock } from './input-block.tsx';
import { LibraryBlocks, Mrkdwn } from './library.tsx';
import { RichText } from './rich-text.tsx';
import { Table } from './table.tsx';

export type BlocksProps = {
  readonly blocks: readonly Json[];
  /** Sentences shown under an input, by block_id. */
  readonly errors?: Readonly<Record<string, string>> | undefined;
};

export function Blocks({ blocks, errors }: BlocksProps): ReactNode {
  return (
    <div className="blocks">
      {blocks.map((block, at) => (
        <BlockView key={text(block, 'block_id') ?? String(at)} block={block} errors={errors ?? {}} />
      ))}
    </div>
  );
}

/** The library knows pictures by their address only. */
function withAddress(block: Json): Json {
  const id = text(record(block, 'slack_file') ?? {}, 'id');
  return id === undefined ? block : { ...block, image_url: `/file/${id}` };
}

type BlockProps = { readonly block: Json; readonly errors: Readonly<Record<string, string>> };

function BlockView({ block, errors }: BlockProps): ReactNode {
  const id = text(block, 'block_id') ?? '';
  switch (text(block, 'type')) {
    case 'actions':
    case 'context_actions':
      return <Actions block={block} />;
    case 'section':
      return <Section block={block} error={errors[id]} />;
    case 'input':
      return <InputBlock block={block} error={errors[id]} />;
    case 'container':
      return (
        <Container block={block}>
          <Blocks blocks={records(block, 'child_blocks')} errors={errors} />
        </Container>
      );
    case 'rich_text':
      return <RichText block={block} />;
    case 'table':
    case 'data_table':
      return <Table block={block} />;
    case 'alert':
      return <Alert block={block} />;
    case 'image':
      return <LibraryBlocks blocks={[withAddress(block)]} />;
    case 'file':
      return undefined;
    default:
      return <LibraryBlocks blocks={[block]} />;
  }
}

function Actions({ block }: { readonly block: Json }): ReactNode {
  const id = text(block, 'block_id') ?? '';
  return (
    <div id={id} className="actions" data-block-id={id}>
      {records(block, 'elements').map((element, at) => (
        <Element key={text(element, 'action_id') ?? String(at)} element={element} blockId={id} fires />
      ))}
    </div>
  );
}

function Section({ block, error }: { readonly block: Json; readonly error: string | undefined }): ReactNode {
  const id = text(block, 'block_id') ?? '';
  const accessory = record(block, 'accessory');
  const fields = records(block, 'fields');
  const type = text(record(block, 'text'), 'type') ?? 'mrkdwn';
  return (
    <div id={id} className={accessory === undefined ? 'section' : `section with-${text(accessory, 'type')}`} data-block-id={id}>
      <div className="section-text">
        {splitFences(words(block, 'text')).map((part, at) =>
          part.kind === 'code' ? (
            <Code key={String(at)} text={part.text} />
          ) : (
            <LibraryBlocks
              key={String(at)}
              blocks={[{ type: 'section', text: { type, text: part.text.replace(/^\n|\n$/g, '') } }]}
            />
          ),
        )}
        {fields.length === 0 ? undefined : <LibraryBlocks blocks={[{ type: 'section', fields }]} />}
        {error === undefined ? undefined : <p className="field-error">{error}</p>}
      </div>
      {accessory === undefined ? undefined : (
        <div className="accessory">
          <Element element={accessory} blockId={id} fires />
        </div>
      )}
    </div>
  );
}

function Alert({ block }: { readonly block: Json }): ReactNode {
  const level = text(block, 'level') ?? 'default';
  return (
    <div id={text(block, 'block_id')} className={`alert ${level}`} role={level === 'error' ? 'alert' : 'note'} aria-label={level}>
      <span className="alert-icon" aria-hidden="true">
        {level === 'success' ? '✓' : level === 'info' || level === 'default' ? 'i' : '!'}
      </span>
      <Mrkdwn text={words(block, 'text')} />
    </div>
  );
}
