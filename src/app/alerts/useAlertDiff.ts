import { useMemo } from 'react';
import { diffAlerts, type AlertDiff } from '../../detection/alerts.ts';
import { changedParameters, PARAMETER_SPECS, type ParameterName, type Parameters } from '../../detection/parameters.ts';
import { useTautline } from '../../state/store.ts';
import type { ViewState } from '../../state/types.ts';

/**
 * True if a parameter of the signals or decisions differs from its default; alerts of both are taken on the same
 * projection, so that one cancels out.
 */
function comparesWithDefaults(parameters: Parameters): boolean {
  return Object.keys(changedParameters(parameters)).some(
    (name) => PARAMETER_SPECS[name as ParameterName].stage !== 'projection',
  );
}

/** True if the candidate differs from what it is compared with in something that can change an alert. */
const compares = ({ parameters, baseline }: ViewState): boolean =>
  baseline ? JSON.stringify(parameters) !== JSON.stringify(baseline) : comparesWithDefaults(parameters);

/**
 * The alerts on screen against those of the baseline; null while nothing differs. The defaults are taken on the same
 * streams, axes and reference.
 */
export function useAlertDiff(): AlertDiff | null {
  const report = useTautline((state) => state.analysis.report);
  const differs = useTautline((state) => compares(state.view));
  return useMemo(
    () => (report && differs ? diffAlerts(report.baselineAlerts, report.alerts) : null),
    [report, differs],
  );
}
