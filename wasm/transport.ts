/**
 * Sliced Earth Mover's Distance between recent windows (docs/methods.md 6): tension and shift.
 * Each stream keeps sorted windows, one row per axis: its own newest coordinates, the newest of all other streams, and
 * for shift its own and those of the reference. A window is brought up to date when its stream speaks, by replacing the
 * oldest values with the newest, or sorted anew when much of it is out of date. A distance depends only on the values
 * in the windows, so neither the path to them nor cuts of a run can change it.
 *
 * Window: [count i32][low i32][high i32][pad] then k rows of [4 x -inf][size values, +inf where empty, padded to 16][4
 * x +inf], f32.
 * `low` and `high` are ordinals (own, reference) of the first item and after the last; for the others' window `low` is
 * the event of the oldest item,
 * `high` the next event to look at, and the ordinal after the last stands in the pad.
 * State of a stream: [own count i32][pad][ring i32 x 2 size: events of its newest][own][others][own for
 * shift][reference]. State: [events with an embedding i32][pad], then the streams.
 */

const HEADER: usize = 16;
/** Sorting a window anew costs about as much as so many replacements. */
const SORT_FROM: i32 = 8;

@inline
function valueBytes(size: i32): usize {
  return <usize>((size + 15) & ~15) << 2;
}

@inline
function rowBytes(size: i32): usize {
  return valueBytes(size) + 32;
}

@inline
function windowBytes(k: i32, size: i32): usize {
  return HEADER + <usize>k * rowBytes(size);
}

@inline
function ringBytes(size: i32): usize {
  return (<usize>size << 3) + 15 & ~15;
}

@inline
function streamBytes(k: i32, size: i32): usize {
  return HEADER + ringBytes(size) + 4 * windowBytes(k, size);
}

export function transportStateBytes(streams: i32, k: i32, size: i32): usize {
  return HEADER + <usize>streams * streamBytes(k, size);
}

export function transportReset(state: usize, streams: i32, k: i32, size: i32): void {
  memory.fill(state, 0, transportStateBytes(streams, k, size));
  for (let s = 0; s < streams; s++) {
    let window = state + HEADER + <usize>s * streamBytes(k, size) + HEADER + ringBytes(size);
    for (let w = 0; w < 4; w++) {
      empty(window, k, size);
      window += windowBytes(k, size);
    }
  }
}

function empty(window: usize, k: i32, size: i32): void {
  memory.fill(window, 0, HEADER);
  const bytes = rowBytes(size);
  let row = window + HEADER;
  for (let a = 0; a < k; a++) {
    v128.store(row, f32x4.splat(-Infinity));
    for (let i: usize = 16; i < bytes; i += 16) v128.store(row + i, f32x4.splat(Infinity));
    row += bytes;
  }
}

@inline
function up(w: v128, next: v128, v: v128, o: v128): v128 {
  return v128.bitselect(f32x4.pmax(w, f32x4.pmin(next, v)), w, f32x4.ge(w, o));
}

@inline
function down(w: v128, before: v128, v: v128, o: v128): v128 {
  return v128.bitselect(f32x4.pmin(w, f32x4.pmax(before, v)), w, f32x4.le(w, o));
}

/**
 * Replaces one `old` by `value` in every row, which stays sorted; `old` 0 adds a value where there was none (+inf).
 * Both point to k coordinates.
 */
