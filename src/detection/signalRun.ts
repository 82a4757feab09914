import type { Coordinates, EventColumns, IndexRange } from '../core/columns.ts';
import type { EventBlocks } from '../kernels/events.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { LedgerBlocks, OutputBlocks, StageReference } from './channels/stage.ts';
import { STAGES } from './channels/generated/stages.ts';
import type { StageId } from './channels/table.ts';
import type { Parameters } from './parameters.ts';
import { referenceWindows, resizeWindows, type ReferenceMeans, type ResolvedReference } from './reference.ts';
import { blocksOf, type SignalSlots } from './signalColumns.ts';
import { stageKey, type StageSpeed } from './signalStages.ts';

/** Events between saved states of a stage that keeps them: what a drill-down replays at most. */
export const CHECKPOINT = 2048;

/** A loaded ledger as the signals stage reads it. */
export interface SignalInputs {
  readonly kernels: KernelModule;
  readonly events: EventColumns;
  readonly coordinates: Coordinates;
  readonly blocks: EventBlocks;
  readonly columns: LedgerBlocks;
  /** Where the reference comes from elsewhere; null if it lies within the events. */
  readonly given: ResolvedReference | null;
  readonly range: IndexRange;
  readonly means: ReferenceMeans;
}

/** The reference as stages read it; W_ref is that of the latency slot. */
export const referenceIn = (
  { events, coordinates, given, range, means }: SignalInputs,
  slots: SignalSlots,
): StageReference => ({
  range,
  means: means.means,
  hasLatency: events.hasLatency,
  windows: (size) =>
    given ? resizeWindows(given.windows, coordinates.k, size) : referenceWindows(events, coordinates, range, size),
  get windowReference() {
    return slots.latency.settled;
  },
});

/** Notes what the stage's columns say of the reference, once they hold it. */
export function settle({ given, range }: SignalInputs, p: Parameters, slots: SignalSlots, stage: StageId): void {
  const { settle: settled } = STAGES[stage];
  const columns = slots[stage].columns as OutputBlocks;
  if (settled) slots[stage].settled = given?.windowReference ?? settled(columns, range, p);
}

/**
 * Runs kernels over all events, piece by piece: yields the fraction done after every few milliseconds of work, so that
 * the caller can let others in, or end it (`return`): the slots under way are then without a key. What comes out does
 * not depend on how the work is cut. Allocates above the arena's top and releases at the end: whatever is allocated
 * between two pieces must be released before the next.
 * @param only the streams to compute, of kernels that take streams one by one; all where absent
 */
export function* signalSteps(
  inputs: SignalInputs,
  p: Parameters,
  slots: SignalSlots,
  stale: readonly StageId[],
  speed: StageSpeed,
  only?: Uint8Array,
): Generator<number, void, void> {
  const { kernels } = inputs;
  const { arena } = kernels;
  const { n } = inputs.blocks;
  for (const stage of stale) slots[stage].key = null;
  const total = speed.cost(stale, 1);
  const reference = referenceIn(inputs, slots);
  let before = 0;
  const mark = arena.mark();
  const blocks = only ? { ...inputs.blocks, only: arena.u8From(only) } : inputs.blocks;
  const place = { blocks, columns: blocksOf(inputs.columns, slots), origin: 0 };
  try {
    for (const id of stale) {
      const stage = STAGES[id];
      const slot = slots[id];
      const { state, run } = stage.open(kernels, blocks, stage.given(reference, p));
      slot.checkpoints = [];
      const share = speed.cost([id], 1) / total;
      for (let from = 0; from < n;) {
        const piece = speed.piece(id);
        const to = Math.min(n, from + (stage.checkpoints ? Math.ceil(piece / CHECKPOINT) * CHECKPOINT : piece));
        const started = performance.now();
        for (let at = from; at < to;) {
          const end = stage.checkpoints ? Math.min(to, at + CHECKPOINT) : to;
          if (stage.checkpoints) slot.checkpoints.push(state.view().slice());
          run(place, at, end);
          at = end;
        }
        speed.note(id, to - from, performance.now() - started);
        from = to;
        yield Math.min(1, before + (share * from) / n);
      }
      before += share;
      slot.key = stageKey(id, p);
      settle(inputs, p, slots, id);
    }
  } finally {
    arena.release(mark);
  }
}
