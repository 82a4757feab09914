import { explain, toTautlineError } from '../../core/errors.ts';
import { baselineFromJson } from '../../detection/baseline.ts';
import { bundleFromJson, isBundleJson } from '../../detection/lab/bundle.ts';
import { loadBaseline, loadBundle } from '../../analysis/bundle.ts';
import type { LoadedBaseline } from '../../analysis/stages.ts';
import type { OpenOptions } from '../../ledger/open.ts';
import type { ColumnMapping, LedgerSource, OpenedLedger } from '../../ledger/types.ts';
import type { EngineApi, ReferenceFile } from '../protocol.ts';
import { throwIfAborted, type EngineContext, type Holding } from './context.ts';

/** Opens ledgers, and takes a reference from a file. */
export function ledgerCommands(context: EngineContext): {
  readonly commands: Pick<EngineApi, 'open' | 'columnValues' | 'store' | 'setReferenceFile' | 'cancel'>;
  /** Opens a ledger with the reference in force, while the open one goes on answering. */
  readonly openBeside: (
    source: LedgerSource,
    mapping: ColumnMapping | null,
    k: number,
    signal: AbortSignal,
  ) => Promise<Holding>;
} {
  let referenceFile: ReferenceFile | null = null;
  /** As it was opened: its texts may be embedded otherwise for a reference file. */
  let opened: OpenedLedger | null = null;
  let storing = new AbortController();
  let files: Parameters<NonNullable<OpenOptions['onFiles']>>[0] = [];

  const commands: ReturnType<typeof ledgerCommands>['commands'] = {
    async open(source, mapping, sink, onProgress, k, units, other) {
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
          other,
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
      opened = ledger;
      // A fresh instance, so that the memory that an earlier ledger needed is given back.
      context.hold(reference?.ledger ?? ledger, kernels.fork(), reference?.given ?? null);
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
        if (!held || !opened) return [];
        const ledger = opened;
        const reference = await read?.forLedger(ledger, context.signal);
        // A ledger that was opened meanwhile has it already.
        if (context.held === held) context.hold(reference?.ledger ?? ledger, held.kernels, reference?.given ?? null);
        return reference?.warnings ?? [];
      }),

    cancel: () => context.cancel(),
  };

  return {
    commands,
    async openBeside(source, mapping, k, signal) {
      const [ledger, kernels] = await Promise.all([
        context.platform.openLedger(source, mapping, { sink: 'later', signal, onProgress: () => undefined, k }),
        context.platform.loadKernels(),
      ]);
      const reference = await readReference(referenceFile)?.forLedger(ledger, signal);
      throwIfAborted(signal, 'Opening the ledger');
      return context.prepare(ledger, kernels.fork(), reference?.given ?? null);
    },
  };
}

/** What a reference file gives. */
interface Reference {
  readonly given: LoadedBaseline;
  readonly ledger: OpenedLedger;
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
    return {
      // What it throws is a rejection.
      forLedger: async (ledger) => Promise.resolve({ given: loadBaseline(baseline, ledger), ledger, warnings }),
    };
  }
  const bundle = bundleFromJson(file.text, file.name);
  return {
    async forLedger(ledger, signal) {
      const given = await loadBundle(bundle, ledger, { signal });
      return { given, ledger: given.ledger, warnings: given.warnings };
    },
  };
}
