import type { IndexRange } from '../core/columns.ts';
import { couplingState, runCoupling } from '../kernels/coupling.ts';
import { displacementState, runDisplacement } from '../kernels/displacement.ts';
import { latencyState, runLatency } from '../kernels/latency.ts';
import { runTracker, trackerState } from '../kernels/tracker.ts';
import { runTransport, transportState } from '../kernels/transport.ts';
import type { Parameters } from './parameters.ts';
import { windowReferenceOf } from './reference.ts';
import type { SignalSlots } from './signalColumns.ts';
import {
  couplingOptions,
  displacementOptions,
  latencyOptions,
  trackerOptions,
  transportOptions,
  type SignalInputs,
} from './signalRun.ts';
import type { SignalStage, StageSpeed } from './signalStages.ts';

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
  stale: readonly SignalStage[],
  speed: StageSpeed,
  visible: IndexRange,
  budget: number,
): IndexRange[] {
  const { kernels, blocks, columns, range, given } = inputs;
  const { arena } = kernels;
  const { k, streams } = blocks;
  const started = performance.now();
  for (const stage of stale) slots[stage].key = null;
  const length = visible.to - visible.from;
  if (length <= 0) return [];
  return arena.scope(() => {
    if (stale.includes('latency')) {
      const { from, to } = range;
      if (to > from) latencyOf(inputs, p, slots, latenciesBefore(inputs, from, p.lat_window), to);
      slots.latency.windowReference =
        given?.windowReference ?? windowReferenceOf(slots.latency.columns.window.view(), range, p.win_min);
    }
    const tracker = stale.includes('tracker') ? trackerOptions(inputs, p, slots.latency.windowReference) : null;
    const transport = stale.includes('transport') ? transportOptions(inputs, p) : null;
    const displacement = stale.includes('displacement') ? displacementOptions(inputs, p) : null;
    const coupling = stale.includes('coupling') ? couplingOptions(p, inputs.events.hasLatency) : null;
    const window = stale.includes('latency') ? null : slots.latency.columns.window.view();
    const affordable = Math.max(SHORTEST_BLOCK, (budget / speed.cost(stale, 1e6)) * 1e6);

    /** Where the run-up to event `from` begins. */
    const startOf = (from: number, remainder: number): number =>
      Math.min(
        // Covariances of fewer events than axes are as small, in some direction, as k events leave of the unknown
        // state: it has to be below that.
        tracker || coupling
          ? memoryBefore(
              inputs,
              from,
              affordable,
              remainder * Math.exp(-k * p.lambda_slow),
              (i) => p.lambda_slow * (tracker ? relaxAt(i) : 1),
            )
          : from,
        transport ? eventsBefore(inputs, from, affordable, p.emd_window) : from,
        displacement ? memoryBefore(inputs, from, affordable, remainder, () => p.mewma_lambda) : from,
      );
    const relaxAt = (i: number): number =>
      !p.adaptive ? 1 : window ? Math.min(1, slots.latency.windowReference / window[i]) : ASSUMED_RELAX;

    function run(block: IndexRange, start: number): void {
      arena.scope(() => {
        if (window === null) latencyOf(inputs, p, slots, latenciesBefore(inputs, start, p.lat_window), block.to);
        if (tracker) {
          const read = { instantiation: columns.instantiation, window: slots.latency.columns.window };
          runTracker(
            kernels,
            blocks,
            read,
            tracker,
            trackerState(kernels, streams, k),
            slots.tracker.columns,
            start,
            block.to,
          );
        }
        if (coupling) {
          const read = {
            residual: slots.tracker.columns.residual,
            window: slots.latency.columns.window,
            time: columns.time,
            previous: columns.previous,
          };
          runCoupling(
            kernels,
            blocks,
            read,
            coupling,
            couplingState(kernels, streams, k),
            slots.coupling.columns.rho,
            start,
            block.to,
          );
        }
        if (transport)
          runTransport(
            kernels,
            blocks,
            transport,
            transportState(kernels, streams, k, transport.size),
            slots.transport.columns,
            start,
            block.to,
          );
        if (displacement) {
          runDisplacement(
            kernels,
            blocks,
            displacement,
            displacementState(kernels, streams, k),
            slots.displacement.columns.mewma,
            start,
            block.to,
          );
        }
      });
    }

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
      run(block, Math.max(startOf(block.from, plan.remainder), plan.blocks[at - 1]?.to ?? 0));
      done.push(block);
    }
    return merged(done);
  });
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

function latencyOf(
  { kernels, columns }: SignalInputs,
  p: Parameters,
  slots: SignalSlots,
  from: number,
  to: number,
): void {
  const options = latencyOptions(p);
  kernels.arena.scope(() =>
    runLatency(kernels, columns.latency, options, latencyState(kernels, options.size), slots.latency.columns, from, to),
  );
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
