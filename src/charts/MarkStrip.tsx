import { useCallback, useRef } from 'react';
import type { Draw } from './canvas.ts';
import { plotBox } from './domain.ts';
import { LayeredCanvas } from './LayeredCanvas.tsx';
import { useSize } from './useSize.ts';

const HEIGHT = 14;

/**
 * Marks on the shared axis as a strip: the more of them fall on a part, the higher its bar.
 * @param counts of equal parts of what is visible
 */
export function MarkStrip({ counts, label }: { counts: Uint32Array; label: string }) {
  const element = useRef<HTMLDivElement>(null);
  const size = useSize(element);
  const draw = useCallback<Draw>(
    (g, box, theme) => {
      const most = counts.reduce((max, count) => Math.max(max, count), 1);
      const width = box.width / Math.max(1, counts.length);
      g.fillStyle = theme.accent;
      counts.forEach((count, i) => {
        if (count === 0) return;
        const height = box.height * (0.35 + 0.65 * (count / most));
        g.fillRect(box.left + i * width, box.top + box.height - height, Math.max(1, width), height);
      });
    },
    [counts],
  );
  return (
    <div ref={element} className="chart-marks" style={{ height: HEIGHT }} role="img" aria-label={label}>
      {size && <LayeredCanvas under={draw} size={size} box={plotBox(size.width, size.height, 1, 1)} />}
    </div>
  );
}
