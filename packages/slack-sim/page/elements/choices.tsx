// Draws checkboxes and radio buttons, and multiple selects as checkboxes.
// In: the element. Out: one labelled control per option; every change is kept and, where the element fires, sent.

import { type ReactNode, useId } from 'react';
import { Mrkdwn } from '../blocks/library.tsx';
import { usePerson } from '../contexts.ts';
import { text } from '../read.ts';
import { optionsOf } from './select.tsx';
import { asText, asTexts, type ElementProps, useElement } from './use-element.ts';

export function Choices(props: ElementProps): ReactNode {
  const { element, aria } = props;
  const { state } = usePerson();
  const { actionId, value, use } = useElement(props);
  const name = useId();
  const single = text(element, 'type') === 'radio_buttons';
  const many = asTexts(value);
  const toggle = (own: string): readonly string[] => (many.includes(own) ? many.filter((one) => one !== own) : [...many, own]);
  return (
    <div
      className="choices"
      role={single ? 'radiogroup' : 'group'}
      aria-labelledby={aria?.labelId}
      aria-describedby={aria?.describedBy}
      data-action-id={actionId}
    >
      {optionsOf(element, state).map((option) => (
        <label key={option.value} className="choice">
          <input
            type={single ? 'radio' : 'checkbox'}
            name={name}
            value={option.value}
            checked={single ? asText(value) === option.value : many.includes(option.value)}
            onChange={() => void use(single ? option.value : toggle(option.value))}
          />
          <span className="choice-text">
            <Mrkdwn text={option.label} />
            {option.description === '' ? undefined : <span className="choice-description">{option.description}</span>}
          </span>
        </label>
      ))}
    </div>
  );
}
