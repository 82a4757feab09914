import type { Job } from '../../charts/takealong/job.ts';
import { csvOf, csvRows } from '../../core/csv.ts';
import { wholeHitsSql } from '../../state/find/condition.ts';
import { search } from '../../state/find/find.ts';
import { session } from '../../state/store.ts';

const PAGE = 2000;

/** The hits with their whole messages as a CSV file. */
export async function hitsCsv({ signal, onProgress }: Job): Promise<Blob> {
  const { rows, indices } = search.store.getState().hits;
  const parts = [csvOf(['event', 'row', 'time', 'who', 'role', 'text'], [])];
  for (let from = 0; from < rows.length && !signal.aborted; from += PAGE) {
    const page = [...rows.subarray(from, from + PAGE)];
    const answer = await session.tables.query(wholeHitsSql(page));
    parts.push(
      csvRows(
        answer.map(({ ts, who, role, text }, i) => [
          indices[from + i],
          page[i],
          typeof ts === 'number' ? new Date(ts).toISOString() : null,
          ...[who, role, text].map((value) => (typeof value === 'string' ? value : null)),
        ]),
      ),
    );
    onProgress(Math.min(1, (from + PAGE) / rows.length));
  }
  return new Blob(parts, { type: 'text/csv' });
}
