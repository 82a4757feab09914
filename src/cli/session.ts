import { loadKernels } from '../kernels/load.node.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { Parameters } from '../detection/parameters.ts';
import type { LedgerPart } from '../core/part.ts';
import type { StatedMapping } from '../core/statedMapping.ts';
import { findFiles } from '../ledger/files.node.ts';
import { openForAnalysis } from '../analysis/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { createStages, type Analysis, type LoadedBaseline, type Stages } from '../analysis/stages.ts';
import type { LedgerSource, OpenedLedger } from '../ledger/types.ts';

export interface Session {
  readonly kernels: KernelModule;
  readonly ledger: OpenedLedger;
  readonly stages: Stages;
  readonly analysis: Analysis;
}

export interface SessionOptions {
  /** Replaces the reference period; what of it applies can depend on the ledger. */
  readonly baseline?: ((ledger: OpenedLedger) => Promise<LoadedBaseline>) | null;
  /** Parameters that alerts are compared with; the defaults where absent. */
  readonly comparedWith?: Parameters | null;
  /** reference_events for the built-in embedder; those of `parameters` where absent. */
  readonly embedderReference?: number;
  /** What of the ledger is opened; all of it where absent. */
  readonly part?: LedgerPart;
  /** Which acts of a trace are events. */
  readonly events?: LedgerSource['events'];
  /** What the user states of its columns. */
  readonly stated?: StatedMapping;
}

/** Files or folders as one ledger. */
export async function sourceOf(
  paths: readonly string[],
  { part, events }: Pick<SessionOptions, 'part' | 'events'> = {},
): Promise<LedgerSource> {
  const found = await Promise.all(paths.map(findFiles));
  const [files, passedOver] = [found.flatMap((one) => one.files), found.flatMap((one) => one.passedOver)];
  return { kind: 'files', files, passedOver, part, events };
}

/** Opens files or folders as one ledger and analyses it with `parameters`. Throws a TautlineFailure for bad input. */
export async function openSession(
  paths: readonly string[],
  parameters: Parameters,
  options: SessionOptions = {},
): Promise<Session> {
  const {
    baseline = null,
    comparedWith = null,
    embedderReference = parameters.reference_events,
    part,
    events,
    stated,
  } = options;
  const ledger = await openForAnalysis(await sourceOf(paths, { part, events }), null, {
    platform: nodePlatform(),
    stated,
    referenceEvents: embedderReference,
    k: parameters.k,
  });
  const kernels = await loadKernels();
  const stages = createStages(kernels, ledger, baseline && (await baseline(ledger)));
  const analysis = await stages.run(parameters, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    baseline: comparedWith,
  });
  return { kernels, ledger, stages, analysis };
}
