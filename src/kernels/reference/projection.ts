/**
 * Pooled within-stream covariance by its definition (docs/methods.md 3), in two passes. vectors row-major n x d;
 * streams in [0, S).
 */
export function withinCovariance(
  vectors: ArrayLike<number>,
  streams: ArrayLike<number>,
  d: number,
): { covariance: Float64Array; mean: Float64Array } {
  const n = streams.length;
  const means = new Map<number, { count: number; mean: Float64Array }>();
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    const own = means.get(streams[i]) ?? { count: 0, mean: new Float64Array(d) };
    means.set(streams[i], own);
    own.count++;
    for (let l = 0; l < d; l++) {
      own.mean[l] += (vectors[i * d + l] - own.mean[l]) / own.count;
      mean[l] += vectors[i * d + l] / n;
    }
  }
  const covariance = new Float64Array(d * d);
  for (let i = 0; i < n; i++) {
    const m = means.get(streams[i])!.mean;
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++)
        covariance[a * d + b] += ((vectors[i * d + a] - m[a]) * (vectors[i * d + b] - m[b])) / (n - means.size);
    }
  }
  return { covariance, mean };
}

/**
 * Eigenpairs of a symmetric n x n matrix by cyclic Jacobi rotations, descending; another method than the kernel's on
 * purpose.
 */
export function jacobiEigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const scale = Math.hypot(...a) || 1;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q];
        off = Math.max(off, Math.abs(apq));
        if (Math.abs(apq) < 1e-300) continue;
        const theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        for (let i = 0; i < n; i++) {
          const x = a[i * n + p];
          const y = a[i * n + q];
          a[i * n + p] = c * x - s * y;
          a[i * n + q] = s * x + c * y;
        }
        for (let i = 0; i < n; i++) {
          const x = a[p * n + i];
          const y = a[q * n + i];
          a[p * n + i] = c * x - s * y;
          a[q * n + i] = s * x + c * y;
          const vp = v[p * n + i];
          v[p * n + i] = c * vp - s * v[q * n + i];
          v[q * n + i] = s * vp + c * v[q * n + i];
        }
      }
    }
    if (off < 1e-15 * scale) break;
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i]);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => vectors.set(v.subarray(from * n, (from + 1) * n), to * n));
  return { values: Float64Array.from(order, (i) => a[i * n + i]), vectors };
}

/** x = axes (e - mean), each difference taken before it is multiplied. axes row-major k x d; result count x k. */
export function projectRows(
  vectors: ArrayLike<number>,
  count: number,
  d: number,
  mean: Float64Array,
  axes: Float64Array,
  k: number,
): Float64Array {
  const x = new Float64Array(count * k);
  for (let i = 0; i < count; i++) {
    for (let axis = 0; axis < k; axis++) {
      for (let l = 0; l < d; l++) x[i * k + axis] += axes[axis * d + l] * (vectors[i * d + l] - mean[l]);
    }
  }
  return x;
}

/** y[j * m + i] = a_i . b_j */
export function multiplyRows(a: Float64Array, m: number, b: Float64Array, p: number, d: number): Float64Array {
  const y = new Float64Array(p * m);
  for (let j = 0; j < p; j++) {
    for (let i = 0; i < m; i++) {
      for (let l = 0; l < d; l++) y[j * m + i] += a[i * d + l] * b[j * d + l];
    }
  }
  return y;
}
