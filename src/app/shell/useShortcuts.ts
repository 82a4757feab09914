import { useEffect } from 'react';
import { session } from '../../state/store.ts';
import { setTour, showSheet, toggleSheet, useUi } from '../ui.ts';
import { shownScreen, TABS } from './screens.ts';
import { nextTheme } from './TopBar.tsx';

const SEARCH_ID = 'parameter-search';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches('textarea, select, input:not([type=range], [type=checkbox], [type=button])'));

/** A field whose own undo goes before that of the page. */
const isText = (target: EventTarget | null): boolean => isTyping(target) && !(target as HTMLElement).matches('select');

const onMonitor = (): boolean => shownScreen(session.store.getState().view.screen) === 'monitor';

function focusSearch(): void {
  const field = () => document.getElementById(SEARCH_ID);
  useUi.setState({ whatIfOpen: true });
  // At once where it is there, so that no key typed after is lost; else when the panel is rendered.
  if (field()) field()!.focus();
  else requestAnimationFrame(() => field()?.focus());
}

function closeTopmost(): void {
  const { store, actions } = session;
  const { sheet, tour } = useUi.getState();
  if (sheet !== null) showSheet(null);
  else if (tour !== null) setTour(null);
  else if (onMonitor() && store.getState().view.selected !== null) actions.select(null);
  else if (onMonitor()) actions.showEvidence(null);
}

function openFind(): boolean {
  const { ledger, view } = session.store.getState();
  if (ledger.phase !== 'open' || !onMonitor()) return false;
  if (view.find === null) session.actions.setFind({ text: '', filters: [] });
  return true;
}

/** Keys for the charts and tables of the monitor. */
const MONITOR_KEYS: Readonly<Record<string, () => unknown>> = {
  '/': focusSearch,
  f: openFind,
};

/** The monitor's keys that are loaded with the first of them: they are of no use before there is an analysis. */
const LATER_KEYS = 'ei[]';
const pressLater = (key: string): void => void import('../evidence/keys.ts').then(({ press }) => press(key));

const laterKey = (key: string) => (LATER_KEYS.includes(key) ? () => pressLater(key) : undefined);

const KEYS: Readonly<Record<string, () => void>> = {
  '?': () => toggleSheet('shortcuts'),
  o: () => {
    if (session.store.getState().ledger.phase !== 'empty') toggleSheet('open');
  },
  t: () => session.actions.setTheme(nextTheme(session.store.getState().view.theme)),
  Escape: closeTopmost,
};

/** Keys after g. */
const GO_KEYS: Readonly<Record<string, () => void>> = Object.fromEntries(
  TABS.map(({ key, screen }) => [key, () => session.actions.setScreen(screen)]),
);
/** How long g waits for the key after it. */
const SEQUENCE_MS = 1500;

/** Undo and redo of all that is work; a text field keeps its own. */
function stepped(event: KeyboardEvent): boolean {
  const key = event.key.toLowerCase();
  if (event.altKey || !(event.ctrlKey || event.metaKey) || (key !== 'z' && key !== 'y') || isText(event.target))
    return false;
  event.preventDefault();
  if (key === 'y' || event.shiftKey) session.actions.redo();
  else session.actions.undo();
  return true;
}

/** Single keys and g with another, outside of text fields; Escape also leaves those. */
export function useShortcuts(): void {
  useEffect(() => {
    let wentAt = -Infinity;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || stepped(event)) return;
      if ((event.ctrlKey || event.metaKey) && event.key === 'k' && openFind()) event.preventDefault();
      // AltGr, which some layouts need for [ and ], reports itself as Control and Alt.
      const modified = event.metaKey || ((event.ctrlKey || event.altKey) && !event.getModifierState('AltGraph'));
      if (modified) return;
      if (isTyping(event.target)) {
        if (event.key === 'Escape') (event.target as HTMLElement).blur();
        return;
      }
      const going = event.timeStamp - wentAt < SEQUENCE_MS;
      wentAt = event.key === 'g' ? event.timeStamp : -Infinity;
      const act =
        (going ? GO_KEYS[event.key] : undefined) ??
        KEYS[event.key] ??
        (onMonitor() ? (MONITOR_KEYS[event.key] ?? laterKey(event.key)) : undefined);
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
