#include "kernels.h"
#include "vector.h"

/* x = axes e - offsets, docs/methods.md 3: two vectors against four axes at a time. */

static inline double tail(const float *e, const double *axis, int from, int d) {
  double sum = 0;
  for (int l = from; l < d; l++) sum += axis[l] * (double)e[l];
  return sum;
}

static inline double dot(const float *e, const double *axis, int d, int whole) {
  vd s = splat(0);
  for (int l = 0; l < whole; l += LANES) s += *(const vd *)(axis + l) * widen(e + l);
  return lanes(s) + tail(e, axis, whole, d);
}

void project_rows(
  const float *vectors, int count, int d, const double *axes, const double *offsets, int k, float *out
) {
  const int whole = d / LANES * LANES;
  const int k4 = k & ~3;
  int row = 0;
  for (; row + 1 < count; row += 2) {
    const float *e0 = vectors + (size_t)row * (size_t)d, *e1 = e0 + d;
    float *x0 = out + (size_t)row * (size_t)k, *x1 = x0 + k;
    for (int i = 0; i < k4; i += 4) {
      const double *axis = axes + (size_t)i * (size_t)d;
      vd s0[4], s1[4];
      for (int j = 0; j < 4; j++) s0[j] = s1[j] = splat(0);
      for (int l = 0; l < whole; l += LANES) {
        const vd a0 = widen(e0 + l), a1 = widen(e1 + l);
        for (int j = 0; j < 4; j++) {
          const vd v = *(const vd *)(axis + (size_t)j * (size_t)d + l);
          s0[j] += v * a0;
          s1[j] += v * a1;
        }
      }
      for (int j = 0; j < 4; j++) {
        const double *own = axis + (size_t)j * (size_t)d;
        x0[i + j] = (float)(lanes(s0[j]) + tail(e0, own, whole, d) - offsets[i + j]);
        x1[i + j] = (float)(lanes(s1[j]) + tail(e1, own, whole, d) - offsets[i + j]);
      }
    }
    for (int i = k4; i < k; i++) {
      x0[i] = (float)(dot(e0, axes + (size_t)i * (size_t)d, d, whole) - offsets[i]);
      x1[i] = (float)(dot(e1, axes + (size_t)i * (size_t)d, d, whole) - offsets[i]);
    }
  }
  for (; row < count; row++) {
    const float *e = vectors + (size_t)row * (size_t)d;
    for (int i = 0; i < k; i++) {
      out[(size_t)row * (size_t)k + (size_t)i] = (float)(dot(e, axes + (size_t)i * (size_t)d, d, whole) - offsets[i]);
    }
  }
}
