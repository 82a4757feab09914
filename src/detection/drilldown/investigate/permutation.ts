/** Permutation tests over sequences that are autocorrelated. */

/** Shortest block: below it blocks would cut up what neighbours say to each other. */
const MIN_BLOCK = 8;
/** At least this many blocks, so that there is something to permute. */
const MIN_BLOCKS = 6;
const MAX_LAG = 60;

/** Length of the blocks that are permuted: as `memoryOf`, up to the longest. @param all events of the whole sequence */
export function blockLength(baseline: ArrayLike<number>, all: number): number {
  return Math.max(1, Math.min(memoryOf(baseline), longestBlock(all)));
}

/** The longest block of so many events of which there are enough to permute. */
export const longestBlock = (all: number): number => Math.floor(all / MIN_BLOCKS);

/**
 * Length of the blocks that keep the autocorrelation of a sequence, however few of them there are: twice the first lag
 * at which that of the baseline is within 2 / sqrt(n) of 0, from 8 events on.
 * @param baseline the part in control only: the change in question must not count as memory
 */
export function memoryOf(baseline: ArrayLike<number>): number {
  const n = baseline.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += baseline[i] / n;
  let variance = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    variance += (baseline[i] - mean) ** 2;
    squares += baseline[i] ** 2;
  }
  let lag = 1;
  // What rounding leaves of a constant is no memory.
  if (variance > 1e-24 * squares) {
    const limit = 2 / Math.sqrt(n);
    for (; lag < Math.min(MAX_LAG, n - 1); lag++) {
      let sum = 0;
      for (let i = lag; i < n; i++) sum += (baseline[i] - mean) * (baseline[i - lag] - mean);
      if (Math.abs(sum / variance) < limit) break;
    }
  }
  return Math.max(MIN_BLOCK, 2 * lag);
}

/**
 * An endless supply of block permutations of positions 0..n-1, written to one array: the sequence is taken as a ring,
 * cut into blocks from a random position on, and the blocks are shuffled (Fisher-Yates).
 */
export function blockPermutations(n: number, block: number, random: () => number): () => Int32Array {
  const count = Math.ceil(n / block);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const positions = new Int32Array(n);
  return () => {
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    const start = Math.floor(random() * n);
    let at = 0;
    for (const b of order) {
      const end = Math.min(n, (b + 1) * block);
      for (let i = b * block; i < end; i++) positions[at++] = (start + i) % n;
    }
    return positions;
  };
}

/** The statistic of as many permutations of blocks, in the order drawn: what it is where nothing changed. */
export function nullDistribution(
  n: number,
  block: number,
  permutations: number,
  random: () => number,
  statistic: (positions: Int32Array) => number,
): Float64Array {
  const next = blockPermutations(n, block, random);
  return Float64Array.from({ length: permutations }, () => statistic(next()));
}

/**
 * Share of permutations whose statistic is at least the observed one, with the observed one counted among them (Phipson
 * & Smyth 2010), so never 0.
 * @param drawn the null distribution of a statistic that is larger = further from no difference
 */
export function shareReached(observed: number, drawn: Float64Array): number {
  let reached = 1;
  for (const value of drawn) if (value >= observed - 1e-12) reached += 1;
  return reached / (drawn.length + 1);
}

/** Holm's step-down correction (Holm 1979): p-values adjusted for being looked at together, in the order given. */
export function holm(p: readonly number[]): number[] {
  const order = p.map((_, i) => i).sort((a, b) => p[a] - p[b]);
  const adjusted = new Array<number>(p.length);
  let largest = 0;
  order.forEach((i, rank) => {
    largest = Math.max(largest, Math.min(1, (p.length - rank) * p[i]));
    adjusted[i] = largest;
  });
  return adjusted;
}
