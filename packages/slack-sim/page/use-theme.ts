// Decides light or dark: `?theme=` first, then the switch, then what the system prefers (followed while nobody switched).
// In: the page's address and the system. Out: the theme, also written to the root element for the style sheets.

import { useEffect, useState } from 'react';
import type { Theme } from './contexts.ts';

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [chosen, setChosen] = useState<Theme | undefined>(() => readTheme(new URLSearchParams(location.search).get('theme')));
  const [system, setSystem] = useState<Theme>(systemTheme);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const follow = (): void => setSystem(systemTheme());
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);
  const theme = chosen ?? system;
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return [theme, setChosen];
}

function readTheme(value: string | null): Theme | undefined {
  return value === 'light' || value === 'dark' ? value : undefined;
}

function systemTheme(): Theme {
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
