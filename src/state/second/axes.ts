import { formatCount } from '../../core/format.ts';
import type { OpenReport } from '../../ledger/types.ts';
import type { EngineApi, ReferenceFile } from '../../workers/protocol.ts';

/** Whose axes and reference the second ledger is measured by. */
export interface SharedAxes {
  readonly shared: boolean;
  /** Why it cannot be measured as the first is; null: it is, or its own were chosen. */
  readonly why: string | null;
  /** What to mind where it is. */
  readonly warnings: readonly string[];
}

type Ledger = Pick<OpenReport, 'name' | 'dimension' | 'fingerprint' | 'embedder' | 'probe' | 'model'>;

/** What the first ledger is measured by, as a file for the engine of the second. */
export async function axesOf(engine: Pick<EngineApi, 'bundle'>, name: string): Promise<ReferenceFile> {
  const [bundle, { bundleToJson }] = await Promise.all([
    engine.bundle(null, null),
    import('../../detection/lab/bundle.ts'),
  ]);
  return { name: `axes of ${name}`, text: bundleToJson(bundle) };
}

/**
 * Whether the second ledger can be measured as the first is.
 * @param axes null: the first has none, or those of the second were chosen
 */
export async function fitAxes(first: Ledger, second: Ledger, axes: ReferenceFile | null): Promise<SharedAxes> {
  const none = (why: string | null): SharedAxes => ({ shared: false, why, warnings: [] });
  const bare = [first, second].find(({ dimension }) => dimension === 0);
  if (bare) return none(`${bare.name} has neither embeddings nor texts`);
  if (first.dimension !== second.dimension)
    return none(
      `${first.name} has vectors of ${formatCount(first.dimension)} values, ` +
        `${second.name} of ${formatCount(second.dimension)}`,
    );
  if (axes === null) return none(null);
  const [{ bundleFromJson }, { embedderOf, fitBundle }] = await Promise.all([
    import('../../detection/lab/bundle.ts'),
    import('../../detection/lab/replay.ts'),
  ]);
  const bundle = bundleFromJson(axes.text, axes.name);
  const { embedder, baseline, retired, ledger } = bundle;
  const fit = fitBundle({ embedder, baseline, retired, ledger }, { ...second, embedder: embedderOf(second) });
  if (fit.refusal !== null) return none('their vectors were made by different models');
  if (first.embedder !== second.embedder)
    return none('the vectors of one come from its file, those of the other were made here of its texts');
  const isUnknown = first.embedder === 'file' && (!first.model || !second.model);
  const warnings = isUnknown
    ? ['The files do not say what made their vectors: this takes it to be the same model.']
    : [];
  return { shared: true, why: null, warnings };
}
