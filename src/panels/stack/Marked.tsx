import { useMemo } from 'react';
import { MarkStrip } from '../../charts/MarkStrip.tsx';
import { formatCount } from '../../core/format.ts';
import { actions, useTautline } from '../../state/store.ts';
import { useShared } from './timeline.ts';

/** Where on the axis the events lie that were picked out on the embedding map; nothing while none are. */
export function Highlighted() {
  const highlighted = useTautline((state) => state.highlighted);
  const { axis, link } = useShared();
  const positions = useMemo(
    () => (highlighted === null ? null : axis === 'time' ? highlighted.time : Float64Array.from(highlighted.index)),
    [highlighted, axis],
  );
  if (positions === null) return null;
  const count = `${formatCount(positions.length)} ${positions.length === 1 ? 'event' : 'events'} picked out on the map`;
  return (
    <div className="marked" title={count}>
      <MarkStrip positions={positions} domain={link.domain} label={count} />
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
