import type { DictionaryColumn, LedgerColumns } from '../core/columns.ts';
import type { FileColumn } from '../core/errors.ts';
import type { EmbeddedTexts, EmbeddingModel } from '../core/embeddingModel.ts';
import type { KindCount } from '../core/eventKinds.ts';
import type { LedgerColumnName } from '../core/ledgerSchema.ts';
import type { LedgerPart, LedgerSurvey, OpenedPart } from '../core/part.ts';
import type { OnProgress } from '../core/progress.ts';
import type { EventKind } from './shapes/shape.ts';

/**
 * Where a ledger comes from, and what of it is opened (absent: all of it). `path` is relative, with hive partitions
 * (`provider_id=a/hour=.../part-0.parquet`) where there are any.
 */
export type LedgerSource = (
  | {
      readonly kind: 'files';
      readonly files: readonly NamedBlob[];
      /** What of a folder was not taken, where that has been sorted out already; absent: names tell. */
      readonly passedOver?: readonly PassedOver[];
    }
  /** `follow`: the server may pass the request on to another. */
  | { readonly kind: 'url'; readonly url: string; readonly follow?: boolean }
  | { readonly kind: 'sample'; readonly name: string }
) & {
  readonly part?: LedgerPart;
  /** Which acts of a trace are events; absent: calls of models and tools, and agents without either. */
  readonly events?: readonly EventKind[];
  /**
   * Several ledgers as one, each told in the column `file`; `compare`: each is a stream. Absent: several are refused,
   * with the list.
   */
  readonly together?: 'all' | 'compare';
  /**
   * Id of the model that embeds its texts where it has no vectors, or `built-in`; absent: what the user has chosen for
   * all, else the built-in embedder.
   */
  readonly embedder?: string;
  /** So many events of each stream at most, evenly taken; absent: all. */
  readonly sample?: number;
};

/** A file, folder or link that is no part of a ledger. `path` is relative, as that of `NamedBlob`. */
export interface PassedOver {
  readonly path: string;
  /**
   * By its name it holds no data; it has no bytes; it is a pipe, a socket or a device; a link that leads nowhere; one
   * to what is part of the ledger already; or another revision of what a cache holds.
   */
  readonly why: 'no data' | 'empty' | 'no file' | 'leads nowhere' | 'met before' | 'other revision';
}

/** What was found where a ledger was to be. */
export interface FoundFiles {
  readonly files: readonly NamedBlob[];
  readonly passedOver: readonly PassedOver[];
}

/** A byte source with random access: a browser File, a Node file opened as a Blob, or a ranged URL. */
export interface NamedBlob {
  readonly path: string;
  readonly blob: Blob;
}

export { LEDGER_COLUMNS, type LedgerColumnName } from '../core/ledgerSchema.ts';

/** Ledger column -> the file's column it is read from; an absent one is not in the file. */
export type ColumnMapping = Readonly<Partial<Record<LedgerColumnName, string>>>;

/** Something that the streams of a ledger can be taken by (core/streamKey.ts). */
export interface StreamKey {
  readonly key: string;
  /** How many there are; null: that is not known before it is read. */
  readonly values: number | null;
}

/** Why some rows were left out, with examples: never silent. */
export interface LeftOut {
  /** e.g. "embedding has 63 values, 64 expected" */
  readonly reason: string;
  readonly count: number;
  /** Up to 20 event ids (or "row 17 of file.parquet" where there is none). */
  readonly examples: readonly string[];
}

/** What opening a ledger found; shown to the user whole. */
export interface OpenReport {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  readonly rowsRead: number;
  readonly events: number;
  readonly voidEvents: number;
  /** 0 where there is no embedding and no text. */
  readonly dimension: number;
  readonly embedder: 'file' | 'built-in' | 'model' | 'none';
  /** What made the vectors, where that is a model that is known. */
  readonly model?: EmbeddingModel;
  /** What became of the texts, where a model embedded them now. */
  readonly embedded?: EmbeddedTexts;
  /** Of the built-in embedder: hash of its embeddings of fixed texts; another one embeds otherwise. */
  readonly probe?: string;
  readonly mapping: ColumnMapping;
  readonly columns: readonly FileColumn[];
  /** Of traces, whose acts can be events or not: how many of each kind there are; else null. */
  readonly kinds: readonly KindCount[] | null;
  readonly leftOut: readonly LeftOut[];
  /** Sentences worth knowing: no timestamps, guessed columns, partitions, ... */
  readonly notes: readonly string[];
  readonly streamKeys: readonly StreamKey[];
  /** SHA-256, hex, of what the analysis reads (fingerprint.ts): the same ledger cut into other files has the same. */
  readonly fingerprint: string;
  /** Where a part of the ledger was opened: which, and of how much. All other figures are of what was opened. */
  readonly part: OpenedPart | null;
  /** The whole ledger, to choose a part of it. */
  readonly survey: LedgerSurvey;
  /** What it takes of the memory, opened and analysed, as far as that is known beforehand. */
  readonly takesBytes: number;
}

