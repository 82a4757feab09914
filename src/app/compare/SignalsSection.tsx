import { useQuery } from '@tanstack/react-query';
import { type ReactNode } from 'react';
import { yExtent } from '../../charts/scale.ts';
import { useChartTheme } from '../../charts/theme.ts';
import { formatCount, formatNumber } from '../../core/format.ts';
import { SIGNALS, SIGNALS_IN_ORDER } from '../../detection/channels/index.ts';
import { lineOfSide } from '../../state/drilldown/compare.ts';
import { Answer } from '../evidence/parts.tsx';
import { sideColor, type Sides } from './sides.ts';

const CHARTED = SIGNALS_IN_ORDER.filter((name) => SIGNALS[name].reported);
const BUCKETS = 220;
const [WIDTH, HEIGHT] = [440, 110];

interface Lines {
  readonly name: (typeof CHARTED)[number];
  readonly a: Float64Array;
  readonly b: Float64Array;
}

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

function SignalChart({ lines: { name, a, b }, length }: { readonly lines: Lines; readonly length: number }): ReactNode {
  const { mode } = useChartTheme();
  const { label, title, unit } = SIGNALS[name];
  const [low, high] = yExtent([a, b], 0, length);
  const toX = (x: number) => (x / Math.max(1, length)) * WIDTH;
  const toY = (y: number) => HEIGHT - 2 - ((y - low) / (high - low || 1)) * (HEIGHT - 4);
  const known = [a, b].some((points) => points.some((value, i) => i % 2 === 1 && Number.isFinite(value)));
  return (
    <figure className="compare-signal">
      <figcaption>
        {title ?? label}
        {unit && <span className="dim"> {unit}</span>}
      </figcaption>
      {known ? (
        <>
          <svg
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={`${title ?? label} of a and b`}
          >
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
            <span>event 0 to {formatCount(length)} of the stretch</span>
          </p>
        </>
      ) : (
        <p className="dim">no value in either stretch</p>
      )}
    </figure>
  );
}

/** Every charted signal of both sides. */
export function SignalsSection({ a, b }: Sides): ReactNode {
  const query = useQuery({
    queryKey: ['side-lines', a.report.revision, b.report.revision, a.side, b.side],
    queryFn: () =>
      Promise.all(
        CHARTED.map(async (name): Promise<Lines> => ({
          name,
          a: await lineOfSide(a, name, BUCKETS),
          b: await lineOfSide(b, name, BUCKETS),
        })),
      ),
  });
  const length = Math.max(...[a, b].map(({ side: { range } }) => range.to - range.from));
  return (
    <Answer query={query} what="reading the signals">
      {(found) => (
        <div className="compare-signals">
          {found.map((lines) => (
            <SignalChart key={lines.name} lines={lines} length={length} />
          ))}
        </div>
      )}
    </Answer>
  );
}
