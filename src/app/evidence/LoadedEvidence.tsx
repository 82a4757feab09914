import { useEffect, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { explain, toTautlineError } from '../../core/errors.ts';
import { useTautline } from '../../state/store.ts';
import type { EvidenceView } from '../../state/types.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';

type Props = { readonly view: EvidenceView; readonly report: AnalysisReport };
interface Loaded {
  readonly Evidence: ((props: Props) => ReactNode) | null;
  readonly thrown: unknown;
}

/**
 * The code of the evidence. Not by `lazy`: React holds what replaces a fallback back for 300 ms, and the evidence has to be there at once.
 */
const loaded = createStore<Loaded>(() => ({ Evidence: null, thrown: null }));
let loading = false;

function load(): void {
  if (loading) return;
  loading = true;
  import('./Evidence.tsx').then(
    ({ Evidence }) => loaded.setState({ Evidence, thrown: null }),
    (thrown: unknown) => {
      loading = false;
      loaded.setState({ thrown });
    },
  );
}

/** Fetches the evidence as soon as there is an analysis that it may be asked of. */
export function useEvidenceAhead(): void {
  const analysed = useTautline((state) => state.analysis.report !== null);
  useEffect(() => {
    if (analysed) load();
  }, [analysed]);
}

export function LoadedEvidence(props: Props): ReactNode {
  const { Evidence, thrown } = useStore(loaded);
  useEffect(load, []);
  if (Evidence) return <Evidence {...props} />;
  if (thrown !== null) {
    return (
      <div className="region-loading" role="alert">
        <p className="field-problem">{explain(toTautlineError(thrown, 'loading the evidence'))}</p>
        <button type="button" className="button small" onClick={load}>Try again</button>
      </div>
    );
  }
  return <p className="region-loading">Loading the evidence…</p>;
}
