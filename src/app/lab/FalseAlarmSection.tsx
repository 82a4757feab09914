import type { ReactNode } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount, formatMs, formatNumber } from '../../core/format.ts';
import type { OperatingCharacteristics } from '../../detection/lab/arl.ts';
import type { InControlSource } from '../../detection/lab/inControl.ts';
import { eventsText, runLengthText } from '../../detection/lab/runLengthText.ts';
import { useFalseAlarms } from '../../state/lab/queries.ts';
import { actions, useTautline } from '../../state/store.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { Autocorrelation } from './Autocorrelation.tsx';
import { BudgetForm } from './BudgetForm.tsx';
import { CurvePlot, type Curve } from './CurvePlot.tsx';
import { rateRangeText } from './rateRange.ts';
import { intervalText, METHODS, naiveText, observedText, textbookText } from './text.ts';
import { Problem } from '../shell/Problem.tsx';

const SOURCES: Readonly<Record<InControlSource, { readonly title: string; readonly help: string }>> = {
  reference: {
    title: 'Reference',
    help:
      'Drawn from the reference events that the detectors are calibrated on: nothing was selected by its outcome, ' +
      'but a short reference gives a wide interval.',
  },
  ledger: {
    title: 'Whole ledger',
    help:
      'Drawn from the reference and every later event outside alerts: more events, but leaving out what was alerted ' +
      'on makes run lengths longer than they are.',
  },
};

function RunLengthCurve({
  characteristics,
  h,
}: {
  readonly characteristics: OperatingCharacteristics;
  readonly h: number;
}): ReactNode {
  const { curve, estimate } = characteristics;
  const points = curve.map((p) => ({ x: p.h, y: p.arl, low: p.arl, high: p.arl }));
  const own = Number.isFinite(estimate.arl)
    ? [{ x: h, y: estimate.arl, low: estimate.interval[0], high: estimate.interval[1] }]
    : [];
  const measured: Curve = {
    name: 'measured',
    color: 'var(--accent)',
    points: [...points.filter((p) => p.x < h), ...own],
  };
  return (
    <CurvePlot
      curves={[measured]}
      width={360}
      height={190}
      yScale="log"
      xLabel="threshold h, σ"
      yLabel="events between false alarms"
      formatY={eventsText}
      formatX={(x) => formatNumber(x, 3)}
      marks={[{ x: h, label: `h ${formatNumber(h, 3)}` }]}
    />
  );
}

function Figures({
  characteristics,
  h,
  observed,
}: {
  readonly characteristics: OperatingCharacteristics;
  readonly h: number;
  readonly observed: string;
}): ReactNode {
  const { estimate, naive, eventsPerDay, inControl, autocorrelation } = characteristics;
  return (
    <div className="lab-columns">
      <dl className="lab-figures">
        <div className="lead">
          <dt>False DRIFT alarms</dt>
          <dd data-testid="lab-arl">
            {runLengthText(characteristics)} <span className="dim">of a stream</span>
          </dd>
          <dd className="dim" title={METHODS[estimate.method]}>
            {[intervalText(estimate), METHODS[estimate.method].toLowerCase().split(':')[0]].filter(Boolean).join(' · ')}
          </dd>
        </div>
        <div>
          <dt>At this ledger’s rate</dt>
          <dd>
            {Number.isFinite(eventsPerDay) ? (
              <>
                {rateRangeText(characteristics) || 'no more can be said'}{' '}
                <span className="dim">{eventsText(eventsPerDay)} events a day</span>
              </>
            ) : (
              <span className="dim">unknown: the ledger has no timestamps</span>
            )}
          </dd>
        </div>
        <div>
          <dt>Were z independent and normal</dt>
          <dd>
            one in {textbookText(naive.siegmund, estimate)}{' '}
            <span className="dim">(Siegmund) · {textbookText(naive.capped, estimate)} with the cap</span>
          </dd>
          <dd className="dim">{naiveText(characteristics)}</dd>
        </div>
        <div>
          <dt>Raised on this ledger</dt>
          <dd>
            {observed} <span className="dim">after the reference, true and false together</span>
          </dd>
        </div>
        <div>
          <dt>Measured on</dt>
          <dd>
            {formatCount(inControl)} events in control, {eventsText(estimate.events)} simulated
            {estimate.method === 'extrapolated' ? '' : `, ${formatCount(estimate.alarms)} alarms counted`}
          </dd>
        </div>
      </dl>
      <figure>
        <figcaption>ARL vs threshold</figcaption>
        <RunLengthCurve characteristics={characteristics} h={h} />
      </figure>
      <figure>
        <figcaption>Autocorrelation of z</figcaption>
        <Autocorrelation values={autocorrelation} count={inControl} width={300} height={190} labelled />
        <p className="dim figure-note">
          what separates the measured figure from the textbook’s; band: independent values
        </p>
      </figure>
    </div>
  );
}

/** ARL0 with its interval, the naive figure beside it, and limits for a budget. */
export function FalseAlarmSection({ report }: { readonly report: AnalysisReport }): ReactNode {
  const source = useTautline((state) => state.view.inControl);
  const { data, error, isFetching } = useFalseAlarms(source);
  const dragging = useTautline((state) => state.dragging);
  return (
    <>
      <div className="lab-controls">
        <div className="segmented" role="group" aria-label="In-control events">
          {(Object.keys(SOURCES) as InControlSource[]).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={source === name}
              title={SOURCES[name].help}
              onClick={() => actions.setLab({ inControl: name })}
            >
              {SOURCES[name].title}
            </button>
          ))}
        </div>
        <span className="dim">{SOURCES[source].help}</span>
      </div>
      {error && !isFetching && <Problem>{explain(toTautlineError(error, 'measuring false alarms'))}</Problem>}
      {!data && !error && (
        <p className="dim" role="status">
          Measuring…
        </p>
      )}
      {data && data.characteristics.inControl === 0 && (
        <p className="dim">
          There is no event in control to measure on: the reference has no divergence with a spread.
        </p>
      )}
      {data?.characteristics.cannotRise && (
        <p data-testid="lab-cannot-rise">
          No DRIFT alarm can be raised on this ledger, true or false: since the reference, KL lay below its level of the
          reference for 95 % of the events or more, so the CUSUM cannot rise. A shorter memory, fewer axes (k) or
          another reference period may help.
        </p>
      )}
      {data && data.characteristics.inControl > 0 && !data.characteristics.cannotRise && (
        <div className={isFetching || dragging ? 'stale' : undefined}>
          <Figures characteristics={data.characteristics} h={data.parameters.h} observed={observedText(report)} />
          <p className="dim lab-took">
            Measured in {formatMs(data.ms, 2)}, by a bootstrap of{' '}
            {data.characteristics.conversations ? 'whole conversations' : 'blocks of 50 events'}.
          </p>
        </div>
      )}
      <h3>From a budget</h3>
      <BudgetForm source={source} hasTime={report.hasTime} key={String(report.hasTime)} />
    </>
  );
}
