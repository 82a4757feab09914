import {
  changeStateBytes, slotOf, slotsAt, touch, widthOf, FIRED, FROZEN, MESSAGES, ONSET, OPEN, PEAK, POSITIONS,
  RING, SLOTS,
} from './changeState';

/**
 * The machine of lasting change (docs/methods.md 14): conversations of a stream, windows of its newest messages against
 * what was before them, Bayes factors by axis, and the alerts that follow. Vectors are f64 of `width` entries, the axes
 * and, where their number is odd, one that weighs nothing.
 */

/** A record: [0 fired, 1 cleared][stream][onset][fired][cleared][peak], then the window. */
const RECORD: usize = 48;
const REARM: f64 = 0.5;
const CLIP_MESSAGE: f64 = 3.5;
const CLIP_CONVERSATION: f64 = 3;
/** Keeps 0 / 0 away where a window has learned nothing of an axis; lost beside anything else. */
const TINY: f64 = 1e-200;
/** A product above this is scaled down by 2^-500. */
const LARGE: f64 = 1e150;
const SCALE: f64 = 3.054936363499605e-151;
const LN_SCALE: f64 = 346.5735902799726;

/** Product of the last window's factors: `product` times 2^(500 `scaled`). */
let product: f64 = 0;
let scaled: f64 = 0;
let written: i32 = 0;

/** Bytes of a record of an alert. */
export function changeRecordBytes(axes: i32): usize {
  return RECORD + 4 * widthOf(axes);
}

/** Records written by the last call of `change`. */
export function changeRecords(): i32 {
  return written;
}

/**
 * z = clip(H (f - m), +-3.5); a feature that is not finite stands for the mean.
 * @param y scratch of two vectors, the second of which is z
 */
function standardise(axes: i32, bytes: usize, features: usize, single: i32, mean: usize, root: usize, y: usize): void {
  for (let a: i32 = 0; a < axes; a++) {
    const at = <usize>a << 3;
    const feature = single ? <f64>load<f32>(features + (<usize>a << 2)) : load<f64>(features + at);
    const value = feature - load<f64>(mean + at);
    store<f64>(y + at, value - value == 0 ? value : 0);
  }
  const z = y + bytes;
  const end = y + (<usize>axes << 3);
  const most = f64x2.splat(CLIP_MESSAGE);
  const least = f64x2.splat(-CLIP_MESSAGE);
  let row: usize = 0;
  for (; row + 64 <= bytes; row += 64) {
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let s2 = f64x2.splat(0);
    let s3 = f64x2.splat(0);
    let h = root + row;
    for (let at = y; at < end; at += 8) {
      const v = v128.load64_splat(at);
      s0 = f64x2.add(s0, f64x2.mul(v, v128.load(h)));
      s1 = f64x2.add(s1, f64x2.mul(v, v128.load(h, 16)));
      s2 = f64x2.add(s2, f64x2.mul(v, v128.load(h, 32)));
      s3 = f64x2.add(s3, f64x2.mul(v, v128.load(h, 48)));
      h += bytes;
    }
    v128.store(z + row, f64x2.pmax(least, f64x2.pmin(most, s0)));
    v128.store(z + row, f64x2.pmax(least, f64x2.pmin(most, s1)), 16);
    v128.store(z + row, f64x2.pmax(least, f64x2.pmin(most, s2)), 32);
    v128.store(z + row, f64x2.pmax(least, f64x2.pmin(most, s3)), 48);
  }
  for (; row < bytes; row += 16) {
    let sum = f64x2.splat(0);
    let h = root + row;
    for (let at = y; at < end; at += 8) {
      sum = f64x2.add(sum, f64x2.mul(v128.load64_splat(at), v128.load(h)));
      h += bytes;
    }
    v128.store(z + row, f64x2.pmax(least, f64x2.pmin(most, sum)));
  }
}

/** u of a conversation's mean: clip((mean - mu) sqrt(i), +-3) sqrt(i). */
@inline
function share(mean: v128, centre: v128, information: v128): v128 {
  const root = f64x2.sqrt(information);
  const score = f64x2.mul(f64x2.sub(mean, centre), root);
  const clipped = f64x2.pmax(f64x2.splat(-CLIP_CONVERSATION), f64x2.pmin(f64x2.splat(CLIP_CONVERSATION), score));
  return f64x2.mul(clipped, root);
}

