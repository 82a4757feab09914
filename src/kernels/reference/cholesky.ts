/** A covariance and its inverse by plain Cholesky factorisation, from scratch each time. */

/**
 * Lower Cholesky factor of a symmetric positive definite k x k matrix (row-major), into `l`; false if it is not
 * positive definite.
 */
export function cholesky(a: Float64Array, k: number, l: Float64Array): boolean {
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * k + j];
      for (let p = 0; p < j; p++) sum -= l[i * k + p] * l[j * k + p];
      if (i === j) {
        if (!(sum > 0)) return false;
        l[i * k + i] = Math.sqrt(sum);
      } else {
        l[i * k + j] = sum / l[j * k + j];
      }
    }
  }
  return true;
}

/** B^-1 x of a symmetric positive definite k x k matrix, row-major. */
export function solve(b: Float64Array, x: Float64Array, k: number): Float64Array {
  const l = new Float64Array(k * k);
  cholesky(b, k, l);
  const y = x.slice();
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < i; j++) y[i] -= l[i * k + j] * y[j];
    y[i] /= l[i * k + i];
  }
  for (let i = k - 1; i >= 0; i--) {
    for (let j = i + 1; j < k; j++) y[i] -= l[j * k + i] * y[j];
    y[i] /= l[i * k + i];
  }
  return y;
}

/** ln det B. */
export function logDeterminant(b: Float64Array, k: number): number {
  const l = new Float64Array(k * k);
  cholesky(b, k, l);
  let sum = 0;
  for (let i = 0; i < k; i++) sum += 2 * Math.log(l[i * k + i]);
  return sum;
}

/** tr(B^-1 S), row-major. */
export function traceOf(b: Float64Array, s: Float64Array, k: number): number {
  let trace = 0;
  for (let i = 0; i < k; i++) trace += solve(b, s.subarray(i * k, (i + 1) * k), k)[i];
  return trace;
}

/** keep (B + c v v^T). */
export const updated = (b: Float64Array, v: Float64Array, c: number, keep: number, k: number): Float64Array =>
  b.map((value, at) => keep * (value + c * v[Math.floor(at / k)] * v[at % k]));
