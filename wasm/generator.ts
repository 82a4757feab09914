/**
 * Generator of the calibration harness (docs/methods.md 10). Random numbers: xoshiro256** (Blackman & Vigna 2018), four
 * of them, seeded in turn by splitmix64; normal variates: the ziggurat of 256 layers (Marsaglia & Tsang 2000, with
 * separate bits for layer and value after Doornik 2005); exp and ln are written out below, so every bit follows from
 * IEEE arithmetic and is the same in every engine.
 *
 * State, in bytes from its start: four generators of 32 (0 layout, 1 residuals, 2 latencies, 3 noise), ziggurat edges
 * f64[257], ziggurat ratios f64[256], centroids f64[4 x 8], lift f64[8 x 64] with orthonormal rows, scratch f64[8 + 4 x
 * 8 + 64].
 */
const PROVIDERS: i32 = 4;
const AXES: i32 = 8;
const DIMENSION: i32 = 64;
/** Bytes of a row of the lift. */
const ROW: usize = 64 * 8;

const LAYOUT: usize = 0;
const RESIDUALS: usize = 32;
const LATENCIES: usize = 64;
const NOISE: usize = 96;
const EDGES: usize = 128;
const RATIOS: usize = EDGES + 257 * 8;
const CENTROIDS: usize = RATIOS + 256 * 8;
const LIFT: usize = CENTROIDS + 4 * 8 * 8;
const SHARED: usize = LIFT + 8 * 64 * 8;
const OWN: usize = SHARED + 8 * 8;
const VECTOR: usize = OWN + 4 * 8 * 8;
const STATE_BYTES: usize = VECTOR + 64 * 8;

/**
 * Doubles of one slot in a schedule: centroid scale, axis scale, latency median, sigma and cap (ms), then scale, shared
 * and own weight of each provider.
 */
const SLOT_FIELDS: usize = 17;

/** Right edge and area of the 256 layers. */
const ZIGGURAT_R: f64 = 3.6541528853610088;
const ZIGGURAT_V: f64 = 0.004928673233974658;

export function generatorStateBytes(): usize {
  return STATE_BYTES;
}

/** Starts a ledger: seeds the generators, draws centroids (normal, `centroidScale` a coordinate) and lift. */
export function generatorInit(state: usize, seed: u64, centroidScale: f64): void {
  let s = seed;
  for (let i: usize = 0; i < 16; i++) {
    s += 0x9e3779b97f4a7c15;
    let z = s;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    store<u64>(state + (i << 3), z ^ (z >> 31));
  }
  zigguratInit(state);
  for (let i: i32 = 0; i < PROVIDERS * AXES; i++) {
    store<f64>(state + CENTROIDS + (<usize>i << 3), centroidScale * normal(state, LAYOUT));
  }
  for (let i: i32 = 0; i < AXES * DIMENSION; i++) store<f64>(state + LIFT + (<usize>i << 3), normal(state, LAYOUT));
  for (let i: i32 = 0; i < AXES; i++) orthonormaliseRow(state + LIFT, i);
}

/** Gram-Schmidt twice, then unit length. */
function orthonormaliseRow(lift: usize, row: i32): void {
  const r = lift + <usize>row * ROW;
  for (let pass: i32 = 0; pass < 2; pass++) {
    for (let i: i32 = 0; i < row; i++) {
      const other = lift + <usize>i * ROW;
      let dot: f64 = 0;
      for (let d: usize = 0; d < ROW; d += 8) dot += load<f64>(r + d) * load<f64>(other + d);
      for (let d: usize = 0; d < ROW; d += 8) store<f64>(r + d, load<f64>(r + d) - dot * load<f64>(other + d));
    }
  }
  let square: f64 = 0;
  for (let d: usize = 0; d < ROW; d += 8) square += load<f64>(r + d) * load<f64>(r + d);
  const norm = Math.sqrt(square);
  for (let d: usize = 0; d < ROW; d += 8) store<f64>(r + d, load<f64>(r + d) / norm);
}

