/** cost[i, j] = Euclidean distance of a[i] and b[j]. a, b f64 n x k; cost f64 n x n. */
export function euclideanCosts(a: usize, b: usize, n: i32, k: i32, cost: usize): void {
  const stride = <usize>k << 3;
  for (let i: i32 = 0; i < n; i++) {
    const ai = a + <usize>i * stride;
    for (let j: i32 = 0; j < n; j++) {
      const bj = b + <usize>j * stride;
      let sum: f64 = 0;
      for (let l: usize = 0; l < stride; l += 8) {
        const difference = load<f64>(ai + l) - load<f64>(bj + l);
        sum += difference * difference;
      }
      store<f64>(cost + ((<usize>i * <usize>n + <usize>j) << 3), Math.sqrt(sum));
    }
  }
}

/**
 * Exact linear assignment by shortest augmenting paths with dual prices (Jonker & Volgenant 1987), after a column
 * reduction. cost f64 n x n, finite; rowOf i32 n: receives the row of each column; columnOf i32 n: the column of each
 * row; scratch f64 2n (prices, distances) then i32 2n (predecessors, columns).
 */
export function assign(cost: usize, n: i32, rowOf: usize, columnOf: usize, scratch: usize): void {
  const price = scratch;
  const distance = price + (<usize>n << 3);
  const before = distance + (<usize>n << 3);
  const columns = before + (<usize>n << 2);
  const stride = <usize>n << 3;

  for (let i: i32 = 0; i < n; i++) store<i32>(columnOf + (<usize>i << 2), -1);
  for (let j: i32 = 0; j < n; j++) {
    let best: i32 = 0;
    let lowest = load<f64>(cost + (<usize>j << 3));
    for (let i: i32 = 1; i < n; i++) {
      const c = load<f64>(cost + <usize>i * stride + (<usize>j << 3));
      if (c < lowest) {
        lowest = c;
        best = i;
      }
    }
    store<f64>(price + (<usize>j << 3), lowest);
    const free = load<i32>(columnOf + (<usize>best << 2)) < 0;
    store<i32>(rowOf + (<usize>j << 2), free ? best : -1);
    if (free) store<i32>(columnOf + (<usize>best << 2), j);
  }

  for (let start: i32 = 0; start < n; start++) {
    if (load<i32>(columnOf + (<usize>start << 2)) >= 0) continue;
    // Dijkstra over columns: [0, scanned) have final distances, the rest are candidates.
    for (let j: i32 = 0; j < n; j++) {
      const at = <usize>j << 3;
      store<f64>(distance + at, load<f64>(cost + <usize>start * stride + at) - load<f64>(price + at));
      store<i32>(before + (<usize>j << 2), start);
      store<i32>(columns + (<usize>j << 2), j);
    }
    let scanned: i32 = 0;
    let end: i32 = -1;
    let length: f64 = 0;
    while (end < 0) {
      let nearest = scanned;
      length = load<f64>(distance + (<usize>load<i32>(columns + (<usize>scanned << 2)) << 3));
      for (let q = scanned + 1; q < n; q++) {
        const t = load<f64>(distance + (<usize>load<i32>(columns + (<usize>q << 2)) << 3));
        if (t < length) {
          length = t;
          nearest = q;
        }
      }
      const column = load<i32>(columns + (<usize>nearest << 2));
      store<i32>(columns + (<usize>nearest << 2), load<i32>(columns + (<usize>scanned << 2)));
      store<i32>(columns + (<usize>scanned << 2), column);
      const row = load<i32>(rowOf + (<usize>column << 2));
      if (row < 0) {
        end = column;
        break;
      }
      scanned++;
      const costs = cost + <usize>row * stride;
      const base = length - (load<f64>(costs + (<usize>column << 3)) - load<f64>(price + (<usize>column << 3)));
      for (let q = scanned; q < n; q++) {
        const j = load<i32>(columns + (<usize>q << 2));
        const at = <usize>j << 3;
        const through = base + load<f64>(costs + at) - load<f64>(price + at);
        if (through < load<f64>(distance + at)) {
          store<f64>(distance + at, through);
          store<i32>(before + (<usize>j << 2), row);
        }
      }
    }
    for (let q: i32 = 0; q < scanned; q++) {
      const at = <usize>load<i32>(columns + (<usize>q << 2)) << 3;
      store<f64>(price + at, load<f64>(price + at) + load<f64>(distance + at) - length);
    }
    let row: i32;
    do {
      row = load<i32>(before + (<usize>end << 2));
      store<i32>(rowOf + (<usize>end << 2), row);
      const next = load<i32>(columnOf + (<usize>row << 2));
      store<i32>(columnOf + (<usize>row << 2), end);
      end = next;
    } while (row != start);
  }
}
