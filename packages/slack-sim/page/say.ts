// What a composer does to a text before it is said: mentions become ids, and commands that fit are hinted.
// In: what was typed and who there is. Out: text as Slack sends it, or matching commands. Nothing here refuses.

import type { UiState, UiUser } from '../src/ui/ui-types.ts';

/** `@alice`, `@Alice Archer` and group handles become `<@U…>` and `<!subteam^S…>`; special characters are escaped. */
export function toSlackText(typed: string, state: Pick<UiState, 'users' | 'groups'>): string {
  let said = typed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  for (const [name, id] of namesOf(state)) said = said.replace(new RegExp(`(^|\\s)@${escaped(name)}(?![\\w-])`, 'gi'), `$1${id}`);
  return said;
}

function namesOf({ users, groups }: Pick<UiState, 'users' | 'groups'>): readonly (readonly [string, string])[] {
  const ofUser = (user: UiUser): readonly (readonly [string, string])[] => [
    [user.realName, `<@${user.id}>`],
    [user.name, `<@${user.id}>`],
  ];
  const names = [...users.flatMap(ofUser), ...groups.map(({ id, handle }) => [handle, `<!subteam^${id}>`] as const)];
  return names.filter(([name]) => name !== '').toSorted(([a], [b]) => b.length - a.length);
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Commands that begin as the typed text does, while its first word is not finished or is one of them. */
export function hintsFor(typed: string, commands: UiState['commands']): UiState['commands'] {
  if (!typed.startsWith('/')) return [];
  const [word = ''] = typed.split(/\s/);
  const finished = typed.length > word.length;
  return commands.filter(({ command }) => (finished ? command === word : command.startsWith(word)));
}
