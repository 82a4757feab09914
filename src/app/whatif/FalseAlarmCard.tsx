import type { ReactNode } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatNumber } from '../../core/format.ts';
import { runLengthText } from '../../detection/lab/runLengthText.ts';
import { useFalseAlarms } from '../../state/lab/queries.ts';
import { actions, useTautline } from '../../state/store.ts';
import { Autocorrelation } from '../lab/Autocorrelation.tsx';
import { intervalText, METHODS, naiveText, observedText, rateText, textbookText } from '../lab/text.ts';
import { Problem } from '../shell/Problem.tsx';

/** What h, κ and the cap cost in false alarms on this ledger, measured when a slider comes to rest. */
export function FalseAlarmCard(): ReactNode {
  const { data, error, isFetching } = useFalseAlarms('reference');
  const dragging = useTautline((state) => state.dragging);
  const report = useTautline((state) => state.analysis.report);
  if (!report) return null;
  if (error && !isFetching)
    return (
      <div className="false-alarms">
        <Problem>{explain(toTautlineError(error, 'measuring false alarms'))}</Problem>
      </div>
    );
  if (!data)
    return (
      <div className="false-alarms">
        <p className="dim">Measuring false alarms…</p>
      </div>
    );
  const { estimate, naive, perDay, autocorrelation, inControl, cannotRise } = data.characteristics;
  if (inControl === 0)
    return (
      <div className="false-alarms">
        <p className="dim">The reference has no event in control to measure false alarms on.</p>
      </div>
    );
  return (
    <div
      className={`false-alarms${isFetching || dragging ? ' stale' : ''}`}
      data-testid="false-alarms"
      data-arl={estimate.arl}
      data-ms={data.ms}
    >
      <p className="false-alarm-figure" title={METHODS[estimate.method]}>
        <span>False DRIFT: </span>
        <strong>{runLengthText(data.characteristics)}</strong>
      </p>
      <p className="dim">
        {[intervalText(estimate), Number.isFinite(perDay) && rateText(perDay)].filter(Boolean).join(' · ')}
      </p>
      <p className="dim" title="True and false together: hold it against the figure above">
        This ledger raised {observedText(report)}
      </p>
      {!cannotRise && (
        <div className="false-alarm-naive">
          <Autocorrelation values={autocorrelation.slice(0, 12)} count={inControl} width={64} height={24} />
          <span
            className="dim"
            title={
              "Siegmund's approximation for independent, normal z. What separates it from the measured figure " +
              'is the autocorrelation of z (bars) and its shape'
            }
          >
            If z were independent and normal: {textbookText(naive.siegmund, estimate)}.{' '}
            {naiveText(data.characteristics)}
            {Number.isFinite(autocorrelation[0]) && `; lag-1 autocorrelation ${formatNumber(autocorrelation[0], 2)}`}
          </span>
        </div>
      )}
      <button type="button" className="button small quiet" onClick={() => actions.setScreen('laboratory')}>
        Budget, delay, sweeps: laboratory
      </button>
    </div>
  );
}
