import type { IndexRange } from '../core/columns.ts';
import { TautlineFailure } from '../core/errors.ts';
import type { SeriesName } from '../detection/channels/table.ts';
import { session } from './store.ts';

interface Wish {
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
}

const cancelled = (): TautlineFailure => new TautlineFailure({ kind: 'cancelled', what: 'Writing values' });

/** Exact values of series at the events of some streams, as a CSV file. */
export async function seriesCsvFile(
  names: readonly SeriesName[],
  range: IndexRange,
  streams: readonly number[],
  { signal, onProgress }: Wish,
): Promise<Blob> {
  const parts: BlobPart[] = [];
  await session.engine.seriesCsv(
    names,
    range,
    streams,
    async (part) => {
      if (signal.aborted) throw cancelled();
      parts.push(part as Uint8Array<ArrayBuffer>);
    },
    ({ fraction }) => {
      if (fraction !== null) onProgress(fraction);
    },
  );
  return new Blob(parts, { type: 'text/csv' });
}

/** All signals of all events as a Parquet file. */
export async function signalsParquetFile({ signal }: Wish): Promise<Blob> {
  const bytes = await session.engine.signalsParquet();
  if (signal.aborted) throw cancelled();
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/vnd.apache.parquet' });
}
