// The left column of a pane: the workspace, who is looking, the channels and the app's Home tab.
// In: the person's state. Out: where to go. A channel with messages not yet seen is bold and carries their number.

import { type ReactNode, useEffect, useState } from 'react';
import type { UiChannel } from '../src/ui/ui-types.ts';
import { Avatar } from './avatar.tsx';
import { type Place, usePerson } from './contexts.ts';

type Props = { readonly place: Place; readonly onGo: (place: Place) => void };

export function Sidebar({ place, onGo }: Props): ReactNode {
  const { state } = usePerson();
  const unread = useUnread(place);
  const isDirect = (channel: UiChannel): boolean => channel.id.startsWith('D');
  const item = (channel: UiChannel): ReactNode => (
    <ChannelItem
      key={channel.id}
      channel={channel}
      direct={isDirect(channel)}
      unread={unread(channel)}
      current={place.kind === 'channel' && place.id === channel.id}
      onGo={onGo}
    />
  );
  const directs = state.channels.filter(isDirect);
  return (
    <nav className="sidebar" aria-label={`Workspace of ${state.me.realName}`}>
      <p className="team">{state.team}</p>
      <p className="side-title">Channels</p>
      <ul>{state.channels.filter((channel) => !isDirect(channel)).map(item)}</ul>
      {directs.length === 0 ? undefined : (
        <>
          <p className="side-title">Direct messages</p>
          <ul>{directs.map(item)}</ul>
        </>
      )}
      <p className="side-title">Apps</p>
      <ul>
        <HomeItem current={place.kind === 'home'} onGo={onGo} />
      </ul>
      <Me />
    </nav>
  );
}

function HomeItem({ current, onGo }: { readonly current: boolean; readonly onGo: Props['onGo'] }): ReactNode {
  const bot = usePerson().state.users.find((user) => user.isBot);
  return (
    <li>
      <button
        type="button"
        className="side-item"
        data-home-tab
        aria-current={current ? 'page' : undefined}
        onClick={() => onGo({ kind: 'home' })}
      >
        <Avatar user={bot} small />
        <span className="side-name">{bot?.realName ?? 'App'}</span>
      </button>
    </li>
  );
}

function Me(): ReactNode {
  const { me } = usePerson().state;
  return (
    <div className="me">
      <Avatar user={me} />
      <span className="me-words">
        <strong>{me.realName}</strong>
        <small>{me.title}</small>
      </span>
    </div>
  );
}

type ItemProps = {
  readonly channel: UiChannel;
  readonly direct: boolean;
  readonly unread: number;
  readonly current: boolean;
  readonly onGo: Props['onGo'];
};

function ChannelItem({ channel, direct, unread, current, onGo }: ItemProps): ReactNode {
  return (
    <li>
      <button
        type="button"
        className={unread > 0 ? 'side-item unread' : 'side-item'}
        data-channel={channel.id}
        title={channel.name}
        aria-current={current ? 'page' : undefined}
        onClick={() => onGo({ kind: 'channel', id: channel.id })}
      >
        <span className="hash" aria-hidden="true">
          {direct ? '●' : '#'}
        </span>
        <span className="side-name">{channel.name}</span>
        {unread > 0 ? <span className="count">{unread}</span> : undefined}
      </button>
    </li>
  );
}

/** Counts what came into a channel since this person last looked at it; the first look at the page counts as seen. */
function useUnread(place: Place): (channel: UiChannel) => number {
  const { state } = usePerson();
  const [seen, setSeen] = useState<Readonly<Record<string, number>>>(() => counts(state.channels));
  const here = place.kind === 'channel' ? state.channels.find(({ id }) => id === place.id) : undefined;
  const length = here?.messages.length ?? 0;
  useEffect(() => {
    if (here !== undefined) setSeen((before) => ({ ...before, [here.id]: length }));
  }, [here?.id, length]);
  return (channel) => (channel.id === here?.id ? 0 : Math.max(0, channel.messages.length - (seen[channel.id] ?? 0)));
}

function counts(channels: readonly UiChannel[]): Readonly<Record<string, number>> {
  return Object.fromEntries(channels.map((channel) => [channel.id, channel.messages.length]));
}