/** Takes z into its conversation, and what that adds to U and I from `last` into `now`. */
function take(
  bytes: usize, z: usize, count: i32, sum: usize, within: usize, between: usize, centre: usize, last: usize, now: usize,
): void {
  const one = f64x2.splat(1);
  const after = f64x2.splat(1.0 / <f64>(count + 1));
  const before = f64x2.splat(count > 0 ? 1.0 / <f64>count : 0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const b = v128.load(between + at);
    const w = v128.load(within + at);
    const mu = v128.load(centre + at);
    const old = v128.load(sum + at);
    const grown = f64x2.add(old, v128.load(z + at));
    v128.store(sum + at, grown);
    let information = f64x2.div(one, f64x2.add(b, f64x2.mul(w, after)));
    let u = share(f64x2.mul(grown, after), mu, information);
    if (count > 0) {
      const known = f64x2.div(one, f64x2.add(b, f64x2.mul(w, before)));
      u = f64x2.sub(u, share(f64x2.mul(old, before), mu, known));
      information = f64x2.sub(information, known);
    }
    const from = last + 2 * at;
    const to = now + 2 * at;
    v128.store(to, f64x2.add(v128.load(from), u));
    v128.store(to, f64x2.add(v128.load(from, 16), information), 16);
  }
}

/**
 * The product over the axes of 1 - pi + pi BF, of U and I at `now` over those at `lo`, against all before `before`. BF
 * over one common denominator: with r = B + J, q = r + tau^2 J B, F = (B dU - J U_0)^2, N = nu J B r + F and
 * M = nu J B q + F, it is sqrt(N / M) t^10 for nu = 20 and sqrt(t N / M) t^3 for nu = 7, t = (q N) / (r M).
 */
@inline
function weigh(
  bytes: usize, now: usize, lo: usize, before: usize, known: usize, rolling: bool, light: bool, tau2: f64, pi: f64,
): void {
  const ties = f64x2.splat(tau2);
  const nu = f64x2.splat(light ? 20 : 7);
  const none = f64x2.splat(1 - pi);
  const some = f64x2.splat(pi);
  const one = f64x2.splat(1);
  const tiny = f64x2.splat(TINY);
  const large = f64x2.splat(LARGE);
  let total = one;
  let times: f64 = 0;
  const end = known + bytes;
  while (known < end) {
    const loU = v128.load(lo);
    const loI = v128.load(lo, 16);
    const d = f64x2.sub(v128.load(now), loU);
    const j = f64x2.sub(v128.load(now, 16), loI);
    const u0 = rolling ? loU : v128.load(before);
    const b = f64x2.add(v128.load(known), rolling ? loI : v128.load(before, 16));
    const r = f64x2.add(b, j);
    const jb = f64x2.mul(j, b);
    const q = f64x2.add(r, f64x2.mul(ties, jb));
    const root = f64x2.sub(f64x2.mul(d, b), f64x2.mul(j, u0));
    const f = f64x2.add(f64x2.mul(root, root), tiny);
    const base = f64x2.mul(nu, jb);
    const n = f64x2.add(f64x2.mul(base, r), f);
    const m = f64x2.add(f64x2.mul(base, q), f);
    const share = f64x2.div(n, f64x2.mul(m, r));
    const x = f64x2.mul(share, r);
    const t = f64x2.mul(share, q);
    const t2 = f64x2.mul(t, t);
    let factor: v128;
    if (light) {
      const t4 = f64x2.mul(t2, t2);
      factor = f64x2.mul(f64x2.sqrt(x), f64x2.mul(f64x2.mul(t4, t4), t2));
    } else {
      factor = f64x2.mul(f64x2.sqrt(f64x2.mul(x, t)), f64x2.mul(t2, t));
    }
    total = f64x2.mul(total, f64x2.add(none, f64x2.mul(some, factor)));
    const over = f64x2.gt(total, large);
    if (v128.any_true(over)) {
      total = f64x2.mul(total, v128.bitselect(f64x2.splat(SCALE), one, over));
      times += <f64>popcnt(i64x2.bitmask(over));
    }
    now += 32;
    lo += 32;
    if (!rolling) before += 32;
    known += 16;
  }
  product = f64x2.extract_lane(total, 0) * f64x2.extract_lane(total, 1);
  scaled = times;
}

