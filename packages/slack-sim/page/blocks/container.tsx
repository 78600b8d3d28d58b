// Draws a container block: a framed group with a title that may be folded.
// In: the block and its drawn children. Out: the group, folded at first when the block says so.

import { type ReactNode, useId, useState } from 'react';
import { flag, type Json, text, words } from '../read.ts';
import { Plain } from './library.tsx';

export function Container({ block, children }: { readonly block: Json; readonly children: ReactNode }): ReactNode {
  const collapsible = flag(block, 'is_collapsible');
  const [open, setOpen] = useState(!(collapsible && flag(block, 'default_collapsed')));
  const body = useId();
  const title = (
    <>
      <span className="container-title">
        <Plain text={words(block, 'title')} />
      </span>
      <span className="container-subtitle">
        <Plain text={words(block, 'subtitle')} />
      </span>
    </>
  );
  return (
    <div id={text(block, 'block_id')} className="container" data-container>
      {collapsible ? (
        <button type="button" className="container-head" aria-expanded={open} aria-controls={body} onClick={() => setOpen(!open)}>
          <span className={open ? 'caret' : 'caret folded'} aria-hidden="true" />
          {title}
        </button>
      ) : (
        <div className="container-head">{title}</div>
      )}
      <div id={body} className="container-body" hidden={!open}>
        {children}
      </div>
    </div>
  );
}
