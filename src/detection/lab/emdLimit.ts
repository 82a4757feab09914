import type { Coordinates, EventColumns, IndexRange } from '../../core/columns.ts';
import { splitmix64 } from '../../core/random.ts';
import { mean } from '../../core/statistics.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { runTransport, transportState } from '../channels/transport/kernel.ts';
import type { Parameters } from '../parameters.ts';
import { SEED } from './arl.ts';
import { BLOCK } from './blocks.ts';

const RUNS = 300;
/** Fewer runs than this above a level say too little about its rate: beyond it the tail is extrapolated. */
const MIN_EPISODES = 30;
const LEVELS = 32;
/**
 * A run is so many times as long as the reference: as the ledgers go on that have the shortest reference allowed, a
 * fifth of them.
 */
const RUN_FACTOR = 4;
const MAX_RUN = 2000;

/**
 * Limits of `shift` (docs/methods.md 6) for any false-alarm budget, one per stream; NaN if its reference is too short
 * for a window. By moving-block bootstrap: a reference as long as the stream's own is drawn in blocks, events drawn
 * likewise follow it, and the kernel charts them against it, from the moment at which the window still is the
 * reference's own. A run ends at its first alarm.
 */
export function openEmdLimits(
  kernels: KernelModule,
  events: EventColumns,
  { k, x }: Coordinates,
  range: IndexRange,
  p: Pick<Parameters, 'emd_window' | 'emd_min'>,
): (budget: number) => number[] {
  const crossings = events.streams.map((_, s) => {
    const own: number[] = [];
    for (let i = range.from; i < range.to; i++) if (events.stream[i] === s && !events.isVoid[i]) own.push(i);
    if (own.length < Math.max(p.emd_min, 16)) return null;
    const rows = own.map((i) => x.subarray(i * k, (i + 1) * k));
    return firstCrossings(simulate(kernels, spreadOut(rows, k), k, p, SEED + s));
  });
  return (budget) => crossings.map((counts) => (counts ? limitOf(counts, budget) : Number.NaN));
}

/**
 * Rows about their mean, further out by sqrt(n / (n - block)): sums over a block of residuals that add up to nothing
 * vary less than those of new data do, by the share of the block in the reference.
 */
function spreadOut(rows: readonly Float32Array[], k: number): Float32Array[] {
  const n = rows.length;
  const mean = Float64Array.from({ length: k }, (_, a) => rows.reduce((sum, row) => sum + row[a], 0) / n);
  const factor = Math.sqrt(n / (n - blockOf(n)));
  return rows.map((row) => row.map((v, a) => mean[a] + factor * (v - mean[a])));
}

const blockOf = (n: number): number => Math.min(BLOCK, Math.max(1, Math.floor(n / 4)));

function simulate(
  kernels: KernelModule,
  rows: readonly Float32Array[],
  k: number,
  p: Pick<Parameters, 'emd_window' | 'emd_min'>,
  seed: number,
): Float64Array[] {
  const random = splitmix64(seed);
  const n = rows.length;
  const block = blockOf(n);
  const length = n + Math.min(MAX_RUN, RUN_FACTOR * n);
  const size = p.emd_window;
  const count = Math.min(size, n);
  const { arena } = kernels;
  return Array.from({ length: RUNS }, () =>
    arena.scope(() => {
      const path = new Float32Array(length * k);
      let at = 0;
      for (let j = 0; j < length; j++) {
        // The reference ends at n, and a block with it.
        if (j === n || (j < n ? j : j - n) % block === 0) at = Math.floor(random() * n);
        path.set(rows[at], j * k);
        at = (at + 1) % n;
      }
      const reference = new Float32Array(size * k);
      reference.set(path.subarray((n - count) * k, n * k));
      const events = {
        n: length,
        k,
        streams: 1,
        x: arena.f32From(path),
        stream: arena.i32From(new Int32Array(length)),
        isVoid: arena.u8From(new Uint8Array(length)),
      };
      const out = { tension: arena.f64(length), shift: arena.f64(length) };
      const options = {
        size,
        minimum: p.emd_min,
        referenceTo: n,
        referenceRows: arena.f32From(reference),
        referenceCounts: arena.i32From([count]),
      };
      runTransport(kernels, events, options, transportState(kernels, 1, k, size), out, 0, length);
      return out.shift.view().slice(n);
    }),
  );
}

/** How many runs are above each of a ladder of levels. */
interface EpisodeCounts {
  readonly levels: Float64Array;
  readonly counts: Int32Array;
  /** Events simulated. */
  readonly events: number;
}

/** Runs that cross each of a ladder of levels, per events until they do: as counts in the events of all runs. */
function firstCrossings(paths: readonly Float64Array[]): EpisodeCounts {
  const events = paths.reduce((sum, path) => sum + path.length, 0);
  const tops = paths.map((path) => path.reduce((top, v) => Math.max(top, v), 0)).sort((a, b) => a - b);
  const [low, high] = [tops[0], tops[tops.length - 1]];
  const levels = Float64Array.from({ length: LEVELS }, (_, i) => low + ((high - low) * i) / LEVELS);
  const counts = Int32Array.from(levels, (level) => {
    let crossed = 0;
    let atRisk = 0;
    for (const path of paths) {
      const first = path.findIndex((v) => v > level);
      atRisk += first < 0 ? path.length : first + 1;
      if (first >= 0) crossed++;
    }
    return Math.round((crossed * events) / atRisk);
  });
  return { levels, counts, events };
}

/**
 * The limit whose mean distance between false episodes is `budget` events: log-linear between the counted levels, and
 * beyond the last level with enough episodes along the line of the levels before it. NaN where none can be derived.
 */
function limitOf(counts: EpisodeCounts, budget: number): number {
  const wanted = Math.log(counts.events / budget);
  const ladder = [...counts.levels]
    .map((level, i) => ({ level, log: Math.log(counts.counts[i]) }))
    .filter((_, i) => counts.counts[i] >= MIN_EPISODES);
  // Below the busiest level more excursions merge into one episode than are gained, so the rate falls again there.
  const peak = ladder.reduce((best, p, i) => (p.log > ladder[best].log ? i : best), 0);
  const tail = ladder.slice(peak);
  if (tail.length < 2) return Number.NaN;
  if (wanted >= tail[0].log) return tail[0].level;
  const next = tail.findIndex((p) => p.log <= wanted);
  if (next > 0) {
    const [a, b] = [tail[next - 1], tail[next]];
    return a.log === b.log ? b.level : a.level + ((a.log - wanted) / (a.log - b.log)) * (b.level - a.level);
  }
  const line = tail.slice(-8);
  const [ml, mg] = [mean(line.map((p) => p.level)), mean(line.map((p) => p.log))];
  const slope =
    line.reduce((s, p) => s + (p.level - ml) * (p.log - mg), 0) / line.reduce((s, p) => s + (p.level - ml) ** 2, 0);
  return slope < 0 ? ml + (wanted - mg) / slope : Number.NaN;
}
