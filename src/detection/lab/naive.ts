/** Average run lengths of the CUSUM were z independent and standard normal: what textbooks give. */

/** Overshoot of a normal random walk over a barrier, added to the barrier (Siegmund 1985). */
const OVERSHOOT = 1.166;

/**
 * Siegmund's approximation of the average run length of an upper CUSUM without a cap, starting from 0.
 * (exp(-2 d b) + 2 d b - 1) / (2 d^2), d = shift - kappa, b = h + 1.166; b^2 where d = 0 (Siegmund 1985; Hawkins &
 * Olwell 1998).
 * @param shift mean of z, in its standard deviations; 0 under control
 */
export function siegmundArl(h: number, kappa: number, shift = 0): number {
  const d = shift - kappa;
  const b = h + OVERSHOOT;
  if (Math.abs(d) < 1e-6) return b * b;
  return (Math.exp(-2 * d * b) + 2 * d * b - 1) / (2 * d * d);
}

/** States of the chain: enough for the third digit. */
const STATES = 160;

/**
 * Average run length of S = max(0, S + min(z, cap) - kappa) to S > h from 0, z standard normal about `shift`: Markov
 * chain approximation (Brook & Evans 1972). Infinity where the cap keeps S from ever reaching h.
 */
export function gaussianCusumArl(h: number, kappa: number, cap: number, shift = 0): number {
  if (cap <= kappa) return Infinity;
  // State 0 is S = 0, state i the interval of this width about i * width; the last one ends at h.
  const width = (2 * h) / (2 * STATES - 1);
  const below = (s: number) => (s >= cap - kappa ? 1 : normalCdf(s + kappa - shift));
  const a = Array.from({ length: STATES }, (_, i) =>
    Float64Array.from({ length: STATES + 1 }, (_, j) => {
      if (j === STATES) return 1;
      const upper = below((j - i + 0.5) * width);
      const p = j === 0 ? upper : upper - below((j - i - 0.5) * width);
      return (i === j ? 1 : 0) - p;
    }),
  );
  return solveFirst(a);
}

/**
 * The first unknown of a linear system with its right-hand side in the last column; Gauss elimination from the end,
 * which needs no pivots here.
 */
function solveFirst(a: Float64Array[]): number {
  const n = a.length;
  for (let p = n - 1; p > 0; p--) {
    for (let i = 0; i < p; i++) {
      const f = a[i][p] / a[p][p];
      if (f === 0) continue;
      for (let j = 0; j < p; j++) a[i][j] -= f * a[p][j];
      a[i][n] -= f * a[p][n];
    }
  }
  const arl = a[0][n] / a[0][0];
  // Rounding decides where the chain all but never leaves.
  return arl > 0 && arl < 1e14 ? arl : Infinity;
}

/**
 * Standard normal distribution function to 1e-15 relative in the tails that matter here (complementary error function
 * by series and continued fraction).
 */
export function normalCdf(x: number): number {
  const z = Math.abs(x);
  let tail: number;
  if (z > 38) tail = 0;
  else if (z < 3) {
    let term = z;
    let sum = z;
    for (let i = 1; Math.abs(term) > 1e-17 * sum; i++) {
      term *= (z * z) / (2 * i + 1);
      sum += term;
    }
    tail = 0.5 - sum * density(z);
  } else {
    let fraction = 0;
    for (let i = 60; i > 0; i--) fraction = i / (z + fraction);
    tail = density(z) / (z + fraction);
  }
  return x > 0 ? 1 - tail : tail;
}

const density = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