function replace(window: usize, k: i32, size: i32, old: usize, value: usize): void {
  const bytes = rowBytes(size);
  const end = valueBytes(size);
  let row = window + HEADER + 16;
  for (let a: usize = 0; a < <usize>k << 2; a += 4) {
    const out = old != 0 ? load<f32>(old + a) : <f32>Infinity;
    const v = v128.load32_splat(value + a);
    const o = f32x4.splat(out);
    if (load<f32>(value + a) > out) {
      let at = row;
      const stop = row + end;
      while (at < stop) {
        const w0 = up(v128.load(at), v128.load(at, 4), v, o);
        const w1 = up(v128.load(at, 16), v128.load(at, 20), v, o);
        const w2 = up(v128.load(at, 32), v128.load(at, 36), v, o);
        const w3 = up(v128.load(at, 48), v128.load(at, 52), v, o);
        v128.store(at, w0);
        v128.store(at, w1, 16);
        v128.store(at, w2, 32);
        v128.store(at, w3, 48);
        at += 64;
      }
    } else {
      let at = row + end;
      while (at > row) {
        at -= 64;
        const w3 = down(v128.load(at, 48), v128.load(at, 44), v, o);
        const w2 = down(v128.load(at, 32), v128.load(at, 28), v, o);
        const w1 = down(v128.load(at, 16), v128.load(at, 12), v, o);
        const w0 = down(v128.load(at), v128.load(at - 4), v, o);
        v128.store(at, w3, 48);
        v128.store(at, w2, 32);
        v128.store(at, w1, 16);
        v128.store(at, w0);
      }
    }
    row += bytes;
  }
}

/** Sorts n rows of four axes, each axis for itself: Batcher's odd-even merge sort (1968). */
function sortRows(rows: usize, n: i32): void {
  let merged = 1;
  for (let p = 1; p < n; p <<= 1, merged++) {
    for (let q = p; q >= 1; q >>= 1) {
      const reach = <usize>q << 4;
      for (let j = q & (p - 1); j + q < n; j += q << 1) {
        // Rows j .. j + q - 1 lie in one of the runs being merged, and so do those they are compared with.
        if (j >> merged != (j + q) >> merged) continue;
        let at = rows + (<usize>j << 4);
        const end = at + (<usize>min(q, n - j - q) << 4);
        while (at < end) {
          const a = v128.load(at);
          const b = v128.load(at + reach);
          v128.store(at, f32x4.pmin(a, b));
          v128.store(at + reach, f32x4.pmax(a, b));
          at += 16;
        }
      }
    }
  }
}

/** Fills the window with n rows of coordinates, `list` of pointers to them; `work` holds n rows of four axes. */
function fill(window: usize, k: i32, size: i32, n: i32, list: usize, work: usize): void {
  const bytes = rowBytes(size);
  const end = valueBytes(size);
  let row = window + HEADER + 16;
  for (let a = 0; a < k; a += 4) {
    const offset = <usize>a << 2;
    // The last four may reach beyond the k-th axis: those lanes are sorted for nothing.
    for (let j: usize = 0; j < <usize>n; j++) {
      v128.store(work + (j << 4), v128.load(<usize>load<u32>(list + (j << 2)) + offset));
    }
    sortRows(work, n);
    const axes = min(4, k - a);
    for (let lane = 0; lane < axes; lane++) {
      let from = work + (<usize>lane << 2);
      let to = row;
      const last = row + (<usize>n << 2);
      while (to < last) {
        store<f32>(to, load<f32>(from));
        from += 16;
        to += 4;
      }
      const stop = row + end;
      while (to < stop) {
        store<f32>(to, <f32>Infinity);
        to += 4;
      }
      row += bytes;
    }
  }
}

