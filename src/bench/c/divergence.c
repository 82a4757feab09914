#include "divergence.h"

/* L D L^T of interleaved covariances in place, D on the diagonal and 1/D in `inverse`; two rows and two columns at a
   time. */
void factor(int axes, va *a, va *inverse, va *first, va *second) {
  const va one = splat(1);
  va *lower = a + axes;
  va *row0 = lower;
  for (int i = 0; i < axes; i += 2) {
    va *row1 = row0 + i;
    va d0 = a[i];
    va d1 = a[i + 1];
    va corner = row1[i];
    va *column = lower;
    for (int j = 0; j < i; j += 2) {
      va *next = column + j;
      va u00 = row0[j], u01 = row0[j + 1], u10 = row1[j], u11 = row1[j + 1];
      for (int p = 0; p < j; p++) {
        const va m0 = first[p], m1 = second[p], l0 = column[p], l1 = next[p];
        u00 -= m0 * l0;
        u01 -= m0 * l1;
        u10 -= m1 * l0;
        u11 -= m1 * l1;
      }
      const va l = next[j];
      u01 -= u00 * l;
      u11 -= u10 * l;
      first[j] = u00;
      first[j + 1] = u01;
      second[j] = u10;
      second[j + 1] = u11;
      const va l00 = u00 * inverse[j], l01 = u01 * inverse[j + 1], l10 = u10 * inverse[j], l11 = u11 * inverse[j + 1];
      row0[j] = l00;
      row0[j + 1] = l01;
      row1[j] = l10;
      row1[j + 1] = l11;
      d0 -= u00 * l00 + u01 * l01;
      d1 -= u10 * l10 + u11 * l11;
      corner -= u10 * l00 + u11 * l01;
      column = next + j + 1;
    }
    const va over = one / d0;
    const va l = corner * over;
    row1[i] = l;
    d1 -= corner * l;
    a[i] = d0;
    a[i + 1] = d1;
    inverse[i] = over;
    inverse[i + 1] = one / d1;
    row0 = row1 + i + 1;
  }
}

/* KL(N(0,A) || N(0,B)) of every lane, nats; both are overwritten by their factors. tr(B^-1 A) = sum_ij y_ij^2 D_j /
   E_i, y = M^-1 L. */
va divergence(int k, va *a, va *b, va *y, va *work) {
  const int axes = even(k);
  va *inverse = work + 2 * axes;
  factor(axes, a, inverse, work, work + axes);
  factor(axes, b, inverse, work, work + axes);
  va trace = splat(0);
  va ratio = splat(1);
  va logarithm = splat(0);
  int row = 0;
  for (int i = 0; i < axes; i += 2) {
    const va *m0 = b + axes + row, *m1 = m0 + i;
    const va *l0 = a + axes + row, *l1 = l0 + i;
    va *y0 = y + row, *y1 = y0 + i;
    const va corner = m1[i];
    va sum0 = splat(0);
    va sum1 = splat(0);
    va *start = y;
    for (int j = 0; j < i; j += 2) {
      /* Row j + 1 of y begins at `start + j`; rows grow by one entry each. */
      va *below = start + j;
      const va edge = below[j];
      va v00 = l0[j] - m0[j] - m0[j + 1] * edge;
      va v01 = l0[j + 1] - m0[j + 1];
      va v10 = l1[j] - m1[j] - m1[j + 1] * edge;
      va v11 = l1[j + 1] - m1[j + 1];
      const va *at = below + j + 1 + j;
      int step = j + 2;
      for (int p = j + 2; p < i; p++) {
        const va s0 = at[0], s1 = at[1];
        v00 -= m0[p] * s0;
        v01 -= m0[p] * s1;
        v10 -= m1[p] * s0;
        v11 -= m1[p] * s1;
        at += step++;
      }
      v10 -= corner * v00;
      v11 -= corner * v01;
      y0[j] = v00;
      y0[j + 1] = v01;
      y1[j] = v10;
      y1[j + 1] = v11;
      sum0 += v00 * v00 * a[j] + v01 * v01 * a[j + 1];
      sum1 += v10 * v10 * a[j] + v11 * v11 * a[j + 1];
      start = below + j + 1;
    }
    const va last = l1[i] - corner;
    y1[i] = last;
    sum0 += a[i];
    sum1 += a[i + 1] + last * last * a[i];
    trace += sum0 * inverse[i] + sum1 * inverse[i + 1];
    ratio *= a[i] * inverse[i] * (a[i + 1] * inverse[i + 1]);
    for (int l = 0; l < LANES; l++) {
      if (ratio[l] < 1e-200 || ratio[l] > 1e200) {
        logarithm[l] += log(ratio[l]);
        ratio[l] = 1;
      }
    }
    row += 2 * i + 1;
  }
  va kl;
  for (int l = 0; l < LANES; l++) kl[l] = max_double(0, 0.5 * (trace[l] - axes - (logarithm[l] + log(ratio[l]))));
  return kl;
}