/**
 * The next `slots` slots, four events each in the order of their latencies (ties by provider).
 * @param schedule f64 slots x 17, see SLOT_FIELDS
 * @param noise standard deviation of the isotropic noise in every one of the 64 dimensions
 * @param provider i32 out, provider of each event
 * @param latency i32 out, latency of each event in whole microseconds: it arrives that long after its slot began
 * @param latent f64 out, events x 8, centroid and residual before the lift; 0 leaves it out
 * @param embedding f32 out, events x 64
 */
export function generateSlots(
  state: usize, schedule: usize, slots: i32, noise: f64, provider: usize,
  latency: usize, latent: usize, embedding: usize,
): void {
  for (let slot: i32 = 0; slot < slots; slot++) {
    const plan = schedule + <usize>slot * (SLOT_FIELDS << 3);
    const event = <usize>slot * 4;
    drawResiduals(state);
    const l0 = drawLatency(state, plan), l1 = drawLatency(state, plan);
    const l2 = drawLatency(state, plan), l3 = drawLatency(state, plan);
    speak(state, plan, 0, event + rank(l1 < l0, l2 < l0, l3 < l0), l0, noise, provider, latency, latent, embedding);
    speak(state, plan, 1, event + rank(l0 <= l1, l2 < l1, l3 < l1), l1, noise, provider, latency, latent, embedding);
    speak(state, plan, 2, event + rank(l0 <= l2, l1 <= l2, l3 < l2), l2, noise, provider, latency, latent, embedding);
    speak(state, plan, 3, event + rank(l0 <= l3, l1 <= l3, l2 <= l3), l3, noise, provider, latency, latent, embedding);
  }
}

@inline
function rank(a: bool, b: bool, c: bool): usize {
  return <usize>a + <usize>b + <usize>c;
}

function drawResiduals(state: usize): void {
  for (let i: usize = 0; i < (8 + 32) << 3; i += 8) store<f64>(state + SHARED + i, normal(state, RESIDUALS));
}

function drawLatency(state: usize, plan: usize): i32 {
  const ms = load<f64>(plan, 16) * exp(load<f64>(plan, 24) * normal(state, LATENCIES));
  return <i32>Math.floor(1000 * min(ms, load<f64>(plan, 32)) + 0.5);
}

function speak(
  state: usize, plan: usize, p: i32, event: usize, micros: i32, noise: f64,
  provider: usize, latency: usize, latent: usize, embedding: usize,
): void {
  store<i32>(provider + (event << 2), p);
  store<i32>(latency + (event << 2), micros);
  const centroid = load<f64>(plan), spread = load<f64>(plan, 8);
  const weights = plan + 40 + <usize>p * 24;
  const scale = load<f64>(weights), shared = load<f64>(weights, 8), own = load<f64>(weights, 16);
  const vector = state + VECTOR;
  for (let d: usize = 0; d < ROW; d += 8) store<f64>(vector + d, noise * normal(state, NOISE));
  for (let a: i32 = 0; a < AXES; a++) {
    const at = <usize>a << 3;
    const alone = load<f64>(state + OWN + (<usize>p << 6) + at);
    const residual = scale * (shared * load<f64>(state + SHARED + at) + own * alone);
    const x = centroid * load<f64>(state + CENTROIDS + (<usize>p << 6) + at) + (a === 0 ? residual : spread * residual);
    if (latent) store<f64>(latent + (event << 6) + at, x);
    const weight = f64x2.splat(x);
    const row = state + LIFT + <usize>a * ROW;
    for (let d: usize = 0; d < ROW; d += 16) {
      v128.store(vector + d, f64x2.add(v128.load(vector + d), f64x2.mul(weight, v128.load(row + d))));
    }
  }
  const out = embedding + (event << 8);
  for (let d: usize = 0; d < ROW; d += 16) {
    v128.store64_lane(out + (d >> 1), f32x4.demote_f64x2_zero(v128.load(vector + d)), 0);
  }
}

