import { createDelay } from './delay.ts';
import type { ViewState } from './types.ts';
import { encodeView } from './url.ts';

/** Where the view's text is kept: the page's address and history, or nothing (tests, embedded use). */
export interface Address {
  /** The view text of the current address, without `#` or `?`. */
  read(): string;
  push(text: string): void;
  replace(text: string): void;
  /** Called when the user goes back or forward, or edits the address. Returns how to stop listening. */
  onChange(listener: () => void): () => void;
}

/** The hash of the page; a query string is read where there is no hash, so that both kinds of link work. */
export function browserAddress(): Address {
  return {
    read: () => location.hash.slice(1) || location.search.slice(1),
    push: (text) => history.pushState(null, '', text === '' ? location.pathname + location.search : `#${text}`),
    replace: (text) => history.replaceState(null, '', text === '' ? location.pathname + location.search : `#${text}`),
    onChange(listener) {
      window.addEventListener('popstate', listener);
      return () => window.removeEventListener('popstate', listener);
    },
  };
}

/** An address that keeps nothing. */
export const noAddress = (): Address => ({
  read: () => '',
  push: () => undefined,
  replace: () => undefined,
  onChange: () => () => undefined,
});

/**
 * Writes views to an address: one history entry for each committed state, none for the states passed through while
 * dragging.
 */
export interface AddressWriter {
  /** A discrete change, or a slider that came to rest: a new history entry, unless the view is the entry's already. */
  commit(view: ViewState): void;
  /**
   * A passing state: the current entry shows it once it has stood for a moment (a change of address costs the browser
   * time, and more than some 100 in 30 s are refused).
   */
  preview(view: ViewState): void;
  /** One of a quick row of changes: a preview, and the last of them becomes an entry. */
  commitSoon(view: ViewState): void;
  /** Takes the address as it is, after `onChange`, and replaces the entry's text without a new entry. */
  adopt(view: ViewState): void;
  /** True while a view waits to be written. */
  readonly pending: boolean;
  /** Writes nothing any more. */
  dispose(): void;
}

const PREVIEW_MS = 200;
const COMMIT_MS = 300;

export function createAddressWriter(address: Address): AddressWriter {
  /** Text of the current entry as it was committed, and as it shows. */
  let entry = { committed: address.read(), shown: address.read() };
  const previewing = createDelay();
  const committing = createDelay();

  function stop(): void {
    previewing.stop();
    committing.stop();
  }
  function show(text: string): void {
    if (text !== entry.shown) address.replace(text);
    entry = { ...entry, shown: text };
  }
  function commit(view: ViewState): void {
    stop();
    const text = encodeView(view);
    show(entry.committed);
    if (text === entry.committed) return;
    address.push(text);
    entry = { committed: text, shown: text };
  }
  const preview = (view: ViewState): void => previewing.start(() => show(encodeView(view)), PREVIEW_MS);

  return {
    commit,
    preview,
    commitSoon(view) {
      preview(view);
      committing.start(() => commit(view), COMMIT_MS);
    },
    adopt(view) {
      stop();
      const text = encodeView(view);
      entry = { committed: text, shown: address.read() };
      show(text);
    },
    get pending() {
      return previewing.pending || committing.pending;
    },
    dispose: stop,
  };
}
