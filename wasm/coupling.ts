/**
 * Coupling between streams (docs/methods.md 6).
 * State, S streams: [cross f64 S x S][energy f64 S][scale f64 S = energy^-1/2][lastTime f64 S][last f32 S x k][pending
 * u8 S x S][seen u8 S].
 */

/**
 * Keeps the energy of a stream that repeats itself above zero; vanishes against any energy that coordinates can show.
 */
const ENERGY_RIDGE: f64 = 1e-100;

export function couplingStateBytes(streams: i32, k: i32): usize {
  const s = <usize>streams;
  return (((s * s + 3 * s) << 3) + (s * <usize>k << 2) + s * s + s + 15) & ~15;
}

export function couplingReset(state: usize, streams: i32, k: i32): void {
  memory.fill(state, 0, couplingStateBytes(streams, k));
  const s = <usize>streams;
  const energy = state + (s * s << 3);
  for (let q: usize = 0; q < s; q++) {
    store<f64>(energy + (q << 3), 1);
    store<f64>(energy + ((s + q) << 3), 1);
    store<f64>(energy + ((2 * s + q) << 3), NaN);
  }
}

/** Dot product of two f32 rows, summed in f64, two lanes. */
@inline
function dot(a: usize, b: usize, k: i32): f64 {
  let sum = f64x2.splat(0);
  let at = a;
  let bt = b;
  const pairs = a + (<usize>(k & ~1) << 2);
  while (at < pairs) {
    const a = f64x2.promote_low_f32x4(v128.load64_zero(at));
    const b = f64x2.promote_low_f32x4(v128.load64_zero(bt));
    sum = f64x2.add(sum, f64x2.mul(a, b));
    at += 8;
    bt += 8;
  }
  let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  if (k & 1) total += <f64>load<f32>(at) * <f64>load<f32>(bt);
  return total;
}

/**
 * Events [from, to): rho of the event's stream; NaN if there is one stream.
 * @param residual f32 n x k (rows of void events are not read)
 * @param previous i32 per event: the newest earlier event of the same thread that has an embedding, -1 = none; read in
 * turn matching only
 * @param turns events of the thread that count as a match; 0 = match by time within `window`
 */
export function coupling(
  from: i32, to: i32, k: i32, streams: i32, residual: usize, stream: usize,
  isVoid: usize, time: usize, window: usize, previous: usize,
  lambda: f64, turns: i32, state: usize, rho: usize,
): void {
  const s = <usize>streams;
  const cross = state;
  const energy = cross + (s * s << 3);
  const scale = energy + (s << 3);
  const lastTime = scale + (s << 3);
  const last = lastTime + (s << 3);
  const width = <usize>k << 2;
  const pending = last + s * width;
  const seen = pending + s * s;
  const perAxis = 1.0 / <f64>k;
  for (let i = from; i < to; i++) {
    const p = <usize>load<i32>(stream + (<usize>i << 2));
    const row = cross + (p * s << 3);
    if (load<u8>(isVoid + <usize>i) != 0) {
      for (let q: usize = 0; q < s; q++) {
        if (q == p) continue;
        const value = load<f64>(row + (q << 3));
        const next = value + lambda * (0 - value);
        store<f64>(row + (q << 3), next);
        store<f64>(cross + ((q * s + p) << 3), next);
      }
    } else {
      const r = residual + <usize>i * width;
      const own = load<f64>(energy + (p << 3));
      const grown = own + lambda * (dot(r, r, k) * perAxis + ENERGY_RIDGE - own);
      store<f64>(energy + (p << 3), grown);
      store<f64>(scale + (p << 3), 1.0 / Math.sqrt(grown));
      const now = load<f64>(time + (<usize>i << 3));
      const reach = load<f64>(window + (<usize>i << 3));
      if (turns > 0) {
        memory.fill(seen, 0, s);
        let e = load<i32>(previous + (<usize>i << 2));
        for (let t = 0; t < turns && e >= 0; t++) {
          store<u8>(seen + <usize>load<i32>(stream + (<usize>e << 2)), 1);
          e = load<i32>(previous + (<usize>e << 2));
        }
      }
      for (let q: usize = 0; q < s; q++) {
        if (q == p) continue;
        const matched = turns > 0 ? load<u8>(seen + q) != 0 : now - load<f64>(lastTime + (q << 3)) <= reach;
        const open = load<u8>(pending + p * s + q) != 0;
        if (matched || open) {
          let value = load<f64>(row + (q << 3));
          if (open) value += lambda * (0 - value);
          if (matched) {
            value += lambda * (dot(r, last + q * width, k) * perAxis - value);
            store<u8>(pending + q * s + p, 0);
          }
          store<f64>(row + (q << 3), value);
          store<f64>(cross + ((q * s + p) << 3), value);
        }
        store<u8>(pending + p * s + q, matched ? 0 : 1);
      }
      memory.copy(last + p * width, r, width);
      store<f64>(lastTime + (p << 3), now);
    }
    let sum: f64 = NaN;
    if (streams > 1) {
      sum = 0;
      for (let q: usize = 0; q < s; q++) {
        if (q != p) sum += load<f64>(row + (q << 3)) * load<f64>(scale + (q << 3));
      }
      sum *= load<f64>(scale + (p << 3)) / <f64>(streams - 1);
    }
    store<f64>(rho + (<usize>i << 3), sum);
  }
}

/** A_pq / sqrt(energy_p energy_q) of a state, row-major S x S into `matrix`, NaN on the diagonal. */
export function couplingMatrix(streams: i32, state: usize, matrix: usize): void {
  const s = <usize>streams;
  const scale = state + (s * s + s << 3);
  for (let p: usize = 0; p < s; p++) {
    for (let q: usize = 0; q < s; q++) {
      const at = (p * s + q) << 3;
      const scales = load<f64>(scale + (p << 3)) * load<f64>(scale + (q << 3));
      store<f64>(matrix + at, p == q ? NaN : load<f64>(state + at) * scales);
    }
  }
}
