import { useMemo } from 'react';
import { formatCount } from '../core/format.ts';
import type { OpenReport } from '../ledger/types.ts';
import { useTautline } from './store.ts';

interface StreamKeyChoice {
  readonly key: string;
  /** With how many streams it gives, where that is known. */
  readonly text: string;
}

const NO_KEYS: OpenReport['streamKeys'] = [];

/** What streams of the open ledger can be taken by. */
export function useStreamKeys(): { readonly chosen: string; readonly choices: readonly StreamKeyChoice[] } {
  const chosen = useTautline((state) => state.view.parameters.stream);
  const offered = useTautline(({ ledger }) => (ledger.phase === 'open' ? ledger.report.streamKeys : NO_KEYS));
  const found = useTautline(({ analysis: { report } }) =>
    report?.parameters.stream === chosen ? report.streams.length + report.streamsLeftOut.length : null,
  );
  return useMemo(() => {
    const keys = offered.some(({ key }) => key === chosen) ? offered : [{ key: chosen, values: null }, ...offered];
    const choices = keys.map(({ key, values }) => {
      const count = key === chosen ? (found ?? values) : values;
      return { key, text: count === null ? key : `${key} (${formatCount(count)})` };
    });
    return { chosen, choices };
  }, [chosen, offered, found]);
}
