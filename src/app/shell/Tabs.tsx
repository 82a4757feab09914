import type { ReactNode } from 'react';
import { formatPercent } from '../../core/format.ts';
import type { CalibrationState } from '../../state/calibration.ts';
import { actions, useCalibration, useTautline } from '../../state/store.ts';
import { shownScreen, TABS } from './screens.ts';

/**
 * How far what runs in the pool is, in whole percent; null when nothing runs. The Monte Carlo, which takes minutes,
 * goes first.
 */
function percentDone({ tableRun, monteCarloRun }: CalibrationState): number | null {
  if (monteCarloRun.phase === 'running')
    return Math.floor((100 * monteCarloRun.progress.trials.length) / monteCarloRun.progress.of);
  if (tableRun.phase === 'running') return Math.floor((100 * tableRun.progress.done) / tableRun.progress.of);
  return null;
}

/** The screens of the page; the tab of the calibration shows what runs while another screen is looked at. */
export function Tabs(): ReactNode {
  const screen = useTautline((state) => shownScreen(state.view.screen));
  const percent = useCalibration(percentDone);
  return (
    <nav className="tabs" aria-label="Screens">
      {TABS.map((tab) => (
        <button
          key={tab.screen}
          type="button"
          aria-current={tab.screen === screen ? 'page' : undefined}
          title={`${tab.help} (g ${tab.key})`}
          onClick={() => actions.setScreen(tab.screen)}
        >
          {tab.title}
          {tab.screen === 'calibration' && percent !== null && (
            <span className="tab-progress"> {formatPercent(percent / 100)}</span>
          )}
        </button>
      ))}
    </nav>
  );
}
