// The panel that breaks the local Slack on purpose, to see what the bot makes of it.
// In: the faults that are on now. Out: `break` requests; what could not be sent is said in the panel.

import { type ReactNode, useState } from 'react';
import type { UiFaults, UiRequests } from '../src/ui/ui-types.ts';
import { post } from './protocol.ts';

const SLOW_MS = 2000;

const DISCONNECTS = [
  { kind: 'warning', label: 'Warning', meaning: 'Slack says it will disconnect soon' },
  { kind: 'refresh_requested', label: 'Refresh', meaning: 'Slack asks for a new connection' },
  { kind: 'drop', label: 'Cut TCP', meaning: 'the line is simply gone' },
] as const;

type Send = (request: UiRequests['break']) => void;

export function BreakPanel({ faults, connections }: { readonly faults: UiFaults; readonly connections: number }): ReactNode {
  const [fault, setFault] = useState<string | undefined>(undefined);
  const send: Send = (request) => {
    void post('break', request).then((answer) => setFault(answer.ok ? undefined : answer.error));
  };
  return (
    <div className="break-panel" role="dialog" aria-label="Break something" data-break>
      <RateLimit left={faults.rateLimitNext} send={send} />
      <Switch
        name="slow"
        label="Slow answers"
        hint="every call of the bot takes 2 s longer"
        on={faults.slowMs > 0}
        change={(on) => send({ slowMs: on ? SLOW_MS : 0 })}
      />
      <Row label="Lost answer" hint="the next message is posted, but the bot never hears so">
        <button type="button" className="button" data-break-drop-answer onClick={() => send({ dropAnswerNext: 1 })}>
          {faults.dropAnswerNext > 0 ? `${faults.dropAnswerNext} waiting` : 'Lose the next one'}
        </button>
      </Row>
      <Lacking faults={faults} send={send} />
      <Disconnect connections={connections} send={send} />
      {fault === undefined ? undefined : (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}

function Disconnect({ connections, send }: { readonly connections: number; readonly send: Send }): ReactNode {
  return (
    <Row label="Disconnect" hint={`${connections} open now`}>
      {DISCONNECTS.map(({ kind, label, meaning }) => (
        <button
          key={kind}
          type="button"
          className="button"
          title={meaning}
          data-break-disconnect={kind}
          onClick={() => send({ disconnect: kind })}
        >
          {label}
        </button>
      ))}
    </Row>
  );
}

/** What the workspace does not have. */
function Lacking({ faults, send }: { readonly faults: UiFaults; readonly send: Send }): ReactNode {
  return (
    <>
      <Switch
        name="groups"
        label="No user groups"
        hint="usergroups.* answers missing_scope"
        on={faults.noUserGroups}
        change={(on) => send({ noUserGroups: on })}
      />
      <Switch
        name="charts"
        label="No charts"
        hint="a message with a chart is refused: pictures take their place"
        on={faults.noCharts}
        change={(on) => send({ noCharts: on })}
      />
    </>
  );
}

function RateLimit({ left, send }: { readonly left: number; readonly send: Send }): ReactNode {
  const [calls, setCalls] = useState('3');
  return (
    <Row label="Rate limit" hint={left > 0 ? `${left} more calls get 429` : 'the next calls get 429, Retry-After 2 s'}>
      <input
        type="number"
        className="text-input short"
        min="0"
        max="99"
        aria-label="How many calls"
        data-break-rate-count
        value={calls}
        onChange={(event) => setCalls(event.target.value)}
      />
      <button
        type="button"
        className="button"
        data-break-rate
        onClick={() => send({ rateLimitNext: Math.max(0, Number(calls) || 0) })}
      >
        Refuse
      </button>
    </Row>
  );
}

type RowProps = { readonly label: string; readonly hint: string; readonly children: ReactNode };

function Row({ label, hint, children }: RowProps): ReactNode {
  return (
    <div className="break-row" role="group" aria-label={label}>
      <span className="break-words">
        <strong>{label}</strong>
        <small>{hint}</small>
      </span>
      <span className="break-controls">{children}</span>
    </div>
  );
}

type SwitchProps = {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly on: boolean;
  readonly change: (on: boolean) => void;
};

function Switch({ name, label, hint, on, change }: SwitchProps): ReactNode {
  return (
    <label className="break-row">
      <span className="break-words">
        <strong>{label}</strong>
        <small>{hint}</small>
      </span>
      <input
        type="checkbox"
        role="switch"
        checked={on}
        data-break-switch={name}
        onChange={(event) => change(event.target.checked)}
      />
    </label>
  );
}
