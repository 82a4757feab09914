import { useState, type ReactNode } from 'react';
import { kindStyle } from '../../charts/palette.ts';
import { useChartTheme } from '../../charts/theme.ts';
import { formatCount, formatMs, formatNumber, formatPercent } from '../../core/format.ts';
import { MEAN_SIZES, SCALE_SIZES, type ChangeKind, type DelayPoint } from '../../detection/lab/delay.ts';
import type { Parameters } from '../../detection/parameters.ts';
import { ALERT_KINDS, type AlertKind } from '../../detection/types.ts';
import type { DelayAnswer } from '../../state/lab/lab.ts';
import { useJob } from '../../state/lab/queries.ts';
import { actions, lab, useTautline } from '../../state/store.ts';
import type { DelayAsk } from '../../workers/lab.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { kindLabel } from '../../detection/kindLabels.ts';
import { NumberBox } from '../whatif/NumberBox.tsx';
import { KindBadge } from '../shell/Badge.tsx';
import { CurvePlot, type Curve } from './CurvePlot.tsx';
import { Outdated, Run } from './Run.tsx';

const CHANGES: Readonly<
  Record<
    ChangeKind,
    {
      readonly title: string;
      readonly unit: string;
      readonly help: string;
      readonly sizes: readonly number[];
      readonly none: number;
    }
  >
> = {
  mean: {
    title: 'Mean shift',
    unit: 'sd',
    help: 'The stream’s coordinates move by so many within-stream standard deviations, in a random direction. 0 changes nothing.',
    sizes: MEAN_SIZES,
    none: 0,
  },
  scale: {
    title: 'Scale',
    unit: '×',
    help: 'The stream’s residuals become so many times as large about their recent mean. 1 changes nothing.',
    sizes: SCALE_SIZES,
    none: 1,
  },
};

const HORIZON = 200;
const REPLICATES = 40;
const MOST_SIZE = 20;

/** Power and delay, both with the channel as a line and its letter. */
type Measure = 'power' | 'delay';

/** Sizes stand side by side at equal distances: they are closest where they are small. */
function curvesOf(
  points: readonly DelayPoint[],
  sizes: readonly number[],
  kinds: readonly AlertKind[],
  measure: Measure,
  mode: 'dark' | 'light',
): Curve[] {
  return kinds.map((kind) => {
    const { color, letter } = kindStyle(kind, mode);
    return {
      name: kindLabel(kind),
      color,
      letter,
      points: points
        .filter((p) => p.kind === kind)
        .map((p) =>
          measure === 'power'
            ? {
                x: sizes.indexOf(p.size),
                y: p.replicates > 0 ? p.power : Number.NaN,
                low: p.powerInterval[0],
                high: p.powerInterval[1],
              }
            : {
                x: sizes.indexOf(p.size),
                y: Number.isFinite(p.medianDelay) ? p.medianDelay : Number.NaN,
                low: p.delayInterval[0],
                high: p.delayInterval[1],
              },
        ),
    };
  });
}

const ownEvents = (delay: number | null): string =>
  delay === null || !Number.isFinite(delay)
    ? 'not found'
    : `${formatCount(delay)} own ${delay === 1 ? 'event' : 'events'}`;