@inline
function lanes(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

@inline
function gap(a: usize, b: usize): v128 {
  return f32x4.abs(f32x4.sub(v128.load(a), v128.load(b)));
}

/**
 * Mean over axes and ranks of |a_(i) - b_(i)| over the first n values of two windows. Sums of four are taken in f32,
 * all others in f64.
 */
function distance(a: usize, b: usize, k: i32, size: i32, n: i32): f64 {
  const bytes = rowBytes(size);
  const whole = <usize>(n & ~15) << 2;
  const end = <usize>n << 2;
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let tail: f64 = 0;
  let at = a + HEADER + 16;
  let bt = b + HEADER + 16;
  for (let axis = 0; axis < k; axis++) {
    for (let i: usize = 0; i < whole; i += 64) {
      const d = f32x4.add(
        f32x4.add(gap(at + i, bt + i), gap(at + i + 16, bt + i + 16)),
        f32x4.add(gap(at + i + 32, bt + i + 32), gap(at + i + 48, bt + i + 48)),
      );
      low = f64x2.add(low, f64x2.promote_low_f32x4(d));
      high = f64x2.add(high, f64x2.promote_low_f32x4(i32x4.shuffle(d, d, 2, 3, 2, 3)));
    }
    for (let i = whole; i < end; i += 4) tail += <f64>abs(load<f32>(at + i) - load<f32>(bt + i));
    at += bytes;
    bt += bytes;
  }
  return (lanes(f64x2.add(low, high)) + tail) / (<f64>n * <f64>k);
}

/** Brings the window to the newest `n` of a stream's own events, of which there are `count`. */
function catchUpOwn(
  window: usize, k: i32, size: i32, n: i32, count: i32, ring: usize, x: usize, list: usize, work: usize,
): void {
  const width = <usize>k << 2;
  const capacity = 2 * size;
  const target = count - n;
  let low = load<i32>(window, 4);
  const high = load<i32>(window, 8);
  if (target >= high || count - high > SORT_FROM) {
    for (let j = target; j < count; j++) {
      const row = x + <usize>load<i32>(ring + (<usize>(j % capacity) << 2)) * width;
      store<u32>(list + (<usize>(j - target) << 2), <u32>row);
    }
    fill(window, k, size, n, list, work);
  } else {
    for (let j = high; j < count; j++) {
      const value = x + <usize>load<i32>(ring + (<usize>(j % capacity) << 2)) * width;
      if (low < target) {
        replace(window, k, size, x + <usize>load<i32>(ring + (<usize>(low % capacity) << 2)) * width, value);
        low++;
      } else {
        replace(window, k, size, 0, value);
      }
    }
    for (let j = low - 1; j >= target; j--) {
      replace(window, k, size, 0, x + <usize>load<i32>(ring + (<usize>(j % capacity) << 2)) * width);
    }
  }
  store<i32>(window, n);
  store<i32>(window, target, 4);
  store<i32>(window, count, 8);
}

/** The event of another stream, with an embedding, at or after `e` (`step` 1) or at or before it (-1). */
@inline
function other(e: i32, step: i32, p: i32, stream: usize, isVoid: usize): i32 {
  while (load<i32>(stream + (<usize>e << 2)) == p || load<u8>(isVoid + <usize>e) != 0) e += step;
  return e;
}

/**
 * Brings the window to the newest `n` events of streams other than p before event `now`, of which there are `count`.
 */
function catchUpOthers(
  window: usize, k: i32, size: i32, n: i32, count: i32, p: i32, now: i32,
  stream: usize, isVoid: usize, x: usize, list: usize, work: usize,
): void {
  const width = <usize>k << 2;
  let oldest = load<i32>(window, 4);
  let fresh = count - load<i32>(window, 12);
  if (fresh >= n || fresh > SORT_FROM) {
    let e = now;
    for (let j: usize = 0; j < <usize>n; j++) {
      e = other(e - 1, -1, p, stream, isVoid);
      store<u32>(list + (j << 2), <u32>(x + <usize>e * width));
    }
    fill(window, k, size, n, list, work);
    oldest = e;
  } else {
    let gone = load<i32>(window) + fresh - n;
    let e = load<i32>(window, 8) - 1;
    const first = oldest;
    while (fresh > 0) {
      e = other(e + 1, 1, p, stream, isVoid);
      if (gone > 0) {
        replace(window, k, size, x + <usize>oldest * width, x + <usize>e * width);
        oldest = other(oldest + 1, 1, p, stream, isVoid);
        gone--;
      } else {
        replace(window, k, size, 0, x + <usize>e * width);
      }
      fresh--;
    }
    oldest = gone < 0 ? first : oldest;
    while (gone < 0) {
      oldest = other(oldest - 1, -1, p, stream, isVoid);
      replace(window, k, size, 0, x + <usize>oldest * width);
      gone++;
    }
  }
  store<i32>(window, n);
  store<i32>(window, oldest, 4);
  store<i32>(window, now, 8);
  store<i32>(window, count, 12);
}

/**
 * Events [from, to): tension against the newest events of all other streams, and from `referenceTo` on shift against
 * the stream's own reference. NaN for void events and while either window holds fewer than `minimum`; the larger window
 * is cut to its newest.
 * @param only u8 per stream: 0 = its events count as others', and nothing is written for them; a null pointer = all
 * streams
 * @param referenceRows f32 S x size x k: each stream's newest reference events, oldest first
 * @param referenceCounts i32 S: how many of them there are
 * @param scratch `transportScratchBytes`
 */
export function transport(
  from: i32, to: i32, k: i32, size: i32, minimum: i32, x: usize, stream: usize, only: usize, isVoid: usize,
  referenceTo: i32, referenceRows: usize, referenceCounts: usize,
  state: usize, scratch: usize, tension: usize, shift: usize,
): void {
  const width = <usize>k << 2;
  const list = scratch + (<usize>size << 4);
  const perWindow = windowBytes(k, size);
  let embedded = load<i32>(state);
  for (let i = from; i < to; i++) {
    let emd: f64 = NaN;
    let moved: f64 = NaN;
    const p = load<i32>(stream + (<usize>i << 2));
    const embeds = load<u8>(isVoid + <usize>i) == 0;
    if (embeds) embedded++;
    if (only != 0 && load<u8>(only + <usize>p) == 0) continue;
    if (embeds) {
      const own = state + HEADER + <usize>p * streamBytes(k, size);
      const count = load<i32>(own) + 1;
      const ring = own + HEADER;
      store<i32>(own, count);
      store<i32>(ring + (<usize>((count - 1) % (2 * size)) << 2), i);
      const mine = ring + ringBytes(size);
      const theirs = mine + perWindow;
      const others = embedded - count;
      const held = min(size, count);
      const n = min(held, others);
      if (n >= minimum) {
        catchUpOwn(mine, k, size, n, count, ring, x, list, scratch);
        catchUpOthers(theirs, k, size, n, others, p, i, stream, isVoid, x, list, scratch);
        emd = distance(mine, theirs, k, size, n);
      }
      if (i >= referenceTo) {
        const available = load<i32>(referenceCounts + (<usize>p << 2));
        const m = min(held, available);
        if (m >= minimum) {
          let recent = mine;
          if (m != n) {
            recent = theirs + perWindow;
            catchUpOwn(recent, k, size, m, count, ring, x, list, scratch);
          }
          const reference = theirs + 2 * perWindow;
          const rows = referenceRows + <usize>p * <usize>size * width;
          for (let j = load<i32>(reference); j < m; j++) {
            replace(reference, k, size, 0, rows + <usize>(available - 1 - j) * width);
          }
          store<i32>(reference, m);
          moved = distance(recent, reference, k, size, m);
        }
      }
    }
    store<f64>(tension + (<usize>i << 3), emd);
    store<f64>(shift + (<usize>i << 3), moved);
  }
  store<i32>(state, embedded);
}

/** Rows of four axes and pointers to rows, for a window of `size`. */
export function transportScratchBytes(size: i32): usize {
  return <usize>size * 20;
}

export function transportWindowBytes(k: i32, size: i32): usize {
  return windowBytes(k, size);
}

/**
 * Sliced EMD of two samples of n points each, f32 n x k row-major; `scratch` holds two windows of n and their scratch.
 */
export function slicedEmd(k: i32, n: i32, a: usize, b: usize, scratch: usize): f64 {
  const other = scratch + windowBytes(k, n);
  const work = other + windowBytes(k, n);
  sample(k, n, a, scratch, work);
  sample(k, n, b, other, work);
  return distance(scratch, other, k, n, n);
}

function sample(k: i32, n: i32, points: usize, window: usize, work: usize): void {
  const list = work + (<usize>n << 4);
  for (let i: usize = 0; i < <usize>n; i++) store<u32>(list + (i << 2), <u32>(points + i * (<usize>k << 2)));
  fill(window, k, n, n, list, work);
}
