import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { counted, formatBytes, formatDuration } from '../core/format.ts';
import type { OnProgress } from '../core/progress.ts';
import { createEmbedder } from '../embedding/embedder.ts';
import type { DescribedModel, EmbeddingAnswer, EmbeddingTask } from '../embedding/task.ts';
import { onPool } from '../embedding/threads.ts';
import { nodeVectorFiles } from '../embedding/vectorFiles.node.ts';
import { VectorStore } from '../embedding/vectorStore.ts';
import { convertLedger } from '../ledger/convert.ts';
import { ledgerFailure } from '../ledger/failures.ts';
import { openLedger } from '../ledger/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { nodeWorker } from '../workers/service/nodeWorker.node.ts';
import { createWorkerPool } from '../workers/service/workerPool.ts';
import { leftOutLines } from './leftOut.ts';
import { OPENING_OPTIONS, readOpening } from './opening.ts';
import { readOptions, refused, requireLedgers, wholeNumber } from './options.ts';
import { intoEmptyFolder } from './output.ts';
import { countLine } from './part.ts';
import { print, printProgress } from './print.ts';
import { sourceOf } from './session.ts';
import { startThread } from './workerThread.ts';

/** Characters of a probe by which models are told apart in the names of folders. */
const SHORT_PROBE = 16;

/**
 * `tautline embed`: a ledger of texts with the vectors of a model, as Parquet. What was computed is kept beside it
 * until all is written, so that the same command goes on where it was ended.
 * @returns the exit status
 */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args, {
    model: { type: 'string' },
    out: { type: 'string' },
    keep: { type: 'string' },
    sample: { type: 'string' },
    workers: { type: 'string' },
    ...OPENING_OPTIONS,
  });
  const ledgers = requireLedgers(positionals);
  const opening = await readOpening(values);
  const { model: folder, out, keep } = values;
  if (folder === undefined) throw refused('--model DIR', 'is missing', 'Name the folder of an embedding model');
  if (out === undefined) throw refused('--out DIR', 'is missing', 'Say where the Parquet files go');
  const sample = wholeNumber('--sample', values.sample, 1);
  const size = wholeNumber('--workers', values.workers, 1) ?? availableParallelism();
  const pool = createWorkerPool<EmbeddingTask, EmbeddingAnswer>({
    name: 'embedding',
    entry: () => nodeWorker(startThread(new URL('./embedWorker.ts', import.meta.url))),
    size,
    advice: 'Run fewer workers (--workers), or a smaller model',
  });
  const onProgress: OnProgress = ({ phase, detail }) => printProgress(`${phase}: ${detail ?? ''} `, false);
  const started = performance.now();
  try {
    const [described] = (await pool.map([{ folder, texts: null }])) as readonly DescribedModel[];
    const { model, specials } = described;
    const kept = join(keep ?? `${resolve(out)}.unfinished`, model.probe.slice(0, SHORT_PROBE));
    const store = await VectorStore.open(nodeVectorFiles(kept), model.dimension);
    if (store.size > 0) print(`${counted(store.size, 'text')} kept from before in ${kept}`);
    const platform = nodePlatform();
    const { report, converted } = await intoEmptyFolder(out, async (output) => {
      const ledger = await openLedger({ ...(await sourceOf(ledgers, opening)), sample }, null, {
        platform,
        stated: opening.stated,
        onProgress,
        embedder: createEmbedder(model, specials, onPool(pool, folder), store),
      });
      if (ledger.report.embedder !== 'model')
        throw ledgerFailure(
          ledger.report.embedder === 'file' ? 'The ledger has vectors of its own' : 'The ledger has no texts',
          ledger.report.embedder === 'file'
            ? 'To embed its texts all the same, leave embedding unmapped'
            : 'Map the column of the messages to text',
        );
      printProgress('Embedded', true);
      const done = await convertLedger(ledger, (path, bytes) => output.write(path, bytes), {
        platform,
        partition: false,
        onProgress,
      });
      printProgress('Written', true);
      return { report: ledger.report, converted: done };
    });
    if (keep === undefined) await rm(`${resolve(out)}.unfinished`, { recursive: true, force: true });
    for (const line of leftOutLines(report)) print(line);
    for (const note of [...report.notes, ...converted.notes]) print(`note: ${note}`);
    print(`model ${model.name}, ${model.dimension} dimensions, probe ${model.probe}`);
    const { files, bytes } = converted;
    print(
      `${countLine(report, report.events)} as ${counted(files, 'Parquet file')}, ${formatBytes(bytes)}, in ${out} ` +
        `(${formatDuration(performance.now() - started)})`,
    );
    return 0;
  } finally {
    pool.dispose();
  }
}
