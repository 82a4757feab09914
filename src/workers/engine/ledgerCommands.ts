import { explain, toTautlineError } from '../../core/errors.ts';
import { baselineFromJson } from '../../detection/baseline.ts';
import { bundleFromJson, isBundleJson } from '../../detection/lab/bundle.ts';
import { loadBundle } from '../../analysis/bundle.ts';
import type { LoadedBaseline } from '../../analysis/stages.ts';
import type { OpenOptions } from '../../ledger/open.ts';
import type { OpenedLedger } from '../../ledger/types.ts';
import type { EngineApi, ReferenceFile } from '../protocol.ts';
import { throwIfAborted, type EngineContext } from './context.ts';

/** Opens ledgers, and takes a reference from a file. */
export function ledgerCommands(
  context: EngineContext,
): Pick<EngineApi, 'open' | 'columnValues' | 'store' | 'setReferenceFile' | 'cancel'> {
  let referenceFile: ReferenceFile | null = null;
  let storing = new AbortController();
  let files: Parameters<NonNullable<OpenOptions['onFiles']>>[0] = [];

  return {
    async open(source, mapping, sink, onProgress, k, units) {
      context.cancel();
      storing.abort();
      const { signal } = context;
      context.release();
      files = [];
      const [ledger, kernels] = await Promise.all([
        context.platform.openLedger(source, mapping, {
          sink: sink ? { accept: sink } : 'later',
          signal,
          onProgress,
          k,
          stated: units && { map: {}, unit: units },
          onFiles: (found) => {
            if (!signal.aborted) files = found;
          },
        }),
        context.platform.loadKernels(),
      ]);
      throwIfAborted(signal, 'Opening the ledger');
      const reference = await readReference(referenceFile)
        ?.forLedger(ledger, signal)
        .catch((thrown: unknown) => {
          // The ledger opens all the same, by its own reference.
          const error = toTautlineError(thrown, 'reading the reference file');
          if (error.kind !== 'ledger') throw thrown;
          context.troubles.push(`${explain(error)}. The ledger's own reference is used.`);
          return null;
        });
      throwIfAborted(signal, 'Opening the ledger');
      // A fresh instance, so that the memory that an earlier ledger needed is given back.
      context.hold(ledger, kernels.fork(), reference?.given ?? null);
      return ledger.report;
    },

    columnValues: async () => (await import('../../ledger/inspect.ts')).columnValues(files),

    async store(sink, onProgress) {
      const { ledger } = context.open;
      storing.abort();
      storing = new AbortController();
      await ledger.store({ accept: sink }, { signal: storing.signal, onProgress });
    },

    setReferenceFile: (file) =>
      context.inTurn(async () => {
        const { held } = context;
        const read = readReference(file);
        referenceFile = file;
        if (!held) return [];
        const reference = await read?.forLedger(held.ledger, context.signal);
        // A ledger that was opened meanwhile has it already.
        if (context.held === held) context.hold(held.ledger, held.kernels, reference?.given ?? null);
        return reference?.warnings ?? [];
      }),

    cancel: () => context.cancel(),
  };
}

/** What a reference file gives. */
interface Reference {
  readonly given: LoadedBaseline;
  readonly warnings: readonly string[];
}

/** Reads a reference file; what of it holds depends on the ledger. */
function readReference(
  file: ReferenceFile | null,
): { forLedger(ledger: OpenedLedger, signal: AbortSignal): Promise<Reference> } | null {
  if (!file) return null;
  if (!isBundleJson(file.text)) {
    const warnings: string[] = [];
    const baseline = baselineFromJson(file.text, file.name, (sentence) => warnings.push(sentence));
    return { forLedger: () => Promise.resolve({ given: { baseline, own: null }, warnings }) };
  }
  const bundle = bundleFromJson(file.text, file.name);
  return {
    async forLedger(ledger, signal) {
      const given = await loadBundle(bundle, ledger, { signal });
      return { given, warnings: given.warnings };
    },
  };
}
