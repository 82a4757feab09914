/** Permutation tests over sequences that are autocorrelated. */

/** Shortest block: below it blocks would cut up what neighbours say to each other. */
const MIN_BLOCK = 8;
/** At least this many blocks, so that there is something to permute. */
const MIN_BLOCKS = 6;
const MAX_LAG = 60;

/**
 * Length of the blocks that keep the autocorrelation of a sequence: twice the first lag at which that of the baseline
 * is within 2 / sqrt(n) of 0, from 8 events up to a sixth of the sequence.
 * @param baseline the part in control only: the change in question must not count as memory
 * @param all events of the whole sequence
 */
export function blockLength(baseline: ArrayLike<number>, all: number): number {
  const n = baseline.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += baseline[i] / n;
  let variance = 0;
  for (let i = 0; i < n; i++) variance += (baseline[i] - mean) ** 2;
  let lag = 1;
  if (variance > 0) {
    const limit = 2 / Math.sqrt(n);
    for (; lag < Math.min(MAX_LAG, n - 1); lag++) {
      let sum = 0;
      for (let i = lag; i < n; i++) sum += (baseline[i] - mean) * (baseline[i - lag] - mean);
      if (Math.abs(sum / variance) < limit) break;
    }
  }
  return Math.max(1, Math.min(Math.max(MIN_BLOCK, 2 * lag), Math.floor(all / MIN_BLOCKS)));
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

/**
 * Share of permutations whose statistic is at least the observed one, with the observed one counted among them (Phipson
 * & Smyth 2010), so never 0.
 * @param statistic of the sequence read in the order of the positions; larger = further from no difference
 */
export function permutationP(
  n: number,
  block: number,
  permutations: number,
  random: () => number,
  statistic: (positions: Int32Array) => number,
): number {
  const observed = statistic(Int32Array.from({ length: n }, (_, i) => i));
  const next = blockPermutations(n, block, random);
  let reached = 1;
  for (let i = 0; i < permutations; i++) if (statistic(next()) >= observed - 1e-12) reached++;
  return reached / (permutations + 1);
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
