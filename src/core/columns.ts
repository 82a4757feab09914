import { columnsOf, keyOf, type KeysOf } from './ledgerSchema.ts';
import type { EpochMs, LedgerRow, Milliseconds, StreamIndex } from './units.ts';

/** A categorical column: `codes[i]` indexes `values`, -1 is null. */
export interface DictionaryColumn {
  readonly codes: Int32Array;
  readonly values: readonly string[];
}

/**
 * The columns of a ledger that the analysis needs, in canonical order (ts, event_id), unusable rows already left out.
 * Missing numbers are NaN. Embeddings are not here: they are read in batches (`EmbeddingSource`). Which numbers and
 * categories there are is said by the roles `light` and `dictionary` of `LEDGER_SCHEMA`; null if the ledger lacks one.
 */
export interface LedgerColumns
  extends
    Readonly<Record<KeysOf<'dictionary'>, DictionaryColumn | null>>,
    Readonly<Record<KeysOf<'light'>, Float64Array>> {
  readonly n: number;
  /** event_id; the position in the file where the ledger has none. */
  readonly eventId: BigInt64Array;
  /** NaN throughout where the ledger has no timestamps (`hasTime` false): order is event_id then. */
  readonly time: Float64Array & { readonly unit?: EpochMs };
  readonly hasTime: boolean;
  readonly latency: Float64Array & { readonly unit?: Milliseconds };
  readonly hasLatency: boolean;
  /** 1 where the event has no embedding: a pause kept as data (docs/methods.md 1). */
  readonly isVoid: Uint8Array;
}

/** Columns of n events that say nothing; what is known is spread over them. */
export function emptyLedgerColumns(n: number): LedgerColumns {
  const light = columnsOf('light').map((name) => [keyOf(name), new Float64Array(n).fill(NaN)] as const);
  const dictionaries = columnsOf('dictionary').map((name) => [keyOf(name), null] as const);
  return {
    n,
    eventId: new BigInt64Array(n),
    time: new Float64Array(n).fill(NaN),
    hasTime: false,
    hasLatency: false,
    isVoid: new Uint8Array(n),
    ...(Object.fromEntries(light) as Record<KeysOf<'light'>, Float64Array>),
    ...(Object.fromEntries(dictionaries) as Record<KeysOf<'dictionary'>, DictionaryColumn | null>),
  };
}

/**
 * The events of the tracked streams, in order; input of the signals stage.
 * All arrays have length `n`, except `streams`.
 */
export interface EventColumns {
  readonly n: number;
  readonly streams: readonly string[];
  readonly stream: Int32Array & { readonly unit?: StreamIndex };
  /** Row of each event in the canonical ledger (equal to its own index unless streams were left out). */
  readonly row: Int32Array & { readonly unit?: LedgerRow };
  readonly eventId: BigInt64Array;
  readonly time: Float64Array;
  readonly hasTime: boolean;
  /** Thread code, -1 = none. */
  readonly thread: Int32Array;
  readonly threadCount: number;
  /** Instantiation code, -1 = none. */
  readonly instantiation: Int32Array;
  readonly latency: Float64Array;
  readonly hasLatency: boolean;
  readonly isVoid: Uint8Array;
}

/** Whitened coordinates of events (docs/methods.md 3): row-major `n` x `k`; rows of void events are NaN. */
export interface Coordinates {
  readonly k: number;
  readonly x: Float32Array;
}

/** Half-open range of event indices. */
export interface IndexRange {
  readonly from: number;
  readonly to: number;
}
