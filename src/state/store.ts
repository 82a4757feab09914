import { useStore } from 'zustand';
import { createEngineClient, spawnHarnessWorker, spawnLabWorker } from '../workers/client.ts';
import { createHarnessPool } from '../workers/harnessPool.ts';
import { createLabPool } from '../workers/labPool.ts';
import { browserAddress, noAddress } from './address.ts';
import { createCalibration, type CalibrationState } from './calibration.ts';
import { browserConsent, passingConsent } from './consent.ts';
import { createLab } from './lab/lab.ts';
import { browserScenarios, passingScenarios } from './scenarioStorage.ts';
import { besides } from './otherLedger.ts';
import { createSession, type SessionPlatform } from './session.ts';
import type { TautlineActions, TautlineState } from './types.ts';

/** Workers of the browser. */
export const pagePlatform: Pick<SessionPlatform, 'createEngine' | 'createDatabase'> = {
  createEngine: (onRestart) => createEngineClient({ onRestart }),
  createDatabase: async (onRestart) => {
    const { createDatabase } = await import('../ledger/duckdb.ts');
    const { spawnDatabaseWorker } = await import('../workers/databaseWorker.ts');
    return createDatabase({ onRestart, spawn: spawnDatabaseWorker });
  },
};

/**
 * The page's one session. Importing starts nothing: the engine starts when it is woken or a ledger is opened, the
 * database when there are events to store.
 */
export const session = createSession({
  ...pagePlatform,
  other: () => besides.ledger(),
  // Outside a page (tests of panels in Node) there is nothing to keep the view in.
  address: typeof window === 'undefined' ? noAddress() : browserAddress(),
  consent: typeof window === 'undefined' ? passingConsent() : browserConsent(),
  scenarios: typeof window === 'undefined' ? passingScenarios() : browserScenarios(),
});

export const actions: TautlineActions = session.actions;

/**
 * The part of the state that `selector` picks; the component renders again when that part changes (compared by
 * identity).
 */
export function useTautline<T>(selector: (state: TautlineState) => T): T {
  return useStore(session.store, selector);
}

/** The calibration harness of this page. Starts nothing before its first run. */
export const calibration = createCalibration({
  createPool: (onRetry) =>
    createHarnessPool({
      spawn: spawnHarnessWorker,
      compile: async () => (await import('../kernels/load.browser.ts')).compileKernels(),
      onRetry,
    }),
  whatIf: () => session.store.getState().view.parameters,
  toast: actions.toast,
});

/** The part of the calibration's state that `selector` picks, as `useTautline` does. */
export function useCalibration<T>(selector: (state: CalibrationState) => T): T {
  return useStore(calibration.store, selector);
}

/** The laboratory of this page. Starts nothing before its first question. */
export const lab = createLab({
  engine: session.engine,
  createPool: () =>
    createLabPool({
      spawn: spawnLabWorker,
      compile: async () => (await import('../kernels/load.browser.ts')).compileKernels(),
    }),
});

session.store.subscribe(({ ledger }, before) => {
  if (ledger !== before.ledger && ledger.phase !== 'open') lab.clear();
});
