import { formatPercent } from '../../../core/format.ts';
import type { EmbeddingMap } from '../../../workers/drilldown.ts';
import type { AxisTitles } from './MapAxes.tsx';

/** What the axes of the principal plane count, and how much of the variance of all axes is along each. */
export function planeAxes({ explained }: Pick<EmbeddingMap, 'explained'>): AxisTitles {
  const title = (axis: 0 | 1) =>
    `${axis === 0 ? '1st' : '2nd'} axis, σ (${formatPercent(explained[axis])} of the variance)`;
  return [title(0), title(1)];
}