/** Edges x_0 .. x_256 of the layers (x_0 stands for the base with its tail) and the ratios x_(i+1) / x_i. */
function zigguratInit(state: usize): void {
  const x = state + EDGES;
  let f = exp(-0.5 * ZIGGURAT_R * ZIGGURAT_R);
  store<f64>(x, ZIGGURAT_V / f);
  store<f64>(x, ZIGGURAT_R, 8);
  for (let i: usize = 2; i < 256; i++) {
    const next = Math.sqrt(-2 * ln(ZIGGURAT_V / load<f64>(x + ((i - 1) << 3)) + f));
    store<f64>(x + (i << 3), next);
    f = exp(-0.5 * next * next);
  }
  store<f64>(x + (256 << 3), 0);
  for (let i: usize = 0; i < 256; i++) {
    store<f64>(state + RATIOS + (i << 3), load<f64>(x + ((i + 1) << 3)) / load<f64>(x + (i << 3)));
  }
}

/** A standard normal variate from the generator at `state + which`. */
function normal(state: usize, which: usize): f64 {
  while (true) {
    const bits = next(state + which);
    const layer = (<usize>bits & 255) << 3;
    const u = 2 * uniform(bits) - 1;
    const x = u * load<f64>(state + EDGES + layer);
    if (Math.abs(u) < load<f64>(state + RATIOS + layer)) return x;
    if (layer === 0) return normalTail(state + which, u < 0);
    const edge = load<f64>(state + EDGES + layer), inner = load<f64>(state + EDGES + layer, 8);
    const f0 = exp(-0.5 * (edge * edge - x * x));
    const f1 = exp(-0.5 * (inner * inner - x * x));
    if (f1 + uniform(next(state + which)) * (f0 - f1) < 1) return x;
  }
}

/** Beyond the last edge (Marsaglia 1964). */
function normalTail(generator: usize, negative: bool): f64 {
  while (true) {
    const x = -ln(uniform(next(generator))) / ZIGGURAT_R;
    const y = -ln(uniform(next(generator)));
    if (2 * y >= x * x) return negative ? -ZIGGURAT_R - x : ZIGGURAT_R + x;
  }
}

/** The top 52 bits as a number in the open interval (0, 1), exactly. */
@inline
function uniform(bits: u64): f64 {
  return (<f64>(<i64>(bits >> 12)) + 0.5) * (1.0 / 4503599627370496.0);
}

/** xoshiro256** */
@inline
function next(generator: usize): u64 {
  let s0 = load<u64>(generator), s1 = load<u64>(generator, 8);
  let s2 = load<u64>(generator, 16), s3 = load<u64>(generator, 24);
  const result = rotl<u64>(s1 * 5, 7) * 9;
  const t = s1 << 17;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= t;
  store<u64>(generator, s0);
  store<u64>(generator, s1, 8);
  store<u64>(generator, s2, 16);
  store<u64>(generator, rotl<u64>(s3, 45), 24);
  return result;
}

/** e^x for |x| < 700: x = k ln 2 + r, Taylor series of degree 13 in r. */
function exp(x: f64): f64 {
  const k = Math.floor(x * 1.4426950408889634 + 0.5);
  const r = x - k * 0.6931471803691238 - k * 1.9082149292705877e-10;
  let sum: f64 = 1;
  for (let i: i32 = 13; i > 0; i--) sum = 1 + (sum * r) / <f64>i;
  return sum * reinterpret<f64>((<u64>(<i64>k + 1023)) << 52);
}

/** ln x of a positive normal number: x = 2^e m with m about 1, ln m = 2 artanh((m - 1) / (m + 1)) by its series. */
function ln(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let e = <f64>(<i64>(bits >> 52) - 1023);
  let m = reinterpret<f64>((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e += 1;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let sum: f64 = 0;
  for (let i: i32 = 23; i > 0; i -= 2) sum = sum * z + 1.0 / <f64>i;
  return e * 0.6931471805599453 + 2 * s * sum;
}
