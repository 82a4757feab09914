/**
 * Small dense linear algebra on row-major matrices, in double precision: what a drill-down computes once, for one
 * event.
 */

/**
 * Eigenpairs of a symmetric matrix, by descending eigenvalue; row i of `vectors` is the unit eigenvector of
 * `values[i]`.
 */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

const MAX_SWEEPS = 60;

/** All eigenpairs of a symmetric k x k matrix by cyclic Jacobi rotations (Golub & Van Loan, section 8.5); k of tens. */
export function symmetricEigen(matrix: Float64Array, k: number): SymmetricEigen {
  const a = matrix.slice();
  const v = new Float64Array(k * k);
  for (let i = 0; i < k; i++) v[i * k + i] = 1;
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let off = 0;
    let all = 0;
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) {
        const square = a[i * k + j] ** 2;
        all += square;
        if (i !== j) off += square;
      }
    }
    if (off <= 1e-30 * all) break;
    for (let p = 0; p < k - 1; p++) for (let q = p + 1; q < k; q++) rotate(a, v, k, p, q);
  }
  const order = Array.from({ length: k }, (_, i) => i).sort((i, j) => a[j * k + j] - a[i * k + i]);
  const vectors = new Float64Array(k * k);
  order.forEach((from, to) => {
    for (let i = 0; i < k; i++) vectors[to * k + i] = v[i * k + from];
  });
  return { values: Float64Array.from(order, (i) => a[i * k + i]), vectors };
}

/** Makes a[p][q] zero; eigenvectors gather in the columns of v. */
function rotate(a: Float64Array, v: Float64Array, k: number, p: number, q: number): void {
  const apq = a[p * k + q];
  if (apq === 0) return;
  const theta = (a[q * k + q] - a[p * k + p]) / (2 * apq);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(1, theta));
  const c = 1 / Math.hypot(1, t);
  const s = t * c;
  for (let i = 0; i < k; i++) {
    const ip = a[i * k + p];
    const iq = a[i * k + q];
    a[i * k + p] = c * ip - s * iq;
    a[i * k + q] = s * ip + c * iq;
  }
  for (let i = 0; i < k; i++) {
    const pi = a[p * k + i];
    const qi = a[q * k + i];
    a[p * k + i] = c * pi - s * qi;
    a[q * k + i] = s * pi + c * qi;
    const ip = v[i * k + p];
    const iq = v[i * k + q];
    v[i * k + p] = c * ip - s * iq;
    v[i * k + q] = s * ip + c * iq;
  }
}

/** y = L^-1 x, L lower triangular. */
export function forwardSolve(l: Float64Array, x: ArrayLike<number>, k: number): Float64Array {
  const y = new Float64Array(k);
  for (let i = 0; i < k; i++) {
    let sum = x[i];
    for (let j = 0; j < i; j++) sum -= l[i * k + j] * y[j];
    y[i] = sum / l[i * k + i];
  }
  return y;
}

/** y = L^-T x, L lower triangular. */
export function backwardSolve(l: Float64Array, x: ArrayLike<number>, k: number): Float64Array {
  const y = new Float64Array(k);
  for (let i = k - 1; i >= 0; i--) {
    let sum = x[i];
    for (let j = i + 1; j < k; j++) sum -= l[j * k + i] * y[j];
    y[i] = sum / l[i * k + i];
  }
  return y;
}

/** L^-1 A L^-T: A seen in the coordinates in which L L^T is the identity. */
export function whitenedBy(l: Float64Array, a: Float64Array, k: number): Float64Array {
  const half = new Float64Array(k * k);
  for (let j = 0; j < k; j++) {
    const column = forwardSolve(
      l,
      Float64Array.from({ length: k }, (_, i) => a[i * k + j]),
      k,
    );
    for (let i = 0; i < k; i++) half[i * k + j] = column[i];
  }
  const whole = new Float64Array(k * k);
  for (let i = 0; i < k; i++) whole.set(forwardSolve(l, half.subarray(i * k, (i + 1) * k), k), i * k);
  return whole;
}

/** Adds w r r^T to a symmetric matrix. */
export function addOuter(matrix: Float64Array, w: number, r: ArrayLike<number>, k: number): void {
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) matrix[i * k + j] += w * r[i] * r[j];
}

/** r^T M r. */
export function quadratic(matrix: Float64Array, r: ArrayLike<number>, k: number): number {
  let sum = 0;
  for (let i = 0; i < k; i++) {
    let row = 0;
    for (let j = 0; j < k; j++) row += matrix[i * k + j] * r[j];
    sum += row * r[i];
  }
  return sum;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