/** The windows of 4 to 64 messages: 4 << g, and their weights. */
@inline
function weightOf(g: i32): f64 {
  return g == 0 ? 6 : <f64>(3 << g);
}

/** The window with the largest product of the last `statistic`. */
let heaviest: i32 = 0;

/** S of a stream, of its windows against `before`, or each against all before it where that is 0. */
function statistic(
  state: usize, bytes: usize, known: usize, before: usize, degrees: i32, tau2: f64, pi: f64, scratch: usize,
): f64 {
  const ring = state + FROZEN + 2 * bytes;
  const messages = load<i32>(state, MESSAGES);
  const now = ring + <usize>(messages % RING) * 2 * bytes;
  let sum: f64 = 0;
  let most: f64 = -Infinity;
  let any: f64 = 0;
  for (let g: i32 = 0; g < 5; g++) {
    const lo = ring + <usize>((messages - (4 << g) + RING) % RING) * 2 * bytes;
    if (before == 0) {
      if (degrees == 20) weigh(bytes, now, lo, lo, known, true, true, tau2, pi);
      else weigh(bytes, now, lo, lo, known, true, false, tau2, pi);
    } else {
      if (degrees == 20) weigh(bytes, now, lo, before, known, false, true, tau2, pi);
      else weigh(bytes, now, lo, before, known, false, false, tau2, pi);
    }
    const weight = weightOf(g) * product;
    any += scaled;
    store<f64>(scratch + (<usize>g << 4), weight);
    store<f64>(scratch + (<usize>g << 4), scaled, 8);
    sum += weight;
    if (weight >= most) {
      most = weight;
      heaviest = g;
    }
  }
  if (any == 0) return Math.log(sum);
  most = -Infinity;
  for (let g: i32 = 0; g < 5; g++) {
    const at = scratch + (<usize>g << 4);
    const own = Math.log(load<f64>(at)) + load<f64>(at, 8) * LN_SCALE;
    store<f64>(at, own);
    if (own >= most) {
      most = own;
      heaviest = g;
    }
  }
  sum = 0;
  for (let g: i32 = 0; g < 5; g++) sum += Math.exp(load<f64>(scratch + (<usize>g << 4)) - most);
  return most + Math.log(sum);
}

@inline
function record(to: usize, kind: f64, stream: i32, state: usize, cleared: f64): void {
  store<f64>(to, kind);
  store<f64>(to, <f64>stream, 8);
  store<f64>(to, load<f64>(state, ONSET), 16);
  store<f64>(to, load<f64>(state, FIRED), 24);
  store<f64>(to, cleared, 32);
  store<f64>(to, load<f64>(state, PEAK), 40);
}

/** Writes window g of a stream: the growth of U and I over it, then U_0 and I_0. */
export function changeWindow(state: usize, axes: i32, g: i32, to: usize): void {
  const bytes = widthOf(axes);
  const ring = state + FROZEN + 2 * bytes;
  const messages = load<i32>(state, MESSAGES);
  const now = ring + <usize>(messages % RING) * 2 * bytes;
  const lo = ring + <usize>((messages - (4 << g) + RING) % RING) * 2 * bytes;
  for (let at: usize = 0; at < 2 * bytes; at += 8) store<f64>(to + at, load<f64>(now + at) - load<f64>(lo + at));
  memory.copy(to + 2 * bytes, load<i32>(state, OPEN) ? state + FROZEN : lo, 2 * bytes);
}

/** Opens an alert: the window is written down, and what was before it is frozen. */
function fire(state: usize, axes: i32, stream: i32, position: f64, s: f64, to: usize): void {
  const bytes = widthOf(axes);
  const messages = load<i32>(state, MESSAGES);
  const first = max(1, messages - (4 << heaviest) + 1);
  store<f64>(state, load<f64>(state + POSITIONS + (<usize>(first % RING) << 3)), ONSET);
  store<f64>(state, position, FIRED);
  store<f64>(state, s, PEAK);
  record(to, 0, stream, state, -1);
  changeWindow(state, axes, heaviest, to + RECORD);
  memory.copy(state + FROZEN, to + RECORD + 2 * bytes, 2 * bytes);
  store<i32>(state, 1, OPEN);
}

