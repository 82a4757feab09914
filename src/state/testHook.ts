import { besides } from './otherLedger.ts';
import { queryClient } from './queries.ts';
import { lab, session } from './store.ts';
import type { TautlineState } from './types.ts';

/** What browser tests see of the page. */
interface TestHook {
  /** Resolves when nothing opens, analyses, loads or waits for a slider, and the page has drawn since. */
  idle(): Promise<void>;
  state(): TautlineState;
  /** True while charts wait for a frame to be drawn in. */
  isDrawing(): boolean;
  /** Rows of the tables events, signals and alerts, in step with the newest analysis. */
  query(sql: string): Promise<readonly Record<string, unknown>[]>;
}

declare global {
  interface Window {
    __tautline?: TestHook;
  }
}

const POLL_MS = 20;

/**
 * @param isDrawing tells whether charts wait to be drawn
 * @param isGathering tells whether files were dropped or chosen of which the session does not know yet
 */
export function installTestHook(isDrawing: () => boolean, isGathering: () => boolean): void {
  const busy = () =>
    isGathering() || !session.isIdle() || !besides.isIdle() || queryClient.isFetching() > 0 || lab.busy || isDrawing();
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const pause = () => new Promise((resolve) => setTimeout(resolve, POLL_MS));
  window.__tautline = {
    async idle() {
      do {
        while (busy()) await pause();
        // Two frames: one in which React commits what arrived, one in which charts draw it (and may ask for more).
        await frame();
        await frame();
      } while (busy());
    },
    state: () => session.store.getState(),
    isDrawing,
    async query(sql) {
      await Promise.all([session.tables.ensureAlerts(), session.tables.ensureSignals()]);
      return session.tables.query(sql);
    },
  };
}
