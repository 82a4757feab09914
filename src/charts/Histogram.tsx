import { useMemo, useRef, type ReactNode } from 'react';
import { formatPercent } from '../core/format.ts';
import { binsOf, sharesIn } from './bins.ts';
import { niceStep } from './scale.ts';
import { useSize } from './useSize.ts';

/** A distribution: its values, and a point of it that has an interval. */
export interface Sample {
  readonly values: readonly number[];
  readonly centre: number;
  readonly interval: readonly [number, number];
}

export interface HistogramProps {
  readonly sample: Sample;
  /** Drawn as an outline over the bars. */
  readonly compared?: Sample;
  /** A value to point out. */
  readonly mark?: { readonly x: number; readonly label: string };
  readonly format: (x: number) => string;
  /** The chart in a sentence, for those who do not see it. */
  readonly label: string;
}

const HEIGHT = 140;
const PAD = { left: 40, right: 10, top: 26, bottom: 20 } as const;
/** px of a character of a tick, and the least between two ticks. */
const CHARACTER = 6.2;
const GAP = 12;

/** Shares of a sample by value, with the interval of its centre; another sample may lie over it. */
export function Histogram({ sample, compared, mark, format, label }: HistogramProps): ReactNode {
  const root = useRef<HTMLDivElement>(null);
  const width = useSize(root)?.width ?? 0;
  const content = useMemo(() => {
    const all = [...sample.values, ...(compared?.values ?? []), ...(mark ? [mark.x] : [])];
    const bins = binsOf(all);
    return (
      bins && { bins, shares: sharesIn(bins, sample.values), over: compared ? sharesIn(bins, compared.values) : null }
    );
  }, [sample, compared, mark]);
  return (
    <div className="histogram" ref={root} role="img" aria-label={label} style={{ height: HEIGHT }}>
      {content && width > 0 && draw()}
    </div>
  );

  function draw(): ReactNode {
    const { bins, shares, over } = content!;
    const plot = { width: width - PAD.left - PAD.right, height: HEIGHT - PAD.top - PAD.bottom };
    const step = niceStep(Math.max(...shares, ...(over ?? [])) / 2);
    const most = Math.ceil(Math.max(...shares, ...(over ?? [])) / step - 1e-9) * step;
    const px = (x: number) => PAD.left + ((x - bins.start) / (bins.width * bins.count)) * plot.width;
    const py = (share: number) => PAD.top + (1 - share / most) * plot.height;
    const base = PAD.top + plot.height;
    const edge = (bin: number) => bins.start + bin * bins.width;
    const middle = (bin: number) =>
      bins.width === 1 ? format(edge(bin) + 0.5) : `${format(edge(bin))} to ${format(edge(bin + 1))}`;
    const outline = over
      ?.map((share, i) => `${i === 0 ? 'M' : 'L'}${px(edge(i))} ${py(share)}H${px(edge(i + 1))}`)
      .join('');
    const room = Math.max(...[0, bins.count].map((bin) => format(edge(bin)).length)) * CHARACTER + GAP;
    const rough = niceStep((bins.width * bins.count) / Math.max(1, Math.floor(plot.width / room)));
    // Whole numbers have a bin each: ticks stand at their middles.
    const tick = bins.width === 1 ? Math.max(1, rough) : rough;
    const first = Math.ceil(bins.start / tick - 1e-9) * tick;
    const anchor = (x: number) => (px(x) > width - room / 2 ? 'end' : px(x) < room / 2 ? 'start' : 'middle');
    const ticks = Array.from(
      { length: Math.floor((edge(bins.count) - first) / tick + 1e-9) + 1 },
      (_, i) => first + i * tick,
    );
    return (
      <svg width={width} height={HEIGHT} aria-hidden="true">
        {Array.from({ length: Math.round(most / step) }, (_, i) => (i + 1) * step).map((share) => (
          <g key={share}>
            <line className="histogram-grid" x1={PAD.left} x2={width - PAD.right} y1={py(share)} y2={py(share)} />
            <text className="histogram-tick" x={PAD.left - 5} y={py(share) + 3.5} textAnchor="end">
              {formatPercent(share, 3)}
            </text>
          </g>
        ))}
        {shares.map((share, i) => (
          <rect
            key={edge(i)}
            className="histogram-bar"
            x={px(edge(i)) + 0.5}
            width={Math.max(1, px(edge(i + 1)) - px(edge(i)) - 1)}
            y={py(share)}
            height={base - py(share)}
          >
            <title>{`${middle(i)}: ${formatPercent(share)}`}</title>
          </rect>
        ))}
        {outline && (
          <path className="histogram-outline" d={`M${px(bins.start)} ${base}${outline.replace('M', 'L')}V${base}`} />
        )}
        <Centre {...sample} px={px} top={PAD.top - 9} base={base} className="histogram-centre" />
        {compared && (
          <Centre {...compared} px={px} top={PAD.top - 4} base={base} className="histogram-centre compared" />
        )}
        {mark && (
          <g className="histogram-mark">
            <line x1={px(mark.x)} x2={px(mark.x)} y1={13} y2={base} />
            <text
              x={px(mark.x)}
              y={10}
              textAnchor={px(mark.x) > width * 0.85 ? 'end' : px(mark.x) < width * 0.15 ? 'start' : 'middle'}
            >
              {mark.label}
            </text>
          </g>
        )}
        <line className="histogram-axis" x1={PAD.left} x2={width - PAD.right} y1={base + 0.5} y2={base + 0.5} />
        {ticks.map((x) => (
          <text key={x} className="histogram-tick" x={px(x)} y={HEIGHT - 6} textAnchor={anchor(x)}>
            {format(Number(x.toPrecision(12)))}
          </text>
        ))}
      </svg>
    );
  }
}

/** The centre as a line down to the axis, its interval as a bar above the bins. */
function Centre({
  centre,
  interval: [low, high],
  px,
  top,
  base,
  className,
}: Sample & {
  readonly px: (x: number) => number;
  readonly top: number;
  readonly base: number;
  readonly className: string;
}): ReactNode {
  if (!Number.isFinite(centre)) return null;
  return (
    <g className={className}>
      <line x1={px(centre)} x2={px(centre)} y1={top} y2={base} />
      <line className="histogram-interval" x1={px(low) - 1} x2={px(high) + 1} y1={top} y2={top} />
    </g>
  );
}
