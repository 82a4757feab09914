import type { IndexRange } from '../core/columns.ts';
import { STAGES } from './channels/generated/stages.ts';
import type { StageId } from './channels/table.ts';
import type { Parameters } from './parameters.ts';
import { blocksOf, type SignalSlots } from './signalColumns.ts';
import { referenceIn, settle, type SignalInputs } from './signalRun.ts';
import type { StageSpeed } from './signalStages.ts';

/** What is left of the unknown state before a run-up, from the first choice to the last. */
const REMAINDERS = [1e-3, 1e-2, 5e-2];
/** A picture of fewer blocks than this gives accuracy away for more of them. */
const ENOUGH_BLOCKS = 24;
const SHORTEST_BLOCK = 32;
/** Share of the memory that a stretched window is taken to leave, where windows are not known yet. */
const ASSUMED_RELAX = 0.5;

/**
 * Signals of a part of the events, ahead of a whole run and close to it: of the visible range where the time allows,
 * else of blocks evenly spaced over it, the middle ones last. Each block starts without memory, after a run-up long
 * enough for that to show no more. Writes into `slots`, at the events' own places.
 * @param stale kernels to run; what the others gave stands in the slots already
 * @param budget ms
 * @returns where values are, ascending; at least one block, whatever the budget
 */
export function previewSignals(
  inputs: SignalInputs,
  p: Parameters,
  slots: SignalSlots,
  stale: readonly StageId[],
  speed: StageSpeed,
  visible: IndexRange,
  budget: number,
): IndexRange[] {
  const { kernels, blocks } = inputs;
  const { arena } = kernels;
  const started = performance.now();
  for (const stage of stale) slots[stage].key = null;
  if (visible.to <= visible.from) return [];
  return arena.scope(() => {
    const place = { blocks, columns: blocksOf(inputs.columns, slots), origin: 0 };
    const reference = referenceIn(inputs, slots);
    /** Runs a stage over a stretch, from a fresh state. */
    const run = (id: StageId, given: unknown, { from, to }: IndexRange): void =>
      arena.scope(() => {
        const runUp = STAGES[id].runUp(p);
        const start = runUp.kind === 'latencies' ? latenciesBefore(inputs, from, runUp.count) : from;
        STAGES[id].open(kernels, blocks, given).run(place, start, to);
      });
    const given = stale.map((id) => {
      const own = STAGES[id].given(reference, p);
      if (STAGES[id].settle) {
        if (inputs.range.to > inputs.range.from) run(id, own, inputs.range);
        settle(inputs, p, slots, id);
      }
      return own;
    });
    const affordable = Math.max(SHORTEST_BLOCK, (budget / speed.cost(stale, 1e6)) * 1e6);
    const window = stale.includes('latency') ? null : slots.latency.columns.window.view();
    const relaxAt = (i: number): number =>
      !p.adaptive ? 1 : window ? Math.min(1, slots.latency.settled / window[i]) : ASSUMED_RELAX;
    /** Where the run-up to event `from` begins. */
    const startOf = (from: number, remainder: number): number =>
      stale.reduce(
        (start, id) => Math.min(start, runUpStart(inputs, p, id, from, affordable, remainder, relaxAt)),
        from,
      );
    const plan = planBlocks(
      visible,
      affordable,
      (remainder) => visible.to - startOf(visible.to, remainder),
      startOf(visible.from, REMAINDERS[0]),
    );
    const done: IndexRange[] = [];
    for (const [at, block] of coarseToFine([...plan.blocks.entries()])) {
      if (done.length > 0 && performance.now() - started > budget) break;
      // A run-up must not write over what is shown.
      const from = Math.max(startOf(block.from, plan.remainder), plan.blocks[at - 1]?.to ?? 0);
      stale.forEach((id, j) => run(id, given[j], { from, to: block.to }));
      done.push(block);
    }
    return merged(done);
  });
}

