import type { Data, DataType } from 'apache-arrow';
import type { StatedUnits } from '../core/statedMapping.ts';
import type { ShapeReading } from './shapes/shape.ts';

/** A column of one file, as the file has it. */
export interface ReaderField {
  readonly name: string;
  /**
   * Arrow type of the column; for text formats the type that a sample of its values suggests. Null if it cannot be
   * read.
   */
  readonly type: DataType | null;
  /** The type as the file states it, e.g. "List<Float32>". */
  readonly typeName: string;
  /** True if the values are text (CSV, NDJSON, hive partitions) and `type` is only what they look like. */
  readonly inferred: boolean;
  /** Of an inferred column the first value that is unlike what most are, as refusals show it: `"soon" at row 3`. */
  readonly odd?: string;
  /** Of a column of texts whose values were looked at, the type that they look like. */
  readonly looks?: DataType;
}

/** One column of a batch: Arrow data, or the plain values of a text format (null = missing). */
export type RawColumn = Data | readonly unknown[];

/** Some consecutive rows of a file. */
export interface RawBatch {
  /** Position in the file of the first row. */
  readonly first: number;
  readonly rows: number;
  /** In the order of the columns asked for. */
  readonly columns: readonly RawColumn[];
  /** Rows that the format could not make sense of: offset in the batch -> reason. */
  readonly faults?: ReadonlyMap<number, string>;
}

export interface ReadOptions {
  readonly columns: readonly string[];
  /** Rows to a batch at most, where the format can choose. */
  readonly batchRows: number;
  /** Tells whether rows `first` .. `first + rows` are not wanted, so that a part of the file can be skipped. */
  readonly skip?: (first: number, rows: number) => boolean;
  readonly signal?: AbortSignal;
  /** Called with the fraction of the file that has been read. */
  readonly onFraction?: (fraction: number) => void;
}

/** What a file states of the times in one of its row groups. */
export interface GroupTimes {
  readonly rows: number;
  /** Epoch ms, inclusive; NaN if they are not stated. */
  readonly first: number;
  readonly last: number;
  /** True if no row of the group is without a time. */
  readonly complete: boolean;
}

/** What a file may state beside its rows. */
interface FileStatistics {
  /** Of Parquet the footer and what follows it: opened with these, the file is not read before its rows are. */
  readonly tail?: Uint8Array;
  /** Least and greatest time of each row group, in the order of the rows; empty without statistics of the column. */
  readonly times?: (column: string) => readonly GroupTimes[];
  /** Decoded bytes of a column's values to a row. */
  readonly meanBytes?: (column: string) => number;
  /** Values to a vector of a column; 0 if it is not stated. */
  readonly vectorLength?: (column: string) => number;
  /** What a file says of itself under a key. */
  readonly stated?: (key: string) => string | undefined;
}

/** A file of a shape (shapes/), whose rows depend on the other files of that shape. */
interface ShapedPart {
  readonly id: string;
  readonly reading: ShapeReading;
  /** Its reader anew, once its reading has been joined with others. */
  again(): FormatReader;
}

/**
 * What a format gives of a file: the first three are required. Rows are events: a format whose records hold several
 * events gives a row for each.
 */
export interface FormatReader extends FileStatistics {
  /** Columns in the order of the file, each of another name. */
  readonly fields: readonly ReaderField[];
  /** Number of rows where the format states it, else null. */
  readonly rows: number | null;
  /**
   * Batches in file order; can be called any number of times. Rows that make no sense are faults of their batch, never
   * left out. Throws a `TautlineFailure` that names the file.
   */
  read(options: ReadOptions): AsyncIterable<RawBatch>;
  readonly shaped?: ShapedPart;
  /** Sentences worth knowing of the file. */
  readonly notes?: readonly string[];
}

/** An opened file of any format. */
export interface TableReader extends FormatReader {
  readonly shaped?: Omit<ShapedPart, 'again'> & { again(): TableReader };
  readonly path: string;
  readonly bytes: number;
  /** Id of its format. */
  readonly format: string;
  /** True of a file that holds nothing at all, which says nothing of columns. */
  readonly isEmpty?: boolean;
  /** What numbers count, where the user states it. */
  readonly units?: StatedUnits;
  /**
   * Rows of the file with those that were left out before they got here, null until all has been read; absent: as
   * `rows`.
   */
  readonly allRows?: () => number | null;
  /** Position in the file of a row, where rows were left out before they got here; absent: the row itself. */
  readonly fileRow?: (row: number) => number;
}
