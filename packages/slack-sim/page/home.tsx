// The app's Home tab as this person sees it.
// In: the view the bot published for them, if any. Out: actions on its elements.

import type { ReactNode } from 'react';
import { Blocks } from './blocks/blocks.tsx';
import { SurfaceContext, usePerson } from './contexts.ts';
import { records } from './read.ts';
import { useSurface } from './use-surface.ts';

export function Home(): ReactNode {
  const { state } = usePerson();
  const surface = useSurface({ kind: 'home' });
  const bot = state.users.find((user) => user.isBot);
  return (
    <div className="channel home" data-home>
      <header className="pane-head">
        <h2>{bot?.realName ?? 'App'}</h2>
        <span className="topic">Home</span>
      </header>
      <div className="messages" tabIndex={0} role="region" aria-label="Home tab">
        <div className="home-body">
          <SurfaceContext value={surface}>
            {state.home === undefined ? (
              <p className="empty">The app has not published a Home tab for {state.me.realName} yet.</p>
            ) : (
              <Blocks blocks={records(state.home, 'blocks')} />
            )}
          </SurfaceContext>
          {surface.fault === undefined ? undefined : (
            <p className="fault" role="alert" data-fault>
              That did not work: {surface.fault}.
            </p>
          )}
        </div>
      </div>
    </div>
  );
}
