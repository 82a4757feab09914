import { useState, type ReactNode } from 'react';
import { kindStyle } from '../../charts/palette.ts';
import { useChartTheme } from '../../charts/theme.ts';
import { formatCount, formatMs, formatNumber, formatPercent } from '../../core/format.ts';
import { DELAY_KINDS, type DelayKind, type DelayPoint } from '../../detection/lab/delay.ts';
import { kindLabel } from '../../detection/kindLabels.ts';
import type { DelayAnswer } from '../../state/lab/lab.ts';
import type { DelayAsk } from '../../workers/lab.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { KindBadge } from '../shell/Badge.tsx';
import { CHANGES } from './changes.ts';
import { CurvePlot, type Curve } from './CurvePlot.tsx';

const sizeText = (x: number): string => formatNumber(x, 3);

/** Power and delay, both with the channel as a line and its letter. */
type Measure = 'power' | 'delay';

/** Sizes stand side by side at equal distances: they are closest where they are small. */
function curvesOf(
  points: readonly DelayPoint[],
  sizes: readonly number[],
  kinds: readonly DelayKind[],
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

function PowerTable({
  ask,
  answer,
  kinds,
}: {
  readonly ask: DelayAsk;
  readonly answer: DelayAnswer;
  readonly kinds: readonly DelayKind[];
}): ReactNode {
  return (
    <details>
      <summary>As a table</summary>
      <table className="lab-table">
        <caption>Fraction found with its 95 % interval, and median delay in events of this stream</caption>
        <thead>
          <tr>
            <th scope="col">Size, {CHANGES[ask.change].unit}</th>
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
              <th scope="row">{sizeText(size)}</th>
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
  );
}

/** Which fraction of injected changes each channel finds, and how soon, over the size of the change. */
export function Power({
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
  const [shown, setShown] = useState<readonly DelayKind[]>(DELAY_KINDS);
  const { title, unit, none } = CHANGES[ask.change];
  const kinds = DELAY_KINDS.filter((kind) => shown.includes(kind));
  const axis = {
    width: 440,
    height: 240,
    xLabel: `${title.toLowerCase()}, ${unit} (${sizeText(none)} changes nothing)`,
    xTicks: ask.sizes.map((_, i) => i),
    formatX: (i: number) => sizeText(ask.sizes[i] ?? Number.NaN),
    onPick: (i: number) => onSize(ask.sizes[i]),
  };
  return (
    <div data-testid="power">
      <div className="lab-controls">
        {DELAY_KINDS.map((kind) => (
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
          {formatCount(answer.horizon)} events of this stream; 95 % intervals; {formatMs(ms, 2)}
        </span>
      </div>
      <div className="lab-columns">
        <figure>
          <figcaption>
            Power <span className="dim">fraction of changes found</span>
          </figcaption>
          <CurvePlot
            {...axis}
            curves={curvesOf(answer.curve, ask.sizes, kinds, 'power', mode)}
            yRange={[0, 1]}
            yLabel="found"
            formatY={(y) => formatPercent(y, 2)}
          />
        </figure>
        <figure>
          <figcaption>
            Median delay <span className="dim">where at least half are found</span>
          </figcaption>
          <CurvePlot
            {...axis}
            curves={curvesOf(answer.curve, ask.sizes, kinds, 'delay', mode)}
            yRange={[0, answer.horizon]}
            yLabel="events of this stream"
            formatY={(y) => (Number.isFinite(y) ? formatCount(y) : 'missed')}
          />
        </figure>
      </div>
      <PowerTable ask={ask} answer={answer} kinds={kinds} />
    </div>
  );
}
