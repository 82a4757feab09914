import type { EmbeddedTexts } from '../core/embeddingModel.ts';
import { formatCount, formatDuration, formatNumber } from '../core/format.ts';
import { textBatches, wantedBy, type BatchOptions } from './embeddings.ts';
import { throwIfCancelled } from './failures.ts';
import type { RowSelection } from './rowSelection.ts';
import { rowsFor, type LedgerFile } from './scan.ts';
import type { TextEmbedder } from './textEmbedder.ts';
import type { EmbeddingSource } from './types.ts';

/** Characters of texts that are held at once to be embedded. */
const WINDOW_CHARACTERS = 4 << 20;
const PHASE = 'Embedding texts by a model';

/**
 * Vectors made of the texts by a model: those of texts that it has not met yet are computed now, and all of them kept.
 * @throws TautlineFailure of kind cancelled; what is done by then stays done
 */
export async function modelEmbeddings(
  files: readonly LedgerFile[],
  textColumn: string,
  selection: RowSelection,
  isVoid: Uint8Array,
  embedder: TextEmbedder,
  options: BatchOptions,
): Promise<{ readonly source: EmbeddingSource; readonly embedded: EmbeddedTexts }> {
  const { dimension } = embedder.model;
  const keys = new Array<string>(isVoid.length).fill('');
  const missing = new Set<string>();
  const isFirst = new Uint8Array(isVoid.length);
  const all = wantedBy(selection, isVoid, undefined);
  for await (const { texts, rows } of textBatches(files, textColumn, selection, all, 'Looking texts up', options)) {
    texts.forEach((text, i) => {
      const key = embedder.keyOf(text);
      keys[rows[i]] = key;
      if (embedder.has(key) || missing.has(key)) return;
      missing.add(key);
      isFirst[rows[i]] = 1;
    });
  }
  const computed = missing.size;
  if (computed > 0) {
    const onDone = pace(computed, options);
    const wanted = wantedBy(selection, isVoid, isFirst);
    const silent = { signal: options.signal };
    let window: { key: string; text: string }[] = [];
    let held = 0;
    const embed = async (): Promise<void> => {
      await embedder.embed(window, { signal: options.signal, onDone });
      window = [];
      held = 0;
    };
    for await (const { texts, rows } of textBatches(files, textColumn, selection, wanted, PHASE, silent)) {
      for (const [i, text] of texts.entries()) {
        window.push({ key: keys[rows[i]], text });
        held += text.length;
        if (held >= WINDOW_CHARACTERS) await embed();
      }
    }
    await embed();
  }
  const distinct = new Set(keys);
  distinct.delete('');
  const lengths = Array.from(distinct, (key) => embedder.lengthOf(key));
  const note = embedder.note?.() ?? null;
  const embedded: EmbeddedTexts = {
    events: isVoid.reduce((sum, value) => sum + (value ? 0 : 1), 0),
    texts: distinct.size,
    inPieces: lengths.filter((length) => length !== 'whole').length,
    cut: lengths.filter((length) => length === 'cut').length,
    computed,
    ...(note !== null && { note }),
  };
  const { rowOf } = selection;
  const batchRows = rowsFor(dimension);
  async function* batches({ only, signal }: BatchOptions): AsyncGenerator<{ rows: Int32Array; vectors: Float32Array }> {
    const wanted = wantedBy(selection, isVoid, only);
    for (let fileRow = 0; fileRow < rowOf.length;) {
      const rows: number[] = [];
      for (; fileRow < rowOf.length && rows.length < batchRows; fileRow++)
        if (wanted(fileRow)) rows.push(rowOf[fileRow]);
      if (rows.length === 0) continue;
      throwIfCancelled(signal, 'reading embeddings');
      const vectors = new Float32Array(rows.length * dimension);
      await embedder.read(
        rows.map((row) => keys[row]),
        vectors,
      );
      yield { rows: Int32Array.from(rows), vectors };
    }
  }
  return { source: { dimension, batches }, embedded };
}

/** Reports how many texts are done, how many a second, and how long the rest takes at that pace. */
function pace(total: number, { onProgress }: BatchOptions): (count: number) => void {
  const started = performance.now();
  let done = 0;
  const report = (): void => {
    const elapsed = performance.now() - started;
    const rate = done / elapsed;
    const speed =
      done > 0 ? `, ${formatNumber(rate * 1000, 3)} a second, ${formatDuration((total - done) / rate)} left` : '';
    onProgress?.({
      phase: PHASE,
      isKept: true,
      fraction: done / total,
      detail: `${formatCount(done)} of ${formatCount(total)} texts${speed}`,
    });
  };
  report();
  return (count) => {
    done += count;
    report();
  };
}
