#include <math.h>
#include <stdlib.h>
#include "kernels.h"
#include "vector.h"

/*
 * Full symmetric eigendecomposition: Householder tridiagonalisation and implicit QL (EISPACK tred2, tql2), on the
 * transpose of the textbook matrix, so that every inner loop runs along a row.
 */

/* e[k] += w[k] f and the sum of w[k] d[k], for k in [from, to). */
static inline double symmetric_step(const double *w, const double *d, double *e, int from, int to, double f) {
  vd sum = splat(0);
  const vd factor = splat(f);
  int k = from;
  for (; k + LANES <= to; k += LANES) {
    const vd x = *(const vd *)(w + k);
    sum += x * *(const vd *)(d + k);
    *(vd *)(e + k) += x * factor;
  }
  double total = lanes(sum);
  for (; k < to; k++) {
    total += w[k] * d[k];
    e[k] += w[k] * f;
  }
  return total;
}

static inline double dot(const double *a, const double *b, int n) {
  vd sum = splat(0);
  int k = 0;
  for (; k + LANES <= n; k += LANES) sum += *(const vd *)(a + k) * *(const vd *)(b + k);
  double total = lanes(sum);
  for (; k < n; k++) total += a[k] * b[k];
  return total;
}

static void reduce(double *w, int n, double *d, double *e) {
  for (int j = 0; j < n; j++) d[j] = w[j * n + n - 1];
  for (int i = n - 1; i >= 1; i--) {
    double *wi = w + (size_t)i * (size_t)n;
    double scale = 0, h = 0;
    for (int k = 0; k < i; k++) scale += fabs(d[k]);
    if (scale == 0) {
      e[i] = d[i - 1];
      for (int j = 0; j < i; j++) {
        d[j] = w[j * n + i - 1];
        w[j * n + i] = wi[j] = 0;
      }
    } else {
      for (int k = 0; k < i; k++) {
        d[k] /= scale;
        h += d[k] * d[k];
      }
      const double f = d[i - 1];
      const double g = f > 0 ? -sqrt(h) : sqrt(h);
      e[i] = scale * g;
      h -= f * g;
      d[i - 1] = f - g;
      for (int j = 0; j < i; j++) e[j] = 0;
      for (int j = 0; j < i; j++) {
        const double *wj = w + (size_t)j * (size_t)n;
        wi[j] = d[j];
        e[j] += wj[j] * d[j] + symmetric_step(wj, d, e, j + 1, i, d[j]);
      }
      double sum = 0;
      for (int j = 0; j < i; j++) {
        e[j] /= h;
        sum += e[j] * d[j];
      }
      const double half = sum / (h + h);
      for (int j = 0; j < i; j++) e[j] -= half * d[j];
      for (int j = 0; j < i; j++) {
        double *wj = w + (size_t)j * (size_t)n;
        const double dj = d[j], ej = e[j];
        for (int k = j; k < i; k++) wj[k] -= dj * e[k] + ej * d[k];
        d[j] = wj[i - 1];
        wj[i] = 0;
      }
    }
    d[i] = h;
  }
}

static void accumulate(double *w, int n, double *d) {
  for (int i = 0; i < n - 1; i++) {
    double *wi = w + (size_t)i * (size_t)n, *next = wi + n;
    wi[n - 1] = wi[i];
    wi[i] = 1;
    const double h = d[i + 1];
    if (h != 0) {
      for (int k = 0; k <= i; k++) d[k] = next[k] / h;
      for (int j = 0; j <= i; j++) {
        double *wj = w + (size_t)j * (size_t)n;
        const double g = dot(next, wj, i + 1);
        for (int k = 0; k <= i; k++) wj[k] -= g * d[k];
      }
    }
    for (int k = 0; k <= i; k++) next[k] = 0;
  }
}

static void iterate(double *w, int n, double *d, double *e) {
  const double eps = 2.220446049250313e-16;
  double f = 0, tst1 = 0;
  for (int l = 0; l < n; l++) {
    tst1 = max_double(tst1, fabs(d[l]) + fabs(e[l]));
    int m = l;
    while (m < n - 1 && fabs(e[m]) > eps * tst1) m++;
    if (m > l) {
      int sweeps = 0;
      do {
        if (++sweeps > 60) abort();
        const double el = e[l];
        double g = d[l];
        double p = (d[l + 1] - g) / (2 * el);
        double r = sqrt(p * p + 1);
        if (p < 0) r = -r;
        d[l] = el / (p + r);
        d[l + 1] = el * (p + r);
        const double dl1 = d[l + 1];
        double h = g - d[l];
        for (int i = l + 2; i < n; i++) d[i] -= h;
        f += h;
        p = d[m];
        double c = 1, c2 = 1, c3 = 1, s = 0, s2 = 0;
        const double el1 = e[l + 1];
        for (int i = m - 1; i >= l; i--) {
          c3 = c2;
          c2 = c;
          s2 = s;
          const double ei = e[i];
          g = c * ei;
          h = c * p;
          r = hypot(p, ei);
          e[i + 1] = s * r;
          s = ei / r;
          c = p / r;
          p = c * d[i] - s * g;
          d[i + 1] = h + s * (c * g + s * d[i]);
          double *row = w + (size_t)i * (size_t)n, *next = row + n;
          for (int k = 0; k < n; k++) {
            const double a = row[k], b = next[k];
            next[k] = s * a + c * b;
            row[k] = c * a - s * b;
          }
        }
        p = -s * s2 * c3 * el1 * e[l] / dl1;
        e[l] = s * p;
        d[l] = c * p;
      } while (fabs(e[l]) > eps * tst1);
    }
    d[l] += f;
    e[l] = 0;
  }
}

void eigen(int n, double *w, double *values) {
  double *e = calloc((size_t)n, sizeof(double));
  reduce(w, n, values, e);
  accumulate(w, n, values);
  for (int j = 0; j < n; j++) {
    values[j] = w[j * n + n - 1];
    w[j * n + n - 1] = 0;
  }
  w[(size_t)n * (size_t)n - 1] = 1;
  for (int i = 1; i < n; i++) e[i - 1] = e[i];
  e[n - 1] = 0;
  iterate(w, n, values, e);
  free(e);
}
