/**
 * Sliced Earth Mover's Distance between recent windows (spec 6): tension and shift.
 * Each stream keeps sorted windows, one row an axis: its own newest coordinates, the newest of all other streams, and for shift its own and those of
 * the reference. A window is brought up to date when its stream speaks, by replacing the oldest values with the newest, and rebuilt when nothing of
 * it is left. A distance depends only on the values in the windows, so neither the path to them nor cuts of a run can change it.
 *
 * Window: [count i32][low i32][high i32][pad] then k rows of [4 x -inf][size values, +inf where empty, padded to 4][4 x +inf], f32.
 * `low` and `high` are ordinals (own, reference) of the first item and after the last; for the others' window `low` is the event of the oldest item,
 * `high` the next event to look at, and the ordinal after the last stands in the pad.
 * State of a stream: [own count i32][pad][ring i32 x 2 size: events of its newest][own][others][own for shift][reference].
 * State: [events with an embedding i32][pad], then the streams.
 */

const HEADER: usize = 16;

@inline
function rowBytes(size: i32): usize {
  return <usize>((((size + 3) & ~3) + 8) << 2);
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

/** Replaces one `old` by `value` in every row, which stays sorted; `old` 0 adds a value where there was none (+inf). Both point to k coordinates. */
function replace(window: usize, k: i32, size: i32, old: usize, value: usize): void {
  const bytes = rowBytes(size);
  const vectors = <usize>((size + 3) & ~3) << 2;
  let row = window + HEADER + 16;
  for (let a: usize = 0; a < <usize>k << 2; a += 4) {
    const out = old != 0 ? load<f32>(old + a) : <f32>Infinity;
    const v = v128.load32_splat(value + a);
    const o = f32x4.splat(out);
    if (load<f32>(value + a) > out) {
      for (let i: usize = 0; i < vectors; i += 16) {
        const w = v128.load(row + i);
        const moved = f32x4.pmax(w, f32x4.pmin(v128.load(row + i, 4), v));
        v128.store(row + i, v128.bitselect(moved, w, f32x4.ge(w, o)));
      }
    } else {
      let i = vectors;
      while (i > 0) {
        i -= 16;
        const w = v128.load(row + i);
        const moved = f32x4.pmin(w, f32x4.pmax(v128.load(row + i - 4), v));
        v128.store(row + i, v128.bitselect(moved, w, f32x4.le(w, o)));
      }
    }
    row += bytes;
  }
}

@inline
function lanes(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** Mean over axes and ranks of |a_(i) - b_(i)| over the first n values of two windows. */
function distance(a: usize, b: usize, k: i32, size: i32, n: i32): f64 {
  const bytes = rowBytes(size);
  const whole = <usize>(n & ~3) << 2;
  const end = <usize>n << 2;
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let tail: f64 = 0;
  let at = a + HEADER + 16;
  let bt = b + HEADER + 16;
  for (let axis = 0; axis < k; axis++) {
    for (let i: usize = 0; i < whole; i += 16) {
      const d = f32x4.abs(f32x4.sub(v128.load(at + i), v128.load(bt + i)));
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
function catchUpOwn(window: usize, k: i32, size: i32, n: i32, count: i32, ring: usize, x: usize): void {
  const width = <usize>k << 2;
  const capacity = 2 * size;
  let low = load<i32>(window, 4);
  const high = load<i32>(window, 8);
  const target = count - n;
  if (target >= high) {
    empty(window, k, size);
    for (let j = target; j < count; j++) replace(window, k, size, 0, x + <usize>load<i32>(ring + (<usize>(j % capacity) << 2)) * width);
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
    for (let j = low - 1; j >= target; j--) replace(window, k, size, 0, x + <usize>load<i32>(ring + (<usize>(j % capacity) << 2)) * width);
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

/** Brings the window to the newest `n` events of streams other than p before event `now`, of which there are `count`. */
function catchUpOthers(window: usize, k: i32, size: i32, n: i32, count: i32, p: i32, now: i32, stream: usize, isVoid: usize, x: usize): void {
  const width = <usize>k << 2;
  let oldest = load<i32>(window, 4);
  let fresh = count - load<i32>(window, 12);
  if (fresh >= n) {
    empty(window, k, size);
    let e = now;
    for (let j = 0; j < n; j++) {
      e = other(e - 1, -1, p, stream, isVoid);
      replace(window, k, size, 0, x + <usize>e * width);
    }
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
 * Events [from, to): tension against the newest events of all other streams, and from `referenceTo` on shift against the stream's own reference.
 * NaN for void events and while either window holds fewer than `minimum`; the larger window is cut to its newest.
 * @param referenceRows f32 S x size x k: each stream's newest reference events, oldest first
 * @param referenceCounts i32 S: how many of them there are
 */
export function transport(
  from: i32, to: i32, k: i32, size: i32, minimum: i32, x: usize, stream: usize, isVoid: usize,
  referenceTo: i32, referenceRows: usize, referenceCounts: usize, state: usize, tension: usize, shift: usize,
): void {
  const width = <usize>k << 2;
  const perWindow = windowBytes(k, size);
  let embedded = load<i32>(state);
  for (let i = from; i < to; i++) {
    let emd: f64 = NaN;
    let moved: f64 = NaN;
    if (load<u8>(isVoid + <usize>i) == 0) {
      embedded++;
      const p = load<i32>(stream + (<usize>i << 2));
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
        catchUpOwn(mine, k, size, n, count, ring, x);
        catchUpOthers(theirs, k, size, n, others, p, i, stream, isVoid, x);
        emd = distance(mine, theirs, k, size, n);
      }
      if (i >= referenceTo) {
        const available = load<i32>(referenceCounts + (<usize>p << 2));
        const m = min(held, available);
        if (m >= minimum) {
          let recent = mine;
          if (m != n) {
            recent = theirs + perWindow;
            catchUpOwn(recent, k, size, m, count, ring, x);
          }
          const reference = theirs + 2 * perWindow;
          const rows = referenceRows + <usize>p * <usize>size * width;
          for (let j = load<i32>(reference); j < m; j++) replace(reference, k, size, 0, rows + <usize>(available - 1 - j) * width);
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

/** Sliced EMD of two samples of n points each, f32 n x k row-major; `scratch` holds two windows of n. */
export function slicedEmd(k: i32, n: i32, a: usize, b: usize, scratch: usize): f64 {
  const other = scratch + windowBytes(k, n);
  empty(scratch, k, n);
  empty(other, k, n);
  for (let i: usize = 0; i < <usize>n; i++) {
    replace(scratch, k, n, 0, a + i * (<usize>k << 2));
    replace(other, k, n, 0, b + i * (<usize>k << 2));
  }
  return distance(scratch, other, k, n, n);
}

export function transportWindowBytes(k: i32, size: i32): usize {
  return windowBytes(k, size);
}
