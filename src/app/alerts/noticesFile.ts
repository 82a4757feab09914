import type { Job } from '../../charts/takealong/job.ts';
import { csvOf, csvRows } from '../../core/csv.ts';
import { NOTICE_LABELS } from '../../detection/channels/table.ts';
import type { NoticeFilter } from '../../detection/notices.ts';
import { session } from '../../state/store.ts';

const PAGE = 5000;

/** All notices that pass a filter as a CSV file, with every digit of their values. */
export async function noticesCsv(
  filter: NoticeFilter,
  streams: readonly string[],
  { signal, onProgress }: Job,
): Promise<Blob> {
  const parts = [csvOf(['kind', 'label', 'stream', 'event', 'sequence', 'value', 'time'], [])];
  for (let from = 0, total = 1; from < total && !signal.aborted; from += PAGE) {
    const page = await session.engine.notices(filter, from, from + PAGE);
    total = page.total;
    parts.push(
      csvRows(
        page.rows.map(({ kind, stream, index, seq, value, time }) => [
          kind,
          NOTICE_LABELS[kind],
          streams[stream],
          index,
          seq,
          value,
          Number.isFinite(time) ? new Date(time).toISOString() : null,
        ]),
      ),
    );
    onProgress(Math.min(1, (from + PAGE) / Math.max(1, total)));
  }
  return new Blob(parts, { type: 'text/csv' });
}
