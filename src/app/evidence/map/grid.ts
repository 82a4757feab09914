/** Points sorted into the cells of a grid, so that the nearest to a place is found without looking at all of them. */
export interface PointGrid {
  readonly positions: Float32Array;
  readonly columns: number;
  readonly rows: number;
  readonly bounds: Bounds;
  /** `order[starts[c] .. starts[c + 1])` are the points of cell c. */
  readonly starts: Uint32Array;
  readonly order: Uint32Array;
}

export interface Bounds {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** Points a cell holds on average. */
const PER_CELL = 8;

export function boundsOf(positions: Float32Array): Bounds {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < positions.length; i += 2) {
    left = Math.min(left, positions[i]);
    right = Math.max(right, positions[i]);
    bottom = Math.min(bottom, positions[i + 1]);
    top = Math.max(top, positions[i + 1]);
  }
  return left <= right ? { left, right, bottom, top } : { left: 0, right: 1, bottom: 0, top: 1 };
}

/** Of ascending values, the one below which a share of them lies, between two where need be. */
function quantile(sorted: Float32Array, share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

/**
 * Bounds that a few points far out do not rule: between the quantiles of `share` and 1 - `share` along either axis, and
 * `margin` of their distance beyond; those of all points where they are narrower.
 */
export function mostBounds(positions: Float32Array, share: number, margin: number): Bounds {
  const all = boundsOf(positions);
  if (positions.length === 0) return all;
  const along = (first: 0 | 1, low: number, high: number): readonly [number, number] => {
    const sorted = positions.filter((_, i) => i % 2 === first).sort();
    const [from, to] = [quantile(sorted, share), quantile(sorted, 1 - share)];
    const more = margin * (to - from);
    return [Math.max(low, from - more), Math.min(high, to + more)];
  };
  const [left, right] = along(0, all.left, all.right);
  const [bottom, top] = along(1, all.bottom, all.top);
  return { left, right, bottom, top };
}

/** @param positions interleaved x, y */
export function buildGrid(positions: Float32Array): PointGrid {
  const n = positions.length / 2;
  const bounds = boundsOf(positions);
  const side = Math.max(1, Math.round(Math.sqrt(n / PER_CELL)));
  const cellOf = (i: number) =>
    cell(positions[2 * i], bounds.left, bounds.right, side) +
    side * cell(positions[2 * i + 1], bounds.bottom, bounds.top, side);
  const starts = new Uint32Array(side * side + 1);
  for (let i = 0; i < n; i += 1) starts[cellOf(i) + 1] += 1;
  for (let c = 0; c < side * side; c += 1) starts[c + 1] += starts[c];
  const next = starts.slice();
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i += 1) order[next[cellOf(i)]++] = i;
  return { positions, columns: side, rows: side, bounds, starts, order };
}

const cell = (value: number, low: number, high: number, count: number): number =>
  high > low ? Math.min(count - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * count))) : 0;

/** The point nearest to (x, y) within `radius` that `wanted` accepts; -1 if there is none. */
export function nearestPoint(
  grid: PointGrid,
  x: number,
  y: number,
  radius: number,
  wanted: (i: number) => boolean,
): number {
  let best = -1;
  let least = radius * radius;
  forCells(grid, { left: x - radius, right: x + radius, bottom: y - radius, top: y + radius }, (i) => {
    const square = (grid.positions[2 * i] - x) ** 2 + (grid.positions[2 * i + 1] - y) ** 2;
    if (square <= least && wanted(i)) {
      least = square;
      best = i;
    }
  });
  return best;
}

/** Points in a rectangle that `wanted` accepts, ascending. */
export function pointsWithin(grid: PointGrid, box: Bounds, wanted: (i: number) => boolean): Uint32Array {
  const found: number[] = [];
  forCells(grid, box, (i) => {
    const [x, y] = [grid.positions[2 * i], grid.positions[2 * i + 1]];
    if (x >= box.left && x <= box.right && y >= box.bottom && y <= box.top && wanted(i)) found.push(i);
  });
  return Uint32Array.from(found).sort();
}

function forCells({ bounds, columns, rows, starts, order }: PointGrid, box: Bounds, visit: (i: number) => void): void {
  const [from, to] = [
    cell(box.left, bounds.left, bounds.right, columns),
    cell(box.right, bounds.left, bounds.right, columns),
  ];
  const [low, high] = [
    cell(box.bottom, bounds.bottom, bounds.top, rows),
    cell(box.top, bounds.bottom, bounds.top, rows),
  ];
  for (let row = low; row <= high; row += 1) {
    for (let at = starts[row * columns + from]; at < starts[row * columns + to + 1]; at += 1) visit(order[at]);
  }
}
