// Draws an input block of a modal: label, control, hint and the error of the last submission.
// In: the block and its error. Out: a labelled group; the control keeps its value in the surrounding Surface.

import { type ReactNode, useId } from 'react';
import { Element } from '../elements/element.tsx';
import { flag, type Json, record, text, words } from '../read.ts';
import { Plain } from './library.tsx';

const GROUPS: ReadonlySet<string> = new Set(['checkboxes', 'radio_buttons', 'multi_static_select', 'multi_users_select']);

export function InputBlock({ block, error }: { readonly block: Json; readonly error: string | undefined }): ReactNode {
  const id = text(block, 'block_id') ?? '';
  const element = record(block, 'element');
  const ids = useId();
  const hint = words(block, 'hint');
  if (element === undefined) return undefined;
  const label = (
    <>
      <Plain text={words(block, 'label')} />
      {flag(block, 'optional') ? <span className="optional"> (optional)</span> : undefined}
    </>
  );
  return (
    <div id={id} className={error === undefined ? 'input-block' : 'input-block wrong'} data-block-id={id}>
      {GROUPS.has(text(element, 'type') ?? '') ? (
        <div id={`${ids}l`} className="input-label">
          {label}
        </div>
      ) : (
        <label id={`${ids}l`} className="input-label" htmlFor={`${ids}c`}>
          {label}
        </label>
      )}
      <Element
        element={element}
        blockId={id}
        fires={flag(block, 'dispatch_action')}
        aria={{ id: `${ids}c`, labelId: `${ids}l`, describedBy: `${ids}e ${ids}h`, invalid: error !== undefined }}
      />
      <p id={`${ids}e`} className="field-error" role="alert" data-error-for={id} hidden={error === undefined}>
        {error}
      </p>
      <p id={`${ids}h`} className="hint" hidden={hint === ''}>
        <Plain text={hint} />
      </p>
    </div>
  );
}
