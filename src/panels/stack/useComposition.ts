import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { StackData } from '../../charts/StackedArea.tsx';
import { useUnchanged } from '../../charts/useSame.ts';
import type { IndexRange } from '../../core/columns.ts';
import { compositionQuery } from '../../state/queries.ts';
import type { CompositionData } from '../../workers/protocol.ts';
import { useShared } from './timeline.ts';

interface Composition {
  readonly query: UseQueryResult<CompositionData>;
  /** What is drawn of it: the same object while no count differs. */
  readonly counts: StackData | null;
}

/** Counts of routes in equal parts of a range, along the shared axis. */
export function useComposition(range: IndexRange, buckets: number): Composition {
  const { report, width, axis } = useShared();
  const query = useQuery(compositionQuery(width > 1 ? report.revision : null, range, axis, buckets));
  const { data } = query;
  return { query, counts: useUnchanged(useMemo(() => (data ? { x: data.x, counts: data.counts } : null), [data])) };
}
