import { useCallback } from 'react';
import type { Draw } from './canvas.ts';
import type { DrawAtCursor } from './CursorLayer.tsx';
import { xToPx } from './domain.ts';
import { Plot, type AxisLink } from './Plot.tsx';
import type { AxisTick } from './ticks.ts';

export interface AxisStripProps extends AxisLink {
  readonly label: string;
  readonly ticks: readonly AxisTick[];
  readonly formatX: (x: number) => string;
}

const PAD = { top: 0, bottom: 0 } as const;

/** The labels of the shared axis, and the position of the cursor on it. Drag it to pan, Ctrl and wheel to zoom. */
export function AxisStrip({ label, ticks, formatX, ...link }: AxisStripProps) {
  const { domain } = link;
  const under = useCallback<Draw>(
    (g, box, theme) => {
      g.font = `10.5px ${theme.fontUi}`;
      g.textBaseline = 'middle';
      g.textAlign = 'center';
      for (const tick of ticks) {
        const x = Math.round(xToPx(tick.x, domain, box));
        g.fillStyle = theme.border;
        g.fillRect(x, box.top + box.height - 5, 1, 5);
        g.fillStyle = theme.textDim;
        g.fillText(tick.label, x, box.top + box.height / 2 - 1);
      }
      g.fillStyle = theme.border;
      g.fillRect(box.left, box.top + box.height - 1, box.width, 1);
    },
    [ticks, domain],
  );

  const atCursor = useCallback<DrawAtCursor>(
    (g, x, px, box, theme) => {
      const text = formatX(x);
      g.font = `600 10.5px ${theme.fontUi}`;
      const width = g.measureText(text).width + 12;
      const left = Math.min(box.left + box.width - width, Math.max(box.left, px - width / 2));
      g.fillStyle = theme.text;
      g.beginPath();
      g.roundRect(left, box.top + 2, width, box.height - 5, 3);
      g.fill();
      g.fillStyle = theme.bg;
      g.textAlign = 'center';
      g.textBaseline = 'middle';
      g.fillText(text, left + width / 2, box.top + box.height / 2);
    },
    [formatX],
  );

  return (
    <Plot {...link} label={label} height={24} pad={PAD} under={under} atCursor={atCursor} className="chart-axis" />
  );
}
