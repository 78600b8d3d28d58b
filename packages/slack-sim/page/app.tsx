// The whole page: a bar on top, then Alice and Bob side by side (or one person with `?as=<user id>&single=1`).
// In: the page's address and the server. Out: panes, each with its own connection, so that two people are really two.

import { type ReactNode, useCallback, useEffect, useState } from 'react';
import type { UiState } from '../src/ui/ui-types.ts';
import { Pane } from './pane.tsx';
import { fetchPeople } from './protocol.ts';
import { TopBar } from './top-bar.tsx';
import { useTheme } from './use-theme.ts';

type Seat = { readonly person: string; readonly id: string };

const RETRY_MS = 1000;

export function App(): ReactNode {
  const [theme, setTheme] = useTheme();
  const seats = useSeats();
  const [state, setState] = useState<UiState | undefined>(undefined);
  const take = useCallback((newest: UiState) => setState(newest), []);
  return (
    <>
      <TopBar theme={theme} onTheme={setTheme} state={state} />
      <main className={seats.length === 1 ? 'panes single' : 'panes'}>
        {seats.map((seat) => (
          <Pane key={seat.id} person={seat.person} userId={seat.id} theme={theme} onState={take} />
        ))}
        {seats.length === 0 ? <p className="waiting">Waiting for the local Slack …</p> : undefined}
      </main>
    </>
  );
}

function useSeats(): readonly Seat[] {
  const [seats, setSeats] = useState<readonly Seat[]>([]);
  useEffect(() => {
    let timer: number | undefined;
    const load = (): void => {
      loadSeats().then(setSeats, () => {
        timer = window.setTimeout(load, RETRY_MS);
      });
    };
    load();
    return () => window.clearTimeout(timer);
  }, []);
  return seats;
}

async function loadSeats(): Promise<readonly Seat[]> {
  const asked = new URLSearchParams(location.search);
  const people = await fetchPeople();
  const seats = Object.entries(people).map(([person, id]) => ({ person, id }));
  if (asked.get('single') !== '1') return seats;
  const as = asked.get('as') ?? people.alice;
  const seat = seats.find(({ id, person }) => id === as || person === as);
  return [seat ?? { person: as, id: as }];
}
