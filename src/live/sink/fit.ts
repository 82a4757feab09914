import { makeBundle } from '../../analysis/bundle.ts';
import { openForAnalysis } from '../../analysis/open.ts';
import { createStages } from '../../analysis/stages.ts';
import type { Bundle } from '../../detection/lab/bundle.ts';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { ledgerFailure } from '../../ledger/failures.ts';
import type { Platform } from '../../ledger/platform.ts';
import type { Row } from './order.ts';
import { byPartition, rowsToParquet } from './table.ts';

/** A bundle whose reference are the first of some rows, as analysing the ledger that they make would give. */
export async function fitRows(
  kernels: KernelModule,
  platform: Platform,
  rows: readonly Row[],
  reference: number,
  name: string,
): Promise<Bundle> {
  if (rows.every(({ event }) => event.embedding.length === 0))
    throw ledgerFailure(
      'The first bundle needs embeddings, and no event has one',
      'Attach tautline.embedding, or give a bundle with --bundle',
    );
  const files = await Promise.all(
    [...byPartition(rows)].map(async ([path, part]) => ({
      path: `${path}/part.parquet`,
      blob: new Blob([await rowsToParquet(part, platform)]),
    })),
  );
  const ledger = await openForAnalysis({ kind: 'files', files }, null, { platform });
  const parameters = { ...DEFAULT_PARAMETERS, reference_range: [0, reference] as [number, number] };
  const stages = createStages(kernels.fork(), ledger);
  const options = { signal: new AbortController().signal, onProgress: () => undefined, baseline: null };
  const analysis = await stages.run(parameters, options);
  const bundle = await makeBundle(ledger, analysis, stages.detector, {
    comparedWith: null,
    embedderReference: parameters.reference_events,
    characteristics: null,
    labels: [],
  });
  return { ...bundle, ledger: { ...bundle.ledger, name } };
}
