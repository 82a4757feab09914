import { useEffect, useState } from 'react';
import type { Progress } from '../../core/progress.ts';
import { session, useTautline } from '../../state/store.ts';
import type { TautlineState } from '../../state/types.ts';

/** What ends sooner would only flicker, and cost a slider's previews time. */
const MOMENT_MS = 250;

/**
 * Progress of the analysis under way once it has been for a moment, and no other has answered meanwhile; null before
 * and after. While a slider moves analyses begin and end many times a second: whoever asks here does not render for
 * them.
 */
export function useLateAnalysis(): Progress | null {
  const [late, setLate] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    /** Revision on screen while an analysis is under way. */
    let replacing: number | null = null;
    const look = ({ analysis: { running, report } }: TautlineState): void => {
      const now = running && (report?.revision ?? 0);
      if (now === replacing) return;
      replacing = now;
      clearTimeout(timer);
      setLate(false);
      if (now !== null) timer = setTimeout(() => setLate(true), MOMENT_MS);
    };
    look(session.store.getState());
    const stop = session.store.subscribe(look);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  return useTautline((state) => (late ? state.analysis.running : null));
}
