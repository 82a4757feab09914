import { useMemo } from 'react';
import type { Incident } from '../../detection/incidents/group.ts';
import { markOf } from '../../detection/incidents/marks.ts';
import { useIncidents } from '../../state/incidents.ts';
import { useMarks } from '../../state/marks.ts';
import { useAlertRows } from '../../state/queries.ts';
import { useTautline } from '../../state/store.ts';
import { matches, type Entry } from './lines.ts';

/** The alerts that pass filter and search, each with its incident, excess and mark; undefined before there are any. */
export function useEntries(): {
  readonly entries: readonly Entry[] | undefined;
  readonly incidents: readonly Incident[];
  readonly error: unknown;
} {
  const { data, error } = useAlertRows();
  const { incidents, excess } = useIncidents();
  const placed = useMarks((state) => state.placed);
  const search = useTautline((state) => state.view.alertFilter.search) ?? '';
  const entries = useMemo(() => {
    if (!data) return undefined;
    const ranks = new Map(incidents.flatMap(({ alerts }, i) => alerts.map((alert) => [alert, i + 1] as const)));
    return data.flatMap((row): Entry[] => {
      const rank = ranks.get(row.alert);
      // Rows of the analysis before, until the database has those of this one.
      if (rank === undefined) return [];
      const entry = { row, rank, excess: excess[row.alert] ?? Number.NaN, mark: markOf(row, row.stream, placed) };
      return search.trim() === '' || matches(entry, search.trim()) ? [entry] : [];
    });
  }, [data, incidents, excess, placed, search]);
  return { entries, incidents, error };
}
