import { useEffect } from 'react';
import { session } from '../../state/store.ts';
import { stepAlert } from '../alerts/step.ts';
import { showSheet, toggleSheet, useUi } from '../ui.ts';
import { nextTheme } from './TopBar.tsx';

const SEARCH_ID = 'parameter-search';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('textarea, select, input:not([type=range], [type=checkbox], [type=button])'));

function focusSearch(): void {
  useUi.setState({ whatIfOpen: true });
  // The panel may only now be rendered.
  requestAnimationFrame(() => document.getElementById(SEARCH_ID)?.focus());
}

function closeTopmost(): void {
  const { store, actions } = session;
  if (useUi.getState().sheet !== null) showSheet(null);
  else if (store.getState().view.selected !== null) actions.select(null);
}

const KEYS: Readonly<Record<string, () => void>> = {
  '?': () => toggleSheet('shortcuts'),
  o: () => { if (session.store.getState().ledger.phase !== 'empty') toggleSheet('open'); },
  '/': focusSearch,
  t: () => session.actions.setTheme(nextTheme(session.store.getState().view.theme)),
  '[': () => stepAlert(-1),
  ']': () => stepAlert(1),
  Escape: closeTopmost,
};

/** Single keys, outside of text fields; Escape also leaves those. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      // AltGr, which some layouts need for [ and ], reports itself as Control and Alt.
      const modified = event.metaKey || ((event.ctrlKey || event.altKey) && !event.getModifierState('AltGraph'));
      if (event.defaultPrevented || modified) return;
      if (isTyping(event.target)) {
        if (event.key === 'Escape') (event.target as HTMLElement).blur();
        return;
      }
      const act = KEYS[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
