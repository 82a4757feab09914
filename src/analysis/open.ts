import { emptyLedgerColumns } from '../core/columns.ts';
import { DEFAULT_PARAMETERS } from '../detection/parameters.ts';
import { eventBytes, selectStreams } from '../detection/pipeline.ts';
import { MAX_BYTES } from '../kernels/arena.ts';
import type { AnalysisNeeds } from '../ledger/capacity.ts';
import { openLedger, type OpenOptions } from '../ledger/open.ts';
import type { ColumnMapping, LedgerSource, OpenedLedger } from '../ledger/types.ts';

/** Bytes an element over all typed arrays in an object of columns. */
const columnBytes = (columns: object): number =>
  (Object.values(columns) as unknown[]).reduce<number>(
    (sum, value) => sum + (ArrayBuffer.isView(value) ? (value as Float64Array).BYTES_PER_ELEMENT : 0),
    0,
  );

/** What the columns of an event take, counted on a ledger of one event. */
const EVENT_COLUMN_BYTES = columnBytes(
  selectStreams(emptyLedgerColumns(1), { codes: new Int32Array(1), values: ['a'] }).events,
);

/** What an analysis on k axes takes of memory: event columns, coordinates, and the kernels' address space. */
const analysisNeeds = (k: number): AnalysisNeeds => ({
  k,
  bytesPerEvent: EVENT_COLUMN_BYTES + k * Float32Array.BYTES_PER_ELEMENT + eventBytes(k),
  mostEvents: MAX_BYTES / eventBytes(k),
});

/**
 * Opens a ledger that is to be analysed on k axes (default 8): one that could be read but not analysed is refused with
 * kind `memory`.
 * @throws as `openLedger`
 */
export const openForAnalysis = (
  source: LedgerSource,
  mapping: ColumnMapping | null,
  { k = DEFAULT_PARAMETERS.k, ...options }: Omit<OpenOptions, 'analysis'> & { readonly k?: number },
): Promise<OpenedLedger> => openLedger(source, mapping, { ...options, analysis: analysisNeeds(k) });
