import { UMAP } from 'umap-js';
import type { OnProgress } from '../core/progress.ts';
import { mulberry32 } from '../core/random.ts';

/** Points to lay out: row-major n x k. */
export interface UmapRequest {
  readonly x: Float32Array;
  readonly k: number;
}

export interface UmapLayout {
  /** Row-major n x 2, in the order of the points. */
  readonly positions: Float32Array;
  /** Points that UMAP itself placed; the others stand among the nearest of these. */
  readonly fitted: number;
  /**
   * Of a fitted point's nearest neighbours, the share that is among its nearest on the map too; NaN below 30 points.
   */
  readonly neighboursKept: number;
  readonly neighbours: number;
}

/** Points that UMAP optimises: beyond these a layout takes minutes, and looks the same. */
const MOST_FITTED = 3000;
const NEIGHBOURS = 15;
const NEAREST = 5;
const EPOCHS = 300;
/** Points whose neighbours are compared between the axes and the map. */
const CHECKED = 400;
const SEED = 20260301;
const PROGRESS_EVERY = 512;

/**
 * Lays points out by UMAP (McInnes, Healy & Melville 2018), always the same way for the same points: exact nearest
 * neighbours, seeded optimisation. Of more than `MOST_FITTED` points an even selection is fitted; each other point
 * stands at the distance-weighted mean of its 5 nearest fitted ones.
 */
export function umapLayout({ x, k }: UmapRequest, onProgress: OnProgress): UmapLayout {
  const n = x.length / k;
  const m = Math.min(n, MOST_FITTED);
  if (n < 4)
    return {
      positions: Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? i / 2 : 0)),
      fitted: n,
      neighboursKept: Number.NaN,
      neighbours: 0,
    };
  const chosen = Int32Array.from({ length: m }, (_, j) => Math.floor((j * n) / m));
  const points = gather(x, k, chosen);
  const neighbours = Math.min(NEIGHBOURS, m - 1);

  const indices: number[][] = [];
  const distances: number[][] = [];
  for (let i = 0; i < m; i += 1) {
    // umap-js counts the point itself as its first neighbour.
    const found = nearest(points, k, points.subarray(i * k, (i + 1) * k), neighbours, i);
    indices.push([i, ...found.indices]);
    distances.push([0, ...found.distances]);
    if (i % PROGRESS_EVERY === 0) onProgress({ phase: 'Finding neighbours', fraction: (0.2 * i) / m });
  }

  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: neighbours + 1,
    minDist: 0.1,
    nEpochs: EPOCHS,
    random: mulberry32(SEED),
  });
  umap.setPrecomputedKNN(indices, distances);
  const epochs = umap.initializeFit(
    Array.from({ length: m }, (_, i) => Array.from(points.subarray(i * k, (i + 1) * k))),
  );
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    umap.step();
    if (epoch % 5 === 0)
      onProgress({ phase: 'Laying out', fraction: 0.2 + (0.6 * epoch) / epochs, detail: `step ${epoch} of ${epochs}` });
  }
  const fitted = Float32Array.from(umap.getEmbedding().flat());

  const positions = new Float32Array(2 * n);
  let next = 0;
  for (let i = 0; i < n; i += 1) {
    if (chosen[next] === i) {
      positions.set(fitted.subarray(2 * next, 2 * next + 2), 2 * i);
      next += 1;
      continue;
    }
    place(positions, i, fitted, nearest(points, k, x.subarray(i * k, (i + 1) * k), NEAREST, -1));
    if (i % PROGRESS_EVERY === 0) onProgress({ phase: 'Placing the other points', fraction: 0.8 + (0.2 * i) / n });
  }
  return { positions, fitted: m, neighbours, neighboursKept: neighboursKept(fitted, indices, neighbours) };
}

interface Nearest {
  readonly indices: number[];
  readonly distances: number[];
}

/** The `count` points nearest to `at`, nearest first, without the point `but`. */
function nearest(points: Float32Array, k: number, at: Float32Array, count: number, but: number): Nearest {
  const indices: number[] = [];
  const squares: number[] = [];
  const n = points.length / k;
  for (let i = 0; i < n; i += 1) {
    if (i === but) continue;
    const worst = indices.length === count ? squares[count - 1] : Number.POSITIVE_INFINITY;
    let square = 0;
    for (let a = 0, p = i * k; a < k && square < worst; a += 1, p += 1) square += (points[p] - at[a]) ** 2;
    if (square >= worst) continue;
    let slot = indices.length === count ? count - 1 : indices.length;
    for (; slot > 0 && squares[slot - 1] > square; slot -= 1) {
      squares[slot] = squares[slot - 1];
      indices[slot] = indices[slot - 1];
    }
    squares[slot] = square;
    indices[slot] = i;
  }
  return { indices, distances: squares.map(Math.sqrt) };
}

function place(positions: Float32Array, i: number, fitted: Float32Array, { indices, distances }: Nearest): void {
  let total = 0;
  let px = 0;
  let py = 0;
  indices.forEach((j, slot) => {
    const weight = 1 / (distances[slot] + 1e-6);
    total += weight;
    px += weight * fitted[2 * j];
    py += weight * fitted[2 * j + 1];
  });
  positions[2 * i] = px / total;
  positions[2 * i + 1] = py / total;
}

function neighboursKept(fitted: Float32Array, indices: readonly number[][], neighbours: number): number {
  const m = fitted.length / 2;
  if (m < 2 * NEIGHBOURS) return Number.NaN;
  const checked = Math.min(m, CHECKED);
  let kept = 0;
  for (let c = 0; c < checked; c += 1) {
    const i = Math.floor((c * m) / checked);
    const own = new Set(indices[i].slice(1));
    kept += nearest(fitted, 2, fitted.subarray(2 * i, 2 * i + 2), neighbours, i).indices.filter((j) =>
      own.has(j),
    ).length;
  }
  return kept / (checked * neighbours);
}

function gather(x: Float32Array, k: number, rows: Int32Array): Float32Array {
  const points = new Float32Array(rows.length * k);
  rows.forEach((row, i) => points.set(x.subarray(row * k, (row + 1) * k), i * k));
  return points;
}
