import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode } from 'react';
import { yExtent } from '../../charts/scale.ts';
import { useChartTheme } from '../../charts/theme.ts';
import { formatCount, formatNumber } from '../../core/format.ts';
import { SIGNALS } from '../../detection/channels/index.ts';
import { linesOfSide, type Comparand } from '../../state/drilldown/compare.ts';
import type { Alignment } from '../../state/drilldown/compareView.ts';
import { Answer, Segmented } from '../evidence/parts.tsx';
import { alignLines, AXIS_TEXTS, CHARTED, extremes, type AlignedLines } from './aligned.ts';
import { setCompare, sideColor, useCompareView, type Sides } from './sides.ts';

const BUCKETS = 220;
const [WIDTH, HEIGHT] = [440, 110];

const TITLES: Readonly<Record<Alignment, string>> = {
  start: 'start of the stretch',
  reference: 'end of the reference',
  time: 'time since the start',
  clock: 'date and time',
};

function pathOf(points: Float64Array, toX: (x: number) => number, toY: (y: number) => number): string {
  let pen = false;
  let path = '';
  for (let i = 0; i < points.length; i += 2) {
    const isThere = Number.isFinite(points[i + 1]);
    if (isThere) path += `${pen ? 'L' : 'M'}${toX(points[i]).toFixed(1)} ${toY(points[i + 1]).toFixed(1)}`;
    pen = isThere;
  }
  return path;
}

function SignalChart({ of, lines }: { readonly of: number; readonly lines: AlignedLines }): ReactNode {
  const { mode } = useChartTheme();
  const { label, title, unit } = SIGNALS[CHARTED[of]];
  const [a, b] = [lines.a[of], lines.b[of]];
  const { from, to } = lines.extent;
  const [low, high] = yExtent([a, b], from, to);
  const toX = (x: number) => ((x - from) / (to - from || 1)) * WIDTH;
  const toY = (y: number) => HEIGHT - 2 - ((y - low) / (high - low || 1)) * (HEIGHT - 4);
  return (
    <figure className="compare-signal">
      <figcaption>
        {title ?? label}
        {unit && <span className="dim"> {unit}</span>}
      </figcaption>
      {Number.isFinite(low) ? (
        <>
          <svg
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={`${title ?? label} of a and b`}
          >
            {from < 0 && to > 0 && (
              <line
                className="compare-zero"
                x1={toX(0)}
                x2={toX(0)}
                y1={0}
                y2={HEIGHT}
                vectorEffect="non-scaling-stroke"
              />
            )}
            {(['a', 'b'] as const).map((id) => (
              <path
                key={id}
                d={pathOf(id === 'a' ? a : b, toX, toY)}
                fill="none"
                stroke={sideColor(id, mode)}
                strokeWidth={1.2}
                strokeDasharray={id === 'b' ? '5 2' : undefined}
                vectorEffect="non-scaling-stroke"
              />
            ))}
          </svg>
          <p className="dim compare-ends">
            <span>
              {formatNumber(low)} to {formatNumber(high)}
            </span>
            <span>{lines.extentText}</span>
          </p>
        </>
      ) : (
        <p className="dim">no value in either stretch</p>
      )}
    </figure>
  );
}

/** The same as numbers. */
function Values({ lines }: { readonly lines: AlignedLines }): ReactNode {
  return (
    <details className="compare-values">
      <summary>As a table</summary>
      <div className="compare-scroll" tabIndex={0} role="region" aria-label="Signals of both sides as a table">
        <table className="compare-table">
          <caption className="visually-hidden">Least, largest and last value of each signal of a and b</caption>
          <thead>
            <tr>
              <th scope="col">Signal</th>
              {['a', 'b'].flatMap((id) =>
                ['least', 'largest', 'last'].map((what) => (
                  <th scope="col" className="number" key={id + what}>
                    {id}, {what}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {CHARTED.map((name, i) => (
              <tr key={name}>
                <th scope="row">{SIGNALS[name].title ?? SIGNALS[name].label}</th>
                {[lines.a[i], lines.b[i]].flatMap((points, id) =>
                  extremes(points).map((value, at) => (
                    <td className="number" key={`${id} ${at}`}>
                      {Number.isNaN(value) ? '–' : formatNumber(value)}
                    </td>
                  )),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** A stream of the second ledger that the reference of the first knows nothing of. */
function unknownStream(a: Comparand, b: Comparand): string | null {
  const [first, second] = a.side.ledger === 'first' ? [a, b] : [b, a];
  const isKnown = first.report.streams.some(({ name }) => name === second.side.stream);
  return isKnown ? null : `${first.name} has no stream "${second.side.stream}"`;
}

/** Every charted signal of both sides. */
export function SignalsSection({ a, b, shared }: Sides): ReactNode {
  const { align: wanted } = useCompareView();
  const hasTime = a.report.hasTime && b.report.hasTime;
  const align = hasTime || wanted === 'start' || wanted === 'reference' ? wanted : 'start';
  const along = align === 'start' || align === 'reference' ? 'events' : 'time';
  const unknown = unknownStream(a, b);
  const query = useQuery({
    queryKey: ['side-lines', a.report.revision, b.report.revision, a.side, b.side, along],
    queryFn: () => Promise.all([a, b].map((side) => linesOfSide(side, { names: CHARTED, along, buckets: BUCKETS }))),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <div className="compare-align">
        <span aria-hidden="true">aligned by</span>
        <Segmented
          label="Aligned by"
          value={align}
          onChange={(next) => setCompare({ align: next })}
          options={(hasTime
            ? (['start', 'reference', 'time', 'clock'] as const)
            : (['start', 'reference'] as const)
          ).map((id) => [id, TITLES[id]] as const)}
        />
        {!hasTime && <span className="dim">not by time, which one of the ledgers does not state</span>}
      </div>
      {!shared && (
        <p className="dim">
          Each ledger is measured by its own axes and reference: the lines show when each of them moved, not which of
          them is higher.
        </p>
      )}
      {shared && a.side.ledger !== b.side.ledger && (
        <p className="dim">
          Both are measured by the reference of the first ledger. The second is judged from its first event on, the
          first from the end of that reference on.
          {unknown && ` ${unknown}: what compares a stream with its own reference has no value there.`}
        </p>
      )}
      <Answer query={query} what="reading the signals">
        {([one, other]) => {
          const lines = alignLines(one, other, align);
          return (
            <>
              <p className="dim">
                {AXIS_TEXTS[align]} a has {formatCount(one.own)} events, b {formatCount(other.own)}.
              </p>
              <div className="compare-signals">
                {CHARTED.map((name, i) => (
                  <SignalChart key={name} of={i} lines={lines} />
                ))}
              </div>
              <Values lines={lines} />
            </>
          );
        }}
      </Answer>
    </>
  );
}
