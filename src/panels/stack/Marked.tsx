import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { span } from '../../charts/domain.ts';
import { countsBetween, marksByPixel } from '../../charts/marks.ts';
import { MarkStrip } from '../../charts/MarkStrip.tsx';
import { formatCount } from '../../core/format.ts';
import { useSearch } from '../../state/find/find.ts';
import { actions, session, useTautline } from '../../state/store.ts';
import { useShared } from './timeline.ts';

/** Where on the axis the events lie that were picked out on the embedding map; nothing while none are. */
export function Highlighted() {
  const highlighted = useTautline((state) => state.highlighted);
  const { axis, link, width } = useShared();
  const counts = useMemo(
    () =>
      highlighted === null
        ? null
        : marksByPixel(axis === 'time' ? highlighted.time : highlighted.index, link.domain, Math.round(width)),
    [highlighted, axis, link.domain, width],
  );
  if (highlighted === null || counts === null) return null;
  const { length } = highlighted.index;
  const count = `${formatCount(length)} ${length === 1 ? 'event' : 'events'} picked out on the map`;
  return (
    <div className="marked" title={count}>
      <MarkStrip counts={counts} label={count} />
      <button
        type="button"
        onClick={() => actions.mark(null)}
        aria-label="Clear the picked events"
        title={`${count}: clear`}
      >
        ×
      </button>
    </div>
  );
}

/** The event at or after each edge of equal parts of what is visible. */
function useEdges(): ArrayLike<number> | null {
  const { axis, link, width, report } = useShared();
  const columns = Math.max(1, Math.round(width));
  const { domain } = link;
  const edges = useMemo(
    () => Float64Array.from({ length: columns + 1 }, (_, i) => domain.min + (span(domain) * i) / columns),
    [domain, columns],
  );
  const { data } = useQuery({
    queryKey: ['edges', report.signalsRevision, domain.min, domain.max, columns],
    queryFn: () => session.engine.indicesAt(axis, edges),
    enabled: axis === 'time',
    placeholderData: keepPreviousData,
  });
  return axis === 'time' ? (data ?? null) : edges;
}

/** Where on the axis the hits of the search lie; nothing while there are none. */
export function Found() {
  const { indices } = useSearch((state) => state.hits);
  const edges = useEdges();
  const counts = useMemo(() => (edges === null ? null : countsBetween(indices, edges)), [indices, edges]);
  if (indices.length === 0 || counts === null) return null;
  const visible = counts.reduce((sum, count) => sum + count, 0);
  const label = `Hits: ${formatCount(visible)} of ${formatCount(indices.length)} in view`;
  return (
    <div className="marked found" title={label}>
      <MarkStrip counts={counts} label={label} />
    </div>
  );
}