/** Where a fresh state of the stage has to start for a picture from event `from` on, at most `most` events back. */
function runUpStart(
  inputs: SignalInputs,
  p: Parameters,
  id: StageId,
  from: number,
  most: number,
  remainder: number,
  relaxAt: (i: number) => number,
): number {
  const runUp = STAGES[id].runUp(p);
  switch (runUp.kind) {
    case 'forgets': {
      const { rate, stretched, covariance } = runUp;
      // Covariances of fewer events than axes are as small, in some direction, as k events leave of the unknown
      // state: it has to be below that.
      const left = covariance ? remainder * Math.exp(-inputs.blocks.k * rate) : remainder;
      return memoryBefore(inputs, from, most, left, (i) => rate * (stretched ? relaxAt(i) : 1));
    }
    case 'events':
      return eventsBefore(inputs, from, most, runUp.count);
    case 'latencies':
      return from;
  }
}

interface BlockPlan {
  readonly blocks: readonly IndexRange[];
  readonly remainder: number;
}

function planBlocks(
  visible: IndexRange,
  affordable: number,
  runUp: (remainder: number) => number,
  start: number,
): BlockPlan {
  if (visible.to - start <= affordable) return { blocks: [visible], remainder: REMAINDERS[0] };
  const shown = visible.to - visible.from;
  for (const remainder of REMAINDERS) {
    // As much shown as run up to.
    const size = Math.min(shown, Math.max(SHORTEST_BLOCK, runUp(remainder)));
    const count = Math.floor(affordable / (2 * size));
    if (count < ENOUGH_BLOCKS && remainder !== REMAINDERS.at(-1)) continue;
    const last = Math.max(1, count - 1);
    const blocks = Array.from({ length: last + 1 }, (_, j) => {
      const from = visible.from + Math.floor((j * (shown - size)) / last);
      return { from, to: from + size };
    });
    return { blocks, remainder };
  }
  throw new RangeError('unreachable');
}

/**
 * The same, in an order in which any number of the first are spread over the whole: both ends, the middle, the
 * quarters, ...
 */
export function coarseToFine<T>(items: readonly T[]): T[] {
  const last = items.length - 1;
  const ordered = new Set<T>(items.length > 0 ? [items[0], items[last]] : []);
  let stride = 1;
  while (stride < last) stride *= 2;
  for (; stride >= 1; stride /= 2) for (let at = stride; at < last; at += stride) ordered.add(items[at]);
  return [...ordered];
}

function merged(ranges: readonly IndexRange[]): IndexRange[] {
  const out: IndexRange[] = [];
  for (const { from, to } of [...ranges].sort((a, b) => a.from - b.from)) {
    const before = out.at(-1);
    if (before && from <= before.to) out[out.length - 1] = { from: before.from, to: Math.max(before.to, to) };
    else out.push({ from, to });
  }
  return out;
}

/** The event from which on `count` latencies are present before `from`. */
function latenciesBefore({ events: { latency, hasLatency } }: SignalInputs, from: number, count: number): number {
  if (!hasLatency) return from;
  let i = from;
  for (let missing = count; i > 0 && missing > 0;) if (!Number.isNaN(latency[--i])) missing--;
  return i;
}

/**
 * The event from which on every stream has `count` events with an embedding before `from`, at most `most` events back.
 */
function eventsBefore(
  { events: { stream, isVoid, streams } }: SignalInputs,
  from: number,
  most: number,
  count: number,
): number {
  const missing = new Int32Array(streams.length).fill(count);
  let open = streams.length;
  let i = from;
  while (i > 0 && open > 0 && from - i < most) {
    i--;
    if (isVoid[i] === 0 && missing[stream[i]] > 0 && --missing[stream[i]] === 0) open--;
  }
  return i;
}

/**
 * The event from which on an exponential memory of every stream has forgotten all but a `remainder` at `from`, at most
 * `most` events back.
 */
function memoryBefore(
  { events: { stream, isVoid, streams } }: SignalInputs,
  from: number,
  most: number,
  remainder: number,
  gain: (i: number) => number,
): number {
  const left = new Float64Array(streams.length).fill(-Math.log(remainder));
  let open = streams.length;
  let i = from;
  while (i > 0 && open > 0 && from - i < most) {
    i--;
    if (isVoid[i] !== 0) continue;
    const s = stream[i];
    // -ln(1 - gain) is more than the gain.
    if (left[s] > 0 && (left[s] -= gain(i)) <= 0) open--;
  }
  return i;
}