/** Another open ledger, which takes of the same memory. */
export interface OtherLedger {
  readonly name: string;
  readonly bytes: number;
}

/** Reads embeddings in batches, in file order, without holding all of them where there are many. */
export interface EmbeddingSource {
  readonly dimension: number;
  /**
   * @param only when given, length n over canonical rows: batches hold only rows with a non-zero entry, and parts of
   * the file without any are skipped. Batches hold at most ~16 MB of vectors. `rows[i]` is the canonical row of vector
   * i (`vectors[i*D .. (i+1)*D)`).
   */
  batches(options: {
    readonly only?: Uint8Array;
    readonly signal?: AbortSignal;
    readonly onProgress?: OnProgress;
  }): AsyncIterable<EmbeddingBatch>;
  /**
   * Gives back what may be kept in memory since the ledger was opened; from then on batches are read from the files.
   */
  release?(): void;
  /** Of the built-in embedder: by what it is told from another, and what its weights were made of. */
  readonly builtIn?: {
    readonly probe: string;
    frequencies(): DocumentFrequencies;
    /** The same texts in the weights of another ledger's words: what a bundle's axes were fitted on. */
    weighedBy(frequencies: DocumentFrequencies): Promise<EmbeddingSource>;
  };
}
/** What the built-in embedder weighs words by: in how many of the reference texts each bucket occurs, if in any. */
export interface DocumentFrequencies {
  readonly documents: number;
  /** Ascending. */
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
}

export interface EmbeddingBatch {
  readonly rows: Int32Array;
  readonly vectors: Float32Array;
}

/** An opened ledger: columns in memory, embeddings on demand, everything else in the sink. */
export interface OpenedLedger {
  readonly report: OpenReport;
  readonly columns: LedgerColumns;
  /** Null if the ledger has neither embeddings nor text. */
  readonly embeddings: EmbeddingSource | null;
  /** Characters of each event's text, -1 if it has none; null if the ledger has no text column. */
  readonly textLength: Int32Array | null;
  /**
   * The column that a stream key names, read once more where it is not in memory; null where there is none.
   * @throws TautlineFailure of kind parameter where it cannot name streams
   */
  streamColumn(
    key: string,
    options?: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress },
  ): Promise<{
    readonly column: DictionaryColumn;
    /** True if the ledger's fingerprint covers it. */
    readonly inFingerprint: boolean;
  } | null>;
  /** Reads every event's columns but its embedding once more and hands them to a sink, in file order. */
  store(sink: RowSink, options: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress }): Promise<void>;
  readonly messages: MessageSource;
}

/** What events say besides their embedding, read again in batches, in file order: too much to be held. */
export interface MessageSource {
  /** Names of the columns that can be read (those of the sink), each with whether it holds numbers. */
  readonly columns: readonly { readonly name: string; readonly isNumeric: boolean }[];
  /**
   * @param names columns to read
   * @param options `only`, when given, has length n over canonical rows: batches hold only rows with a non-zero entry,
   * and parts of the files without any are skipped
   */
  read(
    names: readonly string[],
    options: { readonly only?: Uint8Array; readonly signal?: AbortSignal; readonly onProgress?: OnProgress },
  ): AsyncIterable<MessageBatch>;
}

export interface MessageBatch {
  /** Canonical row of each event. */
  readonly rows: Int32Array;
  /** Numbers (NaN if missing) or texts (null if missing) of each column that was asked for. */
  readonly values: Readonly<Record<string, Float64Array | readonly (string | null)[]>>;
}

/**
 * Receives every row's columns except embeddings, as Arrow IPC streams, while the ledger is read (the database in the
 * browser; nothing on the command line). Each batch has the ledger's columns under their ledger names, unknown columns
 * under their own, and `row` INTEGER, the canonical row.
 */
export interface RowSink {
  accept(ipcStream: Uint8Array): Promise<void>;
}
