import { openForAnalysis } from '../../analysis/open.ts';
import { fitProjection, projectLedger } from '../../analysis/projection.ts';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import { heldStreams, referenceRange, selectStreams } from '../../detection/pipeline.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { findFiles } from '../../ledger/files.node.ts';
import { nodePlatform } from '../../ledger/parquet.node.ts';
import type { OpenedLedger } from '../../ledger/types.ts';
import type { BenchInput } from '../input.ts';
import type { Sums } from './duckdb.node.ts';

/** A ledger decoded by the app's own code, with all embeddings; must have no pauses. */
export async function decodedLedger(
  kernels: KernelModule,
  folder: string,
): Promise<{ readonly input: BenchInput; readonly sums: Sums; readonly ledger: OpenedLedger }> {
  const parameters = DEFAULT_PARAMETERS;
  const { files } = await findFiles(folder);
  const platform = nodePlatform();
  const ledger = await openForAnalysis({ kind: 'files', files }, null, { platform, k: parameters.k });
  const { columns, embeddings: source, textLength } = ledger;
  const { n } = columns;
  const { events } = selectStreams(columns, heldStreams(columns, parameters.stream)!);
  if (source === null || events.n !== n || columns.isVoid.includes(1))
    throw new Error(`${folder} has events without an embedding or a stream`);
  const { range } = referenceRange(n, parameters);
  const rows = { stream: events.stream, isVoid: columns.isVoid };
  const { projection } = await fitProjection(kernels, rows, source, range, parameters.k);
  const coordinates = await projectLedger(kernels, projection, source, n);
  const { dimension } = source;
  const embeddings = new Float32Array(n * dimension);
  for await (const { rows: places, vectors } of source.batches({}))
    for (let i = 0; i < places.length; i++)
      embeddings.set(vectors.subarray(i * dimension, (i + 1) * dimension), places[i] * dimension);
  let embedding = 0;
  for (let i = 0; i < embeddings.length; i++) embedding += embeddings[i];
  const characters = textLength === null ? 0 : textLength.reduce((sum, length) => sum + Math.max(0, length), 0);
  return {
    ledger,
    input: { events, coordinates, range, projection, embeddings, dimension, parameters },
    sums: { events: n, characters, embedding },
  };
}