/**
 * Events [from, to), until `capacity` records are written.
 * @param model of each stream with a state: mean, A and mu, f64 3 x width
 * @param place i32 per stream: which state and model it has, -1 = none
 * @param only u8 per stream: 0 = its events are passed over and nothing is written for them; a null pointer = all
 * @param features rows of `axes`, f64, or f32 where `single`; read for counted events of streams with a state
 * @param conversation i32 per event, -1 = not counted
 * @param origin position of event 0, for the alerts
 * @param scratch two vectors, and 80 bytes
 * @param values S of each event, NaN = none
 * @param rolling S with every window against all before it, whatever alert is open; a null pointer = not wanted
 * @returns the event after the last one taken in
 */
export function change(
  from: i32, to: i32, axes: i32, degrees: i32, tau2: f64, pi: f64, limit: f64,
  root: usize, within: usize, between: usize, model: usize, place: usize, only: usize,
  stream: usize, conversation: usize, features: usize, single: i32, origin: f64,
  states: usize, scratch: usize, values: usize, rolling: usize, records: usize, capacity: i32,
): i32 {
  const bytes = widthOf(axes);
  const stateBytes = changeStateBytes(axes);
  const recordBytes = changeRecordBytes(axes);
  const row = <usize>axes << (single ? 2 : 3);
  const z = scratch + bytes;
  written = 0;
  let i = from;
  for (; i < to && written < capacity; i++) {
    const code = load<i32>(stream + (<usize>i << 2));
    if (only != 0 && load<u8>(only + <usize>code) == 0) continue;
    const own = load<i32>(place + (<usize>code << 2));
    const key = load<i32>(conversation + (<usize>i << 2));
    if (own < 0 || key < 0) {
      store<f64>(values + (<usize>i << 3), NaN);
      if (rolling != 0) store<f64>(rolling + (<usize>i << 3), NaN);
      continue;
    }
    const state = states + <usize>own * stateBytes;
    const mean = model + <usize>own * 3 * bytes;
    const known = mean + bytes;
    standardise(axes, bytes, features + <usize>i * row, single, mean, root, scratch);

    const slot = slotOf(state, bytes, key);
    touch(state, bytes, slot);
    const count = state + slotsAt(bytes) + <usize>SLOTS * 4 + (<usize>slot << 2);
    const sum = state + slotsAt(bytes) + <usize>SLOTS * 12 + <usize>slot * bytes;
    const spoken = load<i32>(count);
    const messages = load<i32>(state, MESSAGES) + 1;
    const ring = state + FROZEN + 2 * bytes;
    const last = ring + <usize>((messages - 1) % RING) * 2 * bytes;
    const now = ring + <usize>(messages % RING) * 2 * bytes;
    take(bytes, z, spoken, sum, within, between, known + bytes, last, now);
    store<i32>(count, spoken + 1);
    store<i32>(state, messages, MESSAGES);
    store<f64>(state + POSITIONS + (<usize>(messages % RING) << 3), origin + <f64>i);

    const open = load<i32>(state, OPEN);
    const before = open ? state + FROZEN : 0;
    const s = statistic(state, bytes, known, before, degrees, tau2, pi, scratch + 2 * bytes);
    store<f64>(values + (<usize>i << 3), s);
    if (open) {
      if (s > load<f64>(state, PEAK)) store<f64>(state, s, PEAK);
      if (s < REARM * limit) {
        store<i32>(state, 0, OPEN);
        record(records + <usize>written * recordBytes, 1, code, state, origin + <f64>i);
        written++;
      }
    } else if (s > limit) {
      fire(state, axes, code, origin + <f64>i, s, records + <usize>written * recordBytes);
      written++;
    }
    if (rolling != 0) {
      const free = open ? statistic(state, bytes, known, 0, degrees, tau2, pi, scratch + 2 * bytes) : s;
      store<f64>(rolling + (<usize>i << 3), free);
    }
  }
  return i;
}
