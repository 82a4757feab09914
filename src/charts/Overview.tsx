import { useCallback, useMemo, useRef } from 'react';
import type { Draw } from './canvas.ts';
import { withAlpha } from './color.ts';
import { plotBox, xToPx, type Domain } from './domain.ts';
import type { Episode } from './episodes.ts';
import { OverviewHandle } from './OverviewHandle.tsx';
import { paintMarkArea } from './paint.ts';
import { kindStyle } from './palette.ts';
import { LayeredCanvas } from './LayeredCanvas.tsx';
import { paintStack, type Layer, type StackData } from './StackedArea.tsx';
import { stackShares } from './stack.ts';
import { useOverviewDrag, type OverviewAxis } from './useOverviewDrag.ts';
import { useSize } from './useSize.ts';

export interface OverviewProps extends OverviewAxis {
  readonly label: string;
  readonly layers: readonly Layer[];
  readonly data: StackData | null;
  readonly episodes: readonly Episode[];
  readonly formatX: (x: number) => string;
}

const HEIGHT = 48;
const PAD = { top: 9, bottom: 9 } as const;

/** What lies under the handles: state shares, reference period and alerts, and the veil over what is not visible. */
function useOverviewLayers(
  { full, domain, layers, data, episodes }: OverviewProps,
  shown: Domain | null,
): { readonly draw: Draw; readonly veil: Draw } {
  const edges = useMemo(
    () => (data && data.x.length > 0 ? stackShares(data.x, data.counts, layers.length) : null),
    [data, layers.length],
  );
  const draw = useCallback<Draw>(
    (g, b, theme) => {
      g.fillStyle = theme.border;
      g.fillRect(b.left, b.top + b.height, b.width, 1);
      if (edges) {
        g.globalAlpha = 0.7;
        paintStack(g, b, theme, full, edges, layers, false);
        g.globalAlpha = 1;
      }
      if (shown)
        paintMarkArea(
          g,
          { ...b, top: 0, height: HEIGHT },
          theme,
          full,
          { from: shown.min, to: shown.max, label: 'reference' },
          false,
        );
      for (const episode of episodes) {
        const x = Math.round(xToPx(episode.fired, full, b));
        if (episode.overlay) {
          g.fillStyle = theme.overlay;
          g.fillRect(x, b.top + b.height + 2, 1, 6);
        } else {
          g.fillStyle = kindStyle(episode.kind, theme.mode).color;
          g.beginPath();
          g.moveTo(x - 4, 0);
          g.lineTo(x + 4, 0);
          g.lineTo(x, 8);
          g.fill();
        }
      }
    },
    [edges, layers, full, episodes, shown],
  );
  const veil = useCallback<Draw>(
    (g, b, theme) => {
      g.fillStyle = withAlpha(theme.bg, 0.62);
      const [from, to] = [xToPx(domain.min, full, b), xToPx(domain.max, full, b)];
      g.fillRect(b.left, 0, Math.max(0, from - b.left), HEIGHT);
      g.fillRect(to, 0, Math.max(0, b.left + b.width - to), HEIGHT);
    },
    [full, domain],
  );
  return { draw, veil };
}

/**
 * The whole ledger in a strip: routes, alerts, the visible window to drag, and the edges of the reference period to
 * move.
 */
export function Overview(props: OverviewProps) {
  const { label, full, domain, formatX, onDomain } = props;
  const element = useRef<HTMLDivElement>(null);
  const width = useSize(element)?.width ?? null;
  const size = useMemo(() => (width === null ? null : { width, height: HEIGHT }), [width]);
  const box = useMemo(() => (size ? plotBox(size.width, size.height, PAD.top, PAD.bottom) : null), [size]);
  const { shown, ...drag } = useOverviewDrag(element, box, props);
  const { draw, veil } = useOverviewLayers(props, shown);
  const place = box && { from: xToPx(domain.min, full, box), to: xToPx(domain.max, full, box) };
  const shared = { full, formatX, ...drag };
  return (
    <div
      ref={element}
      className="chart-overview"
      style={{ height: HEIGHT }}
      role="group"
      aria-label={label}
      onPointerDown={(event) => drag.onGrab('draw', event)}
      onPointerMove={drag.onDrag}
      onPointerUp={drag.onDrop}
      onPointerCancel={drag.onDrop}
      onDoubleClick={() => onDomain(full, true)}
    >
      {size && box && place && (
        <>
          <LayeredCanvas under={draw} over={veil} size={size} box={box} />
          <OverviewHandle
            {...shared}
            grip="window"
            className="chart-window"
            name="Visible window"
            value={domain.min}
            text={`${formatX(domain.min)} to ${formatX(domain.max)}`}
            left={place.from}
            width={place.to - place.from}
          />
          <OverviewHandle
            {...shared}
            grip="from"
            className="chart-grip"
            name="Start of the visible window"
            value={domain.min}
            left={place.from - 23}
          />
          <OverviewHandle
            {...shared}
            grip="to"
            className="chart-grip end"
            name="End of the visible window"
            value={domain.max}
            left={place.to - 10}
          />
          {shown && (
            <>
              <OverviewHandle
                {...shared}
                grip="ref-from"
                className="chart-reference-grip"
                name="Start of the reference period"
                value={shown.min}
                left={xToPx(shown.min, full, box) + 1}
              />
              <OverviewHandle
                {...shared}
                grip="ref-to"
                className="chart-reference-grip end"
                name="End of the reference period"
                value={shown.max}
                left={xToPx(shown.max, full, box)}
              />
            </>
          )}
        </>
      )}
    </div>
  );
}
