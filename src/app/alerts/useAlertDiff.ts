import { useMemo } from 'react';
import { diffAlerts, type AlertDiff } from '../../detection/alerts.ts';
import { changedParameters, PARAMETER_SPECS, type ParameterName, type Parameters } from '../../detection/parameters.ts';
import { useTautline } from '../../state/store.ts';

/** True where a parameter of the signals or decisions differs from its default; alerts of both are taken on the same projection, so that one cancels out. */
function comparesWithDefaults(parameters: Parameters): boolean {
  return Object.keys(changedParameters(parameters)).some((name) => PARAMETER_SPECS[name as ParameterName].stage !== 'projection');
}

/** The alerts on screen against those of the default parameters on the same streams, axes and reference; null while nothing differs. */
export function useAlertDiff(): AlertDiff | null {
  const report = useTautline((state) => state.analysis.report);
  const compares = useTautline((state) => comparesWithDefaults(state.view.parameters));
  return useMemo(() => (report && compares ? diffAlerts(report.baselineAlerts, report.alerts) : null), [report, compares]);
}
