import { loadKernels } from '../kernels/load.node.ts';
import type { Parameters } from '../detection/parameters.ts';
import { namedBlobs } from '../ledger/files.node.ts';
import { openLedger } from '../ledger/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { createStages, type Analysis, type Stages } from '../ledger/stages.ts';
import type { OpenedLedger } from '../ledger/types.ts';

export interface Session {
  readonly ledger: OpenedLedger;
  readonly stages: Stages;
  readonly analysis: Analysis;
}

/** Opens files or folders as one ledger and analyses it with `parameters`. Throws a TautlineFailure for bad input. */
export async function openSession(paths: readonly string[], parameters: Parameters): Promise<Session> {
  const files = (await Promise.all(paths.map(namedBlobs))).flat();
  const ledger = await openLedger({ kind: 'files', files }, null, { platform: nodePlatform(), referenceEvents: parameters.reference_events });
  const stages = createStages(await loadKernels(), ledger);
  const analysis = await stages.run(parameters, { signal: new AbortController().signal, onProgress: () => undefined });
  return { ledger, stages, analysis };
}
