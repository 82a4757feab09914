import { useEffect } from 'react';
import { useTautline } from '../../state/store.ts';

/** Writes the theme in force to data-theme on <html>; "system" follows the system's preference as it changes. */
export function useTheme(): void {
  const theme = useTautline((state) => state.view.theme);
  useEffect(() => {
    const light = matchMedia('(prefers-color-scheme: light)');
    const apply = (): void => {
      document.documentElement.dataset.theme = theme === 'system' ? (light.matches ? 'light' : 'dark') : theme;
    };
    apply();
    light.addEventListener('change', apply);
    return () => light.removeEventListener('change', apply);
  }, [theme]);
}
