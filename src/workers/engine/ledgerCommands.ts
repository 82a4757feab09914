import { baselineFromJson } from '../../detection/baseline.ts';
import { bundleFromJson, isBundleJson } from '../../detection/lab/bundle.ts';
import { loadBundle } from '../../analysis/bundle.ts';
import type { LoadedBaseline } from '../../analysis/stages.ts';
import type { OpenReport } from '../../ledger/types.ts';
import type { EngineApi, ReferenceFile } from '../protocol.ts';
import { throwIfAborted, type EngineContext } from './context.ts';

/** Opens ledgers, and takes a reference from a file. */
export function ledgerCommands(
  context: EngineContext,
): Pick<EngineApi, 'open' | 'store' | 'setReferenceFile' | 'cancel'> {
  let referenceFile: ReferenceFile | null = null;
  let storing = new AbortController();

  return {
    async open(source, mapping, sink, onProgress, k) {
      context.cancel();
      storing.abort();
      const { signal } = context;
      context.release();
      const [ledger, kernels] = await Promise.all([
        context.platform.openLedger(source, mapping, {
          sink: sink ? { accept: sink } : 'later',
          signal,
          onProgress,
          k,
        }),
        context.platform.loadKernels(),
      ]);
      throwIfAborted(signal, 'Opening the ledger');
      // A fresh instance, so that the memory that an earlier ledger needed is given back.
      context.hold(ledger, kernels.fork(), readReference(referenceFile, ledger.report).given);
      return ledger.report;
    },

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
  if (!isBundleJson(file.text)) {
    const warnings: string[] = [];
    const baseline = baselineFromJson(file.text, file.name, (sentence) => warnings.push(sentence));
    return { given: { baseline, own: null }, warnings };
  }
  const bundle = bundleFromJson(file.text, file.name);
  if (!report) return { given: null, warnings: [] };
  const given = loadBundle(bundle, report);
  return { given, warnings: given.warnings };
}
