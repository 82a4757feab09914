import { baselineFromJson } from '../../detection/baseline.ts';
import { bundleFromJson, isBundleJson } from '../../detection/lab/bundle.ts';
import { loadBundle } from '../../analysis/bundle.ts';
import type { LoadedBaseline } from '../../analysis/stages.ts';
import type { OpenOptions } from '../../ledger/open.ts';
import type { OpenReport } from '../../ledger/types.ts';
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
      // A fresh instance, so that the memory that an earlier ledger needed is given back.
      context.hold(ledger, kernels.fork(), readReference(referenceFile, ledger.report).given);
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
      context.inTurn(() => {
        const { held } = context;
        const { given, warnings } = readReference(file, held?.ledger.report ?? null);
        referenceFile = file;
        if (held) context.hold(held.ledger, held.kernels, given);
        return warnings;
      }),

    cancel: () => context.cancel(),
  };
}

/** What of a reference file holds for a ledger; without one the file is only checked. */
function readReference(
  file: ReferenceFile | null,
  report: OpenReport | null,
): { readonly given: LoadedBaseline | null; readonly warnings: readonly string[] } {
  if (!file) return { given: null, warnings: [] };
  if (!isBundleJson(file.text))
    return { given: { baseline: baselineFromJson(file.text, file.name), own: null }, warnings: [] };
  const bundle = bundleFromJson(file.text, file.name);
  if (!report) return { given: null, warnings: [] };
  const given = loadBundle(bundle, report);
  return { given, warnings: given.warnings };
}
