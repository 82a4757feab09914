import type { Coordinates, EventColumns, IndexRange } from '../../core/columns.ts';
import { TautlineFailure } from '../../core/errors.ts';

/** A projected ledger as tasks of the laboratory take it: plain columns, so that it crosses to a worker. */
export interface LabLedger {
  readonly events: EventColumns;
  readonly coordinates: Coordinates;
  readonly reference: IndexRange;
}

/** Events [from, to) as columns of their own. Copies, so that a slice crosses to a worker without the rest. */
export function sliceEvents(events: EventColumns, { from, to }: IndexRange): EventColumns {
  return {
    ...events,
    n: to - from,
    stream: events.stream.slice(from, to),
    row: events.row.slice(from, to),
    eventId: events.eventId.slice(from, to),
    time: events.time.slice(from, to),
    thread: events.thread.slice(from, to),
    instantiation: events.instantiation.slice(from, to),
    latency: events.latency.slice(from, to),
    isVoid: events.isVoid.slice(from, to),
  };
}

/** Long work as a row of tasks in this thread: a turn of the event queue between them, so that a cancel arrives. */
export async function runTasks<T, R>(
  tasks: readonly T[],
  run: (task: T) => R,
  {
    phase,
    signal,
    onProgress,
  }: {
    readonly phase: string;
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: { phase: string; fraction: number; detail: string }) => void;
  },
): Promise<R[]> {
  const results: R[] = [];
  for (const task of tasks) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (signal?.aborted) throw new TautlineFailure({ kind: 'cancelled', what: phase });
    results.push(run(task));
    onProgress?.({ phase, fraction: results.length / tasks.length, detail: `${results.length} of ${tasks.length}` });
  }
  return results;
}
