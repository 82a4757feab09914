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
  /** The picture in a sentence, for those who do not see it. */
  readonly label: string;
}

const HEIGHT = 132;
const PAD = { left: 40, right: 10, top: 16, bottom: 20 } as const;

/** Shares of a sample by value, with the interval of its centre; another sample may lie over it. */
export function Histogram({ sample, compared, mark, format, label }: HistogramProps): ReactNode {
  const root = useRef<HTMLDivElement>(null);
  const width = useSize(root)?.width ?? 0;
  const picture = useMemo(() => {
    const all = [...sample.values, ...(compared?.values ?? []), ...(mark ? [mark.x] : [])];
    const bins = binsOf(all);
    return bins && { bins, shares: sharesIn(bins, sample.values), over: compared ? sharesIn(bins, compared.values) : null };
  }, [sample, compared, mark]);
  return (
    <div className="histogram" ref={root} role="img" aria-label={label} style={{ height: HEIGHT }}>
      {picture && width > 0 && draw()}
    </div>
  );

  function draw(): ReactNode {
    const { bins, shares, over } = picture!;
    const plot = { width: width - PAD.left - PAD.right, height: HEIGHT - PAD.top - PAD.bottom };
    const most = Math.max(...shares, ...(over ?? []));
    const px = (x: number) => PAD.left + ((x - bins.start) / (bins.width * bins.count)) * plot.width;
    const py = (share: number) => PAD.top + (1 - share / most) * plot.height;
    const base = PAD.top + plot.height;
    const edge = (bin: number) => bins.start + bin * bins.width;
    const middle = (bin: number) => (bins.width === 1 ? format(edge(bin) + 0.5) : `${format(edge(bin))} to ${format(edge(bin + 1))}`);
    const outline = over?.map((share, i) => `${i === 0 ? 'M' : 'L'}${px(edge(i))} ${py(share)}H${px(edge(i + 1))}`).join('');
    const labelled = bins.width === 1 && bins.count <= plot.width / 34;
    const step = labelled ? 1 : Math.max(bins.width, niceStep((bins.width * bins.count) / Math.max(2, Math.floor(plot.width / 78))));
    const first = Math.ceil((labelled ? bins.start + 0.5 : bins.start) / step - 1e-9) * step;
    const ticks = Array.from({ length: Math.floor((edge(bins.count) - first) / step + 1e-9) + 1 }, (_, i) => first + i * step);
    return (
      <svg width={width} height={HEIGHT} aria-hidden="true">
        {[0.5, 1].map((part) => (
          <g key={part}>
            <line className="histogram-grid" x1={PAD.left} x2={width - PAD.right} y1={py(most * part)} y2={py(most * part)} />
            <text className="histogram-tick" x={PAD.left - 5} y={py(most * part) + 3.5} textAnchor="end">{formatPercent(most * part, 2)}</text>
          </g>
        ))}
        {shares.map((share, i) => (
          <rect
            key={edge(i)} className="histogram-bar" x={px(edge(i)) + 0.5} width={Math.max(1, px(edge(i + 1)) - px(edge(i)) - 1)} y={py(share)} height={base - py(share)}
          >
            <title>{`${middle(i)}: ${formatPercent(share)}`}</title>
          </rect>
        ))}
        {outline && <path className="histogram-outline" d={`M${px(bins.start)} ${base}${outline.replace('M', 'L')}V${base}`} />}
        <Centre {...sample} px={px} top={PAD.top - 7} base={base} className="histogram-centre" />
        {compared && <Centre {...compared} px={px} top={PAD.top - 2} base={base} className="histogram-centre compared" />}
        {mark && (
          <g className="histogram-mark">
            <line x1={px(mark.x)} x2={px(mark.x)} y1={PAD.top} y2={base} />
            <text
              x={px(mark.x) + (px(mark.x) > width * 0.7 ? -4 : 4)} y={PAD.top + 9} textAnchor={px(mark.x) > width * 0.7 ? 'end' : 'start'}
            >
              {mark.label}
            </text>
          </g>
        )}
        <line className="histogram-axis" x1={PAD.left} x2={width - PAD.right} y1={base + 0.5} y2={base + 0.5} />
        {ticks.map((x) => <text key={x} className="histogram-tick" x={px(x)} y={HEIGHT - 6} textAnchor="middle">{format(Number(x.toPrecision(12)))}</text>)}
      </svg>
    );
  }
}

/** The centre as a line down to the axis, its interval as a bar above the bins. */
function Centre({ centre, interval: [low, high], px, top, base, className }: Sample & {
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
