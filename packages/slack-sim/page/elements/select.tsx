// Draws single selects over options, people or channels as a native select box.
// In: the element. Out: the box; a choice is kept and, where the element fires, sent after its confirm dialog.

import type { ReactNode } from 'react';
import type { UiState } from '../../src/ui/ui-types.ts';
import { usePerson } from '../contexts.ts';
import { type Json, records, text, words } from '../read.ts';
import { asText, type ElementProps, useElement } from './use-element.ts';

export type Option = { readonly value: string; readonly label: string; readonly description: string };

type OptionGroup = { readonly label: string; readonly options: readonly Option[] };

export function Select(props: ElementProps): ReactNode {
  const { element, aria } = props;
  const { state } = usePerson();
  const { actionId, value, busy, use } = useElement(props);
  const placeholder = words(element, 'placeholder') || 'Choose an option';
  const chosen = asText(value);
  return (
    <select
      className={chosen === '' ? 'select unchosen' : 'select'}
      data-action-id={actionId}
      id={aria?.id}
      aria-label={aria === undefined ? placeholder : undefined}
      aria-describedby={aria?.describedBy}
      aria-invalid={aria?.invalid}
      aria-busy={busy}
      value={chosen}
      onChange={(event) => void use(event.target.value)}
    >
      <option value="" disabled={props.fires} hidden={props.fires}>
        {placeholder}
      </option>
      {groupsOf(element, state).map((group) =>
        group.label === '' ? (
          group.options.map((option) => <OptionView key={option.value} option={option} />)
        ) : (
          <optgroup key={group.label} label={group.label}>
            {group.options.map((option) => (
              <OptionView key={option.value} option={option} />
            ))}
          </optgroup>
        ),
      )}
    </select>
  );
}

function OptionView({ option }: { readonly option: Option }): ReactNode {
  return <option value={option.value}>{option.label}</option>;
}

/** What can be chosen: the element's own options, the people, or the channels. */
export function optionsOf(element: Json, state: UiState): readonly Option[] {
  return groupsOf(element, state).flatMap((group) => group.options);
}

function groupsOf(element: Json, state: UiState): readonly OptionGroup[] {
  const type = text(element, 'type') ?? '';
  if (type.includes('users')) return [{ label: '', options: people(state) }];
  if (type.startsWith('ch') && type !== 'checkboxes') return [{ label: '', options: channels(state) }];
  if (type.startsWith('conversations')) return [{ label: '', options: [...channels(state), ...people(state)] }];
  const groups = records(element, 'option_groups').map((group) => ({ label: words(group, 'label'), options: own(group) }));
  return groups.length > 0 ? groups : [{ label: '', options: own(element) }];
}

function own(from: Json): readonly Option[] {
  return records(from, 'options').map((option) => ({
    value: text(option, 'value') ?? '',
    label: words(option, 'text'),
    description: words(option, 'description'),
  }));
}

function people(state: UiState): readonly Option[] {
  return state.users.filter((user) => !user.isBot).map((user) => ({ value: user.id, label: user.realName, description: '' }));
}

function channels(state: UiState): readonly Option[] {
  return state.channels.map((channel) => ({ value: channel.id, label: `#${channel.name}`, description: '' }));
}
