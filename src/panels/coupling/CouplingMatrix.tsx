import { useEffect, useState } from 'react';
import { HeatMap } from '../../charts/HeatMap.tsx';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import { useCouplingMatrix } from '../../state/queries.ts';
import { useTautline } from '../../state/store.ts';
import { useShared } from '../stack/timeline.ts';

/** The matrix follows the cursor once it has stood still for this long, in ms. */
const REST = 60;

/** Coupling of all pairs of streams at the cursor, else at the selected event, else at the end of the visible range. */
export function CouplingMatrix({ table }: { table: boolean }) {
  const { range, report } = useShared();
  const cursor = useTautline((state) => state.cursor);
  const selected = useTautline((state) => state.view.selected);
  const at = cursor ?? selected ?? range.to - 1;
  const [rested, setRested] = useState(at);
  useEffect(() => {
    const timer = setTimeout(() => setRested(at), REST);
    return () => clearTimeout(timer);
  }, [at]);
  const { data, error } = useCouplingMatrix(report.streams.length > 1 ? rested : null);
  if (report.streams.length < 2) return null;
  if (error)
    return (
      <p className="panel-message error" role="alert">
        {explain(toTautlineError(error, 'reading the coupling matrix'))}
      </p>
    );
  if (!data)
    return (
      <p className="panel-message shimmer" role="status">
        <span className="visually-hidden">Loading the coupling matrix</span>
      </p>
    );
  const where =
    cursor !== null ? 'at the cursor' : selected !== null ? 'at the selected event' : 'at the end of the view';
  const title = `Pairs after event ${formatCount(data.at)}, ${where}`;
  return (
    <div className="coupling-matrix">
      <h3>{title}</h3>
      <HeatMap label={`Coupling: ${title}`} names={data.streams} matrix={data.matrix} table={table} />
    </div>
  );
}