/** What one injected change set off, channel by channel; the first size is the ledger as it is. */
function Injected({
  ask,
  answer,
  report,
}: {
  readonly ask: DelayAsk;
  readonly answer: DelayAnswer;
  readonly report: AnalysisReport;
}): ReactNode {
  const [outcome] = answer.outcomes;
  const [without, changed] = outcome.delays;
  const { unit } = CHANGES[ask.change];
  const start = answer.starts[0];
  const fired = ALERT_KINDS.filter((kind) => changed[kind] !== null && !outcome.open.includes(kind)).sort(
    (a, b) => changed[a]! - changed[b]!,
  );
  return (
    <div className="injected" data-testid="injected">
      <p>
        {fired.length > 0 ? (
          <>
            <KindBadge kind={fired[0]} /> fires first, after <strong>{ownEvents(changed[fired[0]])}</strong>
          </>
        ) : (
          <strong>No channel fires within {ask.horizon} own events</strong>
        )}
        <span className="dim">
          {' '}
          ({formatNumber(ask.sizes[1], 3)} {unit} in {report.streams[ask.stream]?.name} from event {formatCount(start)}
          ){' '}
        </span>
        <button
          type="button"
          className="button small quiet"
          onClick={() => {
            actions.select(start);
            actions.setScreen('monitor');
          }}
        >
          Show the event
        </button>
      </p>
      <table className="lab-table">
        <thead>
          <tr>
            <th scope="col">Channel</th>
            <th scope="col">with the change</th>
            <th scope="col">without</th>
          </tr>
        </thead>
        <tbody>
          {ALERT_KINDS.map((kind) => (
            <tr key={kind}>
              <th scope="row">
                <KindBadge kind={kind} />
              </th>
              <td>
                {outcome.open.includes(kind) ? <span className="dim">was open already</span> : ownEvents(changed[kind])}
              </td>
              <td className="dim">{outcome.open.includes(kind) ? '–' : ownEvents(without[kind])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Power({
  ask,
  answer,
  ms,
  report,
  onSize,
}: {
  readonly ask: DelayAsk;
  readonly answer: DelayAnswer;
  readonly ms: number;
  readonly report: AnalysisReport;
  readonly onSize: (size: number) => void;
}): ReactNode {
  const { mode } = useChartTheme();
  const [shown, setShown] = useState<readonly AlertKind[]>(ALERT_KINDS);
  const { title, unit, none } = CHANGES[ask.change];
  const kinds = ALERT_KINDS.filter((kind) => shown.includes(kind));
  const format = (x: number): string => formatNumber(x, 3);
  const steps = ask.sizes.map((_, i) => i);
  const formatSize = (i: number): string => format(ask.sizes[i] ?? Number.NaN);
  const pickStep = (i: number): void => onSize(ask.sizes[i]);
  const xLabel = `${title.toLowerCase()}, ${unit} (${format(none)} changes nothing)`;
  return (
    <div data-testid="power">
      <div className="lab-controls">
        {ALERT_KINDS.map((kind) => (
          <button
            key={kind}
            type="button"
            className="chip"
            aria-pressed={shown.includes(kind)}
            onClick={() => setShown(shown.includes(kind) ? shown.filter((k) => k !== kind) : [...shown, kind])}
          >
            <KindBadge kind={kind} />
          </button>
        ))}
        <span className="dim">
          {report.streams[ask.stream]?.name}, {formatCount(answer.starts.length)} starts, found within{' '}
          {formatCount(ask.horizon)} own events; 95 % intervals; {formatMs(ms, 2)}
        </span>
      </div>
      <div className="lab-columns">
        <figure>
          <figcaption>
            Power <span className="dim">share of changes found</span>
          </figcaption>
          <CurvePlot
            curves={curvesOf(answer.curve, ask.sizes, kinds, 'power', mode)}
            width={440}
            height={240}
            yRange={[0, 1]}
            xLabel={xLabel}
            yLabel="found"
            xTicks={steps}
            formatX={formatSize}
            formatY={(y) => formatPercent(y, 2)}
            onPick={pickStep}
          />
        </figure>
        <figure>
          <figcaption>
            Median delay <span className="dim">where at least half are found</span>
          </figcaption>
          <CurvePlot
            curves={curvesOf(answer.curve, ask.sizes, kinds, 'delay', mode)}
            width={440}
            height={240}
            yRange={[0, ask.horizon]}
            xLabel={xLabel}
            yLabel="own events"
            xTicks={steps}
            formatX={formatSize}
            formatY={(y) => (Number.isFinite(y) ? formatCount(y) : 'missed')}
            onPick={pickStep}
          />
        </figure>
      </div>
      <details>
        <summary>As a table</summary>
        <table className="lab-table">
          <caption>Share found with its 95 % interval, and median delay in own events</caption>
          <thead>
            <tr>
              <th scope="col">Size, {unit}</th>
              {kinds.map((kind) => (
                <th scope="col" key={kind}>
                  {kindLabel(kind)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ask.sizes.map((size) => (
              <tr key={size}>
                <th scope="row">{format(size)}</th>
                {kinds.map((kind) => {
                  const p = answer.curve.find((point) => point.kind === kind && point.size === size)!;
                  return (
                    <td key={kind}>
                      {p.replicates === 0 ? (
                        <span className="dim">open already</span>
                      ) : (
                        <>
                          {formatPercent(p.power, 2)}{' '}
                          <span className="dim">
                            {formatPercent(p.powerInterval[0], 2)} to {formatPercent(p.powerInterval[1], 2)}
                            {Number.isFinite(p.medianDelay) && ` · ${formatCount(p.medianDelay)}`}
                          </span>
                        </>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}

const differs = (a: Parameters, b: Parameters): boolean => JSON.stringify(a) !== JSON.stringify(b);

/** Changes injected into one stream: at one event, and as power curves over many. */
export function DelaySection({ report }: { readonly report: AnalysisReport }): ReactNode {
  const parameters = useTautline((state) => state.view.parameters);
  const selected = useTautline((state) => state.view.selected);
  const [stream, setStream] = useState(0);
  const [change, setChange] = useState<ChangeKind>('mean');
  const [sizes, setSizes] = useState<Readonly<Record<ChangeKind, number>>>({ mean: 2, scale: 3 });
  const [start, setStart] = useState<number | null>(null);
  const [horizon, setHorizon] = useState(HORIZON);
  const injection = useJob(lab.injection);
  const power = useJob(lab.power);
  const own = stream < report.streams.length ? stream : 0;
  const middle = Math.floor((report.reference.to + report.events) / 2);
  const at = start ?? selected ?? middle;
  const { none, help, unit } = CHANGES[change];
  const ask = (size: number): DelayAsk => ({ stream: own, change, sizes: [none, size], start: at, count: 1, horizon });
  const inject = (size: number): void => void lab.injection.start(ask(size));
  const measure = (): void =>
    void lab.power.start({
      stream: own,
      change,
      sizes: CHANGES[change].sizes,
      start: null,
      count: REPLICATES,
      horizon,
    });
  const whole =
    (set: (value: number) => void, least: number, most: number) =>
    (value: number): boolean => {
      const fits = Number.isInteger(value) && value >= least && value <= most;
      if (fits) set(value);
      return fits;
    };
  const setSize = (size: number): boolean => {
    const fits = Number.isFinite(size) && size >= 0 && size <= MOST_SIZE;
    if (fits) setSizes({ ...sizes, [change]: size });
    return fits;
  };
  const pick = (size: number): void => {
    setSize(size);
    inject(size);
  };
  return (
    <>
      <div className="lab-controls">
        <label>
          Stream{' '}
          <select value={own} onChange={(event) => setStream(Number(event.target.value))}>
            {report.streams.map(({ name }, i) => (
              <option key={name} value={i}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <div className="segmented" role="group" aria-label="Kind of change">
          {(Object.keys(CHANGES) as ChangeKind[]).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={change === name}
              title={CHANGES[name].help}
              onClick={() => setChange(name)}
            >
              {CHANGES[name].title}
            </button>
          ))}
        </div>
        <span className="lab-field">
          Size{' '}
          <NumberBox value={sizes[change]} label={`Size of the change, ${unit}`} invalid={false} commit={setSize} />{' '}
          {unit}
        </span>
        <span className="lab-field">
          from event{' '}
          <NumberBox value={at} label="Start event" invalid={false} commit={whole(setStart, 0, report.events - 1)} />
        </span>
        <span className="lab-field">
          within{' '}
          <NumberBox value={horizon} label="Horizon, own events" invalid={false} commit={whole(setHorizon, 10, 5000)} />{' '}
          own events
        </span>
        <button
          type="button"
          className="button small"
          disabled={injection.running !== null}
          onClick={() => inject(sizes[change])}
        >
          Inject
        </button>
        <button type="button" className="button small primary" disabled={power.running !== null} onClick={measure}>
          Power curves
        </button>
      </div>
      <p className="dim">
        {help}
        {start === null && selected !== null && ' The start is the event selected on the monitor.'}
      </p>
      <Run job={lab.injection} state={injection} label="Injecting a change" />
      {injection.result && !injection.running && (
        <>
          <Outdated is={differs(injection.result.answer.parameters, parameters)} again={() => inject(sizes[change])} />
          <Injected ask={injection.result.question} answer={injection.result.answer} report={report} />
        </>
      )}
      <Run job={lab.power} state={power} label="Measuring power" />
      {power.result && (
        <>
          <Outdated is={!power.running && differs(power.result.answer.parameters, parameters)} again={measure} />
          <Power
            ask={power.result.question}
            answer={power.result.answer}
            ms={power.result.ms}
            report={report}
            onSize={pick}
          />
        </>
      )}
    </>
  );
}
