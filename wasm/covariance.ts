/**
 * Rows packed before the covariance is updated: 64 rows x 4 columns of f64 are 2 KiB, so that two tiles stay in the
 * first-level cache.
 */
const PANEL: i32 = 64;
const TILE_BYTES: usize = <usize>PANEL * 32;

/**
 * Adds `count` vectors to the sums and to the upper triangle of the scatter matrix, each shifted by the first vector of
 * its stream, which keeps the later subtraction of the means free of cancellation.
 * vectors f32 count x d; streams i32 count, each in [0, S); seen i32 S; shifts, sums f64 S x d; scatter f64 dp x dp, dp
 * = d rounded up to 4; panel f64 dp x 64. `seen`, `sums` and `scatter` start as zeros.
 */
export function covarianceAccumulate(
  vectors: usize, streams: usize, count: i32, d: i32, seen: usize,
  shifts: usize, sums: usize, scatter: usize, panel: usize,
): void {
  const dp = (d + 3) & ~3;
  clearPadding(panel, d, dp);
  let slot: i32 = 0;
  for (let row: i32 = 0; row < count; row++) {
    const stream = load<i32>(streams + (<usize>row << 2));
    const e = vectors + <usize>row * <usize>d * 4;
    const shift = shifts + <usize>stream * <usize>d * 8;
    const sum = sums + <usize>stream * <usize>d * 8;
    const counter = seen + (<usize>stream << 2);
    if (load<i32>(counter) == 0) {
      for (let l: i32 = 0; l < d; l++) store<f64>(shift + (<usize>l << 3), <f64>load<f32>(e + (<usize>l << 2)));
    }
    store<i32>(counter, load<i32>(counter) + 1);
    for (let l: i32 = 0; l < d; l++) {
      const at = <usize>l << 3;
      const x = <f64>load<f32>(e + (<usize>l << 2)) - load<f64>(shift + at);
      store<f64>(sum + at, load<f64>(sum + at) + x);
      store<f64>(panelAt(panel, slot, l), x);
    }
    if (++slot == PANEL) {
      updateUpper(panel, slot, scatter, dp, 1.0);
      slot = 0;
    }
  }
  if (slot > 0) updateUpper(panel, slot, scatter, dp, 1.0);
}

/**
 * Turns the scatter matrix into the pooled within-stream covariance (docs/methods.md 3), dense d x d from the same
 * address: takes the stream means off, divides by `degrees` = n - S, mirrors the upper triangle.
 */
export function covarianceFinish(
  scatter: usize, d: i32, seen: usize, sums: usize, streamCount: i32, degrees: f64, panel: usize,
): void {
  const dp = (d + 3) & ~3;
  clearPadding(panel, d, dp);
  let slot: i32 = 0;
  for (let stream: i32 = 0; stream < streamCount; stream++) {
    const count = load<i32>(seen + (<usize>stream << 2));
    if (count == 0) continue;
    const sum = sums + <usize>stream * <usize>d * 8;
    const scale = 1.0 / Math.sqrt(<f64>count);
    for (let l: i32 = 0; l < d; l++) store<f64>(panelAt(panel, slot, l), load<f64>(sum + (<usize>l << 3)) * scale);
    if (++slot == PANEL) {
      updateUpper(panel, slot, scatter, dp, -1.0);
      slot = 0;
    }
  }
  if (slot > 0) updateUpper(panel, slot, scatter, dp, -1.0);
  // Row i moves to a lower or equal address, so rows not yet read are never overwritten.
  for (let i: i32 = 0; i < d; i++) {
    for (let j: i32 = i; j < d; j++) {
      const value = load<f64>(scatter + ((<usize>i * <usize>dp + <usize>j) << 3)) / degrees;
      store<f64>(scatter + ((<usize>i * <usize>d + <usize>j) << 3), value);
    }
  }
  mirrorUpper(scatter, d);
}

/**
 * Copies the upper triangle of a dense n x n f64 matrix to the lower one, in squares of 16: column walks over thousands
 * of rows miss every cache.
 */
export function mirrorUpper(matrix: usize, n: i32): void {
  for (let top: i32 = 0; top < n; top += 16) {
    const bottom = min(top + 16, n);
    for (let left: i32 = 0; left <= top; left += 16) {
      for (let i = top; i < bottom; i++) {
        const right = min(left + 16, i);
        for (let j = left; j < right; j++) {
          const upper = load<f64>(matrix + ((<usize>j * <usize>n + <usize>i) << 3));
          store<f64>(matrix + ((<usize>i * <usize>n + <usize>j) << 3), upper);
        }
      }
    }
  }
}

/** Column l of the panel lies in tile l / 4, whose rows are 4 consecutive doubles. */
@inline
function panelAt(panel: usize, slot: i32, l: i32): usize {
  return panel + <usize>(l >> 2) * TILE_BYTES + (<usize>slot << 5) + (<usize>(l & 3) << 3);
}

function clearPadding(panel: usize, d: i32, dp: i32): void {
  for (let l = d; l < dp; l++) {
    for (let slot: i32 = 0; slot < PANEL; slot++) store<f64>(panelAt(panel, slot, l), 0);
  }
}

/** scatter += alpha * panel^T panel in 4 x 4 tiles on and above the diagonal. */
function updateUpper(panel: usize, rows: i32, scatter: usize, dp: i32, alpha: f64): void {
  const tiles = dp >> 2;
  const stride = <usize>dp << 3;
  const factor = f64x2.splat(alpha);
  for (let ti: i32 = 0; ti < tiles; ti++) {
    const left = panel + <usize>ti * TILE_BYTES;
    for (let tj = ti; tj < tiles; tj++) {
      let a = left;
      let b = panel + <usize>tj * TILE_BYTES;
      const end = b + (<usize>rows << 5);
      let s00 = f64x2.splat(0), s01 = f64x2.splat(0), s10 = f64x2.splat(0), s11 = f64x2.splat(0);
      let s20 = f64x2.splat(0), s21 = f64x2.splat(0), s30 = f64x2.splat(0), s31 = f64x2.splat(0);
      while (b < end) {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        const a0 = v128.load_splat<f64>(a);
        s00 = f64x2.add(s00, f64x2.mul(a0, b0));
        s01 = f64x2.add(s01, f64x2.mul(a0, b1));
        const a1 = v128.load_splat<f64>(a, 8);
        s10 = f64x2.add(s10, f64x2.mul(a1, b0));
        s11 = f64x2.add(s11, f64x2.mul(a1, b1));
        const a2 = v128.load_splat<f64>(a, 16);
        s20 = f64x2.add(s20, f64x2.mul(a2, b0));
        s21 = f64x2.add(s21, f64x2.mul(a2, b1));
        const a3 = v128.load_splat<f64>(a, 24);
        s30 = f64x2.add(s30, f64x2.mul(a3, b0));
        s31 = f64x2.add(s31, f64x2.mul(a3, b1));
        a += 32;
        b += 32;
      }
      let c = scatter + <usize>(ti << 2) * stride + (<usize>tj << 5);
      addPair(c, s00, s01, factor);
      c += stride;
      addPair(c, s10, s11, factor);
      c += stride;
      addPair(c, s20, s21, factor);
      c += stride;
      addPair(c, s30, s31, factor);
    }
  }
}

@inline
function addPair(c: usize, low: v128, high: v128, factor: v128): void {
  v128.store(c, f64x2.add(v128.load(c), f64x2.mul(low, factor)));
  v128.store(c, f64x2.add(v128.load(c, 16), f64x2.mul(high, factor)), 16);
}
