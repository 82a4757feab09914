import { useCallback, useRef } from 'react';
import type { Draw } from './canvas.ts';
import { plotBox, pxToX, type Domain } from './domain.ts';
import { marksByPixel } from './marks.ts';
import { LayeredCanvas } from './LayeredCanvas.tsx';
import { useSize } from './useSize.ts';

const HEIGHT = 14;

/** Positions on the shared axis as a strip: the more of them fall on a pixel, the higher its bar. */
export function MarkStrip({ positions, domain, label }: { positions: Float64Array; domain: Domain; label: string }) {
  const element = useRef<HTMLDivElement>(null);
  const size = useSize(element);
  const draw = useCallback<Draw>(
    (g, box, theme) => {
      const columns = Math.max(1, Math.round(box.width));
      const counts = marksByPixel(
        positions,
        { min: pxToX(box.left, domain, box), max: pxToX(box.left + box.width, domain, box) },
        columns,
      );
      const most = Math.max(1, ...counts);
      g.fillStyle = theme.accent;
      counts.forEach((count, column) => {
        if (count === 0) return;
        const height = box.height * (0.35 + 0.65 * (count / most));
        g.fillRect(box.left + column, box.top + box.height - height, 1, height);
      });
    },
    [positions, domain],
  );
  return (
    <div ref={element} className="chart-marks" style={{ height: HEIGHT }} role="img" aria-label={label}>
      {size && <LayeredCanvas under={draw} size={size} box={plotBox(size.width, size.height, 1, 1)} />}
    </div>
  );
}
