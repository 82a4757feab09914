#include <math.h>
#include <stdlib.h>
#include "inputs.h"
#include "kernels.h"
#include "vector.h"

/* Coupling between streams, docs/methods.md 6. */

#define ENERGY_RIDGE 1e-100

static inline double dot(const float *a, const float *b, int k) {
  const int whole = k / LANES * LANES;
  vd sum = splat(0);
  for (int i = 0; i < whole; i += LANES) sum += widen(a + i) * widen(b + i);
  double total = lanes(sum);
  for (int i = whole; i < k; i++) total += (double)a[i] * (double)b[i];
  return total;
}

void coupling(
  const Events *events, const float *residual, const double *time, const double *window,
  const int32_t *previous, double lambda, int turns, double *rho
) {
  const int s = events->streams;
  const int k = events->k;
  const size_t width = (size_t)k;
  const int32_t *stream = events->stream;
  double *cross = calloc((size_t)(s * s + 3 * s), sizeof(double));
  double *energy = cross + s * s;
  double *scale = energy + s;
  double *last_time = scale + s;
  float *last = calloc((size_t)s * width, sizeof(float));
  uint8_t *pending = calloc((size_t)(s * s + s), 1);
  uint8_t *seen = pending + s * s;
  const double per_axis = 1.0 / k;
  for (int q = 0; q < s; q++) {
    energy[q] = scale[q] = 1;
    last_time[q] = NAN;
  }
  for (int i = 0; i < events->n; i++) {
    const int p = stream[i];
    double *row = cross + p * s;
    if (events->is_void[i]) {
      for (int q = 0; q < s; q++) {
        if (q == p) continue;
        row[q] = cross[q * s + p] = row[q] + lambda * (0 - row[q]);
      }
    } else {
      const float *r = residual + (size_t)i * width;
      energy[p] += lambda * (dot(r, r, k) * per_axis + ENERGY_RIDGE - energy[p]);
      scale[p] = 1 / sqrt(energy[p]);
      const double now = time[i];
      const double reach = window[i];
      if (turns > 0) {
        memset(seen, 0, (size_t)s);
        int e = previous[i];
        for (int t = 0; t < turns && e >= 0; t++) {
          seen[stream[e]] = 1;
          e = previous[e];
        }
      }
      for (int q = 0; q < s; q++) {
        if (q == p) continue;
        const int matched = turns > 0 ? seen[q] : now - last_time[q] <= reach;
        const int open = pending[p * s + q];
        if (matched || open) {
          double value = row[q];
          if (open) value += lambda * (0 - value);
          if (matched) {
            value += lambda * (dot(r, last + (size_t)q * width, k) * per_axis - value);
            pending[q * s + p] = 0;
          }
          row[q] = cross[q * s + p] = value;
        }
        pending[p * s + q] = !matched;
      }
      memcpy(last + (size_t)p * width, r, width * sizeof(float));
      last_time[p] = now;
    }
    double sum = NAN;
    if (s > 1) {
      sum = 0;
      for (int q = 0; q < s; q++) if (q != p) sum += row[q] * scale[q];
      sum *= scale[p] / (s - 1);
    }
    rho[i] = sum;
  }
  free(cross);
  free(last);
  free(pending);
}

void run_coupling(void) {
  const Events e = events();
  coupling(
    &e, stage_column("residual"), column("time"), stage_column("window"), column("previous"), number("lambda_slow"),
    whole("turns"), doubles_out("rho")
  );
}
