import { loadKernels } from '../kernels/load.node.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { Parameters } from '../detection/parameters.ts';
import type { LedgerPart } from '../core/part.ts';
import type { StatedMapping } from '../core/statedMapping.ts';
import { findFiles } from '../ledger/files.node.ts';
import { openForAnalysis } from '../analysis/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { createStages, type Analysis, type LoadedBaseline, type Stages } from '../analysis/stages.ts';
import { chosenFiles } from '../ledger/several.ts';
import type { FoundFiles, LedgerSource, NamedBlob, OpenedLedger } from '../ledger/types.ts';

export interface Session {
  readonly kernels: KernelModule;
  readonly ledger: OpenedLedger;
  readonly stages: Stages;
  readonly analysis: Analysis;
}

export interface SessionOptions {
  /** Replaces the reference period; what of it applies can depend on the ledger. */
  readonly baseline?: ((ledger: OpenedLedger) => Promise<LoadedBaseline & { readonly ledger: OpenedLedger }>) | null;
  /** Parameters that alerts are compared with; the defaults where absent. */
  readonly comparedWith?: Parameters | null;
  /** reference_events for the built-in embedder; those of `parameters` where absent. */
  readonly embedderReference?: number;
  /** What of the ledger is opened; all of it where absent. */
  readonly part?: LedgerPart;
  /** Which acts of a trace are events. */
  readonly events?: LedgerSource['events'];
  /** Names of the files that are taken of those given; all where absent. */
  readonly only?: readonly string[];
  /** Several ledgers as one. */
  readonly together?: LedgerSource['together'];
  /** What the user states of its columns. */
  readonly stated?: StatedMapping;
}

/** Files or folders as one ledger. */
export async function sourceOf(
  paths: readonly string[],
  { part, events, only, together }: Pick<SessionOptions, 'part' | 'events' | 'only' | 'together'> = {},
): Promise<LedgerSource> {
  const found = await Promise.all(paths.map(async (path) => ({ path, ...(await findFiles(path)) })));
  const files = withOwnPaths(found);
  return {
    kind: 'files',
    files: only ? chosenFiles(files, only) : files,
    passedOver: only ? [] : found.flatMap((one) => one.passedOver),
    part,
    events,
    together,
  };
}

/** Files of one name, from several places, have the place in front. */
function withOwnPaths(found: readonly ({ readonly path: string } & FoundFiles)[]): readonly NamedBlob[] {
  const all = found.flatMap(({ files }) => files);
  if (new Set(all.map(({ path }) => path)).size === all.length) return all;
  return found.flatMap(({ path: given, files }) => {
    const place = given.replaceAll('\\', '/').replace(/^(?:\.{0,2}\/)+|\/+$/g, '');
    return files.map(({ path, blob }) => ({ path: place.endsWith(path) ? place : `${place}/${path}`, blob }));
  });
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
    stated,
    ...which
  } = options;
  const opened = await openForAnalysis(await sourceOf(paths, which), null, {
    platform: nodePlatform(),
    stated,
    referenceEvents: embedderReference,
    k: parameters.k,
  });
  const kernels = await loadKernels();
  const given = baseline && (await baseline(opened));
  const ledger = given?.ledger ?? opened;
  const stages = createStages(kernels, ledger, given);
  const analysis = await stages.run(parameters, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    baseline: comparedWith,
  });
  return { kernels, ledger, stages, analysis };
}
