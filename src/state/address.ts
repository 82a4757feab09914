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
 * Writes views to an address: one history entry for each resting state, none for the states passed through while
 * dragging.
 */
export interface AddressWriter {
  /** A discrete change, or a slider that came to rest: a new history entry, unless the view is the entry's already. */
  rest(view: ViewState): void;
  /**
   * A passing state: the current entry shows it once it has stood for a moment (a change of address costs the browser
   * time, and more than some 100 in 30 s are refused).
   */
  drag(view: ViewState): void;
  /** Takes the address as it is, after `onChange`, or replaces the entry's text without a new entry. */
  settle(view: ViewState): void;
  /** True while a passing state waits to be written. */
  readonly pending: boolean;
}

const STANDING_MS = 200;

export function createAddressWriter(address: Address): AddressWriter {
  let resting = address.read();
  let shown = resting;
  let timer: ReturnType<typeof setTimeout> | null = null;

  function stop(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  }
  function replace(text: string): void {
    if (text !== shown) address.replace(text);
    shown = text;
  }

  return {
    rest(view) {
      stop();
      const text = encodeView(view);
      replace(resting);
      if (text === resting) return;
      address.push(text);
      resting = text;
      shown = text;
    },
    drag(view) {
      stop();
      timer = setTimeout(() => {
        stop();
        replace(encodeView(view));
      }, STANDING_MS);
    },
    settle(view) {
      stop();
      shown = address.read();
      resting = encodeView(view);
      replace(resting);
    },
    get pending() {
      return timer !== null;
    },
  };
}
