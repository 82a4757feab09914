import { readAhead } from './ahead.ts';
import { decodeStrings, toStrings } from './cast.ts';
import { EMBEDDER_DIMENSION, embedBatch, fitIdf, idfOf, probeOf, type Idf } from './embedder.ts';
import { throwIfCancelled } from './failures.ts';
import type { CachedBatch, VectorCache } from './vectorCache.ts';
import type { RowSelection } from './rowSelection.ts';
import type { RawBatch } from './reader.ts';
import { bytesOf, embeddingColumns, rowsFor, vectorsOf, type LedgerFile } from './scan.ts';
import type { ColumnMapping, DocumentFrequencies, EmbeddingBatch, EmbeddingSource } from './types.ts';

export type BatchOptions = Parameters<EmbeddingSource['batches']>[0];
/** Texts to a batch: embedding them takes a few tenths of a second, between which a cancel is noticed. */
const TEXT_ROWS = 2048;
/** Tells whether a file row's vector is asked for. */
type Wanted = (fileRow: number) => boolean;

export function wantedBy(selection: RowSelection, isVoid: Uint8Array, only: Uint8Array | undefined): Wanted {
  return (fileRow) => {
    const row = selection.rowOf[fileRow];
    return row >= 0 && !isVoid[row] && (!only || only[row] !== 0);
  };
}

/** Batches of the given columns of all files that hold wanted rows, with the number of rows before each. */
async function* wantedBatches(
  files: readonly LedgerFile[],
  columnsOf: (file: LedgerFile) => readonly string[],
  batchRows: number,
  wanted: Wanted,
  options: BatchOptions,
  phase: string,
): AsyncIterable<{ file: LedgerFile; batch: RawBatch; base: number }> {
  const totalBytes = files.reduce((sum, { reader }) => sum + reader.bytes, 0);
  let bytesDone = 0;
  const read = (file: LedgerFile): AsyncIterable<RawBatch> => {
    const skip = (first: number, rows: number): boolean => {
      for (let row = file.base + first; row < file.base + first + rows; row++) if (wanted(row)) return false;
      return true;
    };
    const onFraction = (fraction: number): void =>
      options.onProgress?.({
        phase,
        fraction: (bytesDone + fraction * file.reader.bytes) / totalBytes,
        detail: file.reader.path,
      });
    return file.reader.read({ columns: columnsOf(file), batchRows, skip, signal: options.signal, onFraction });
  };
  for await (const [file, batches] of readAhead(
    files.filter((file) => columnsOf(file).length > 0),
    read,
    bytesOf,
  )) {
    for await (const batch of batches) {
      throwIfCancelled(options.signal, phase.toLowerCase());
      yield { file, batch, base: file.base + batch.first };
    }
    bytesDone += file.reader.bytes;
  }
}

/**
 * The embeddings that the files hold.
 * @param kept those that the first pass kept are not read again until they are released
 */
export function fileEmbeddings(
  files: readonly LedgerFile[],
  mapping: ColumnMapping,
  selection: RowSelection,
  isVoid: Uint8Array,
  kept: VectorCache,
): EmbeddingSource {
  const { dimension } = selection;
  const batchRows = rowsFor(dimension);
  async function* read(wanted: Wanted, options: BatchOptions): AsyncIterable<CachedBatch> {
    const held = kept.all(batchRows);
    if (held) {
      for (const batch of held) {
        throwIfCancelled(options.signal, 'reading embeddings');
        yield batch;
      }
      return;
    }
    for await (const { file, batch, base } of wantedBatches(
      files,
      ({ reader }) => embeddingColumns(reader, mapping),
      batchRows,
      wanted,
      options,
      'Reading embeddings',
    )) {
      yield { base, vectors: vectorsOf(batch.columns, batch, file.reader, mapping) };
    }
  }
  async function* batches(options: BatchOptions): AsyncIterable<EmbeddingBatch> {
    const wanted = wantedBy(selection, isVoid, options.only);
    for await (const {
      base,
      vectors: { rows: length, offsets, values },
    } of read(wanted, options)) {
      const at = new Int32Array(length);
      let count = 0;
      for (let i = 0; i < length; i++) if (wanted(base + i)) at[count++] = i;
      for (let from = 0; from < count; from += batchRows) {
        const part = at.subarray(from, Math.min(count, from + batchRows));
        const first = offsets[part[0]];
        const contiguous =
          values instanceof Float32Array && offsets[part[part.length - 1] + 1] - first === part.length * dimension;
        const vectors = contiguous
          ? values.subarray(first, first + part.length * dimension)
          : new Float32Array(part.length * dimension);
        if (!contiguous)
          part.forEach((i, row) => vectors.set(values.subarray(offsets[i], offsets[i + 1]), row * dimension));
        const rows = new Int32Array(part.length);
        for (let i = 0; i < rows.length; i++) rows[i] = selection.rowOf[base + part[i]];
        yield { rows, vectors };
      }
    }
  }
  return { dimension, batches, release: () => kept.release() };
}

/** The texts of wanted rows with their canonical rows, in file order. */
export async function* textBatches(
  files: readonly LedgerFile[],
  textColumn: string,
  selection: RowSelection,
  wanted: Wanted,
  phase: string,
  options: BatchOptions,
): AsyncIterable<{ texts: string[]; rows: Int32Array }> {
  const columnsOf = ({ reader }: LedgerFile): string[] =>
    reader.fields.some((field) => field.name === textColumn) ? [textColumn] : [];
  for await (const { batch, base } of wantedBatches(files, columnsOf, TEXT_ROWS, wanted, options, phase)) {
    const strings = decodeStrings(toStrings(batch.columns[0]));
    const at = strings.flatMap((_, i) => (wanted(base + i) ? [i] : []));
    for (let from = 0; from < at.length; from += TEXT_ROWS) {
      const part = at.slice(from, from + TEXT_ROWS);
      yield { texts: part.map((i) => strings[i]!), rows: Int32Array.from(part, (i) => selection.rowOf[base + i]) };
    }
  }
}

/**
 * Embeddings made of the text by the built-in embedder; its document frequencies come from the first `reference` events
 * only.
 */
export async function textEmbeddings(
  files: readonly LedgerFile[],
  textColumn: string,
  selection: RowSelection,
  isVoid: Uint8Array,
  reference: number,
  options: BatchOptions,
): Promise<EmbeddingSource> {
  const texts = (wanted: Wanted, phase: string, reading: BatchOptions) =>
    textBatches(files, textColumn, selection, wanted, phase, reading);
  const isReference: Wanted = (fileRow) =>
    selection.rowOf[fileRow] >= 0 && selection.rowOf[fileRow] < reference && !isVoid[selection.rowOf[fileRow]];
  const fit = fitIdf();
  for await (const part of texts(isReference, 'Weighing words', options)) part.texts.forEach((text) => fit.add(text));
  const weighed = async (idf: Idf, frequencies: () => DocumentFrequencies): Promise<EmbeddingSource> => ({
    dimension: EMBEDDER_DIMENSION,
    builtIn: {
      probe: await probeOf(idf),
      frequencies,
      weighedBy: (others) => weighed(idfOf(others), () => others),
    },
    async *batches(reading) {
      for await (const part of texts(wantedBy(selection, isVoid, reading.only), 'Embedding texts', reading))
        yield embedBatch(part.texts, part.rows, idf);
    },
  });
  return weighed(fit.finish(), () => fit.frequencies());
}
