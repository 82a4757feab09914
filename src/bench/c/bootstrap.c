#include <stdlib.h>
#include "kernels.h"
#include "random.h"
#include "vector.h"

/* Moving-block bootstrap of the displacement statistic under control, studentised, as wasm/bootstrap.ts. */

typedef struct {
  int k, whole;
  double lambda, *bias, *y;
} Path;

static inline double step(const Path *p, const float *r) {
  const vd keep = splat(1 - p->lambda), gain = splat(p->lambda);
  vd sum = splat(0);
  for (int i = 0; i < p->whole; i += LANES) {
    const vd v = *(vd *)(p->y + i) * keep + gain * (widen(r + i) - *(vd *)(p->bias + i));
    *(vd *)(p->y + i) = v;
    sum += v * v;
  }
  double norm = lanes(sum);
  for (int i = p->whole; i < p->k; i++) {
    p->y[i] = p->y[i] * (1 - p->lambda) + p->lambda * ((double)r[i] - p->bias[i]);
    norm += p->y[i] * p->y[i];
  }
  return norm;
}

static double round_scale(const Path *p, const float *residuals, const int *rows, int count) {
  memset(p->y, 0, sizeof(double) * (size_t)p->k);
  double sum = 0;
  for (int lap = 0; lap < 2; lap++) {
    sum = 0;
    for (int j = 0; j < count; j++) sum += step(p, residuals + (size_t)rows[j] * (size_t)p->k);
  }
  return sum / count;
}

void bootstrap(
  const float *residuals, const int32_t *starts, int streams, int k,
  double lambda, int block, int run, int32_t seed, float *out, int length
) {
  uint64_t state = (uint64_t)(int64_t)seed;
  int longest = 0;
  for (int s = 0; s < streams; s++) if (starts[s + 1] - starts[s] > longest) longest = starts[s + 1] - starts[s];
  double *memory = calloc(2 * (size_t)k + (size_t)streams, sizeof(double));
  double *scales = memory + 2 * k;
  int *drawn = malloc(sizeof(int) * (size_t)longest);
  const Path p = {.k = k, .whole = k / LANES * LANES, .lambda = lambda, .bias = memory, .y = memory + k};
  const double factor = (2 - lambda) / lambda;
  for (int s = 0; s < streams; s++) {
    const int count = starts[s + 1] - starts[s];
    for (int j = 0; j < count; j++) drawn[j] = starts[s] + j;
    scales[s] = round_scale(&p, residuals, drawn, count);
  }
  for (int done = 0; done < length; done += run) {
    const int row = below(&state, starts[streams]);
    int s = 0;
    while (starts[s + 1] <= row) s++;
    const int first = starts[s], count = starts[s + 1] - first;
    const int size = min_int(block, count >> 2 > 1 ? count >> 2 : 1);
    memset(p.bias, 0, sizeof(double) * (size_t)k);
    int at = 0;
    for (int j = 0; j < count; j++) {
      if (j % size == 0) at = below(&state, count);
      drawn[j] = first + at;
      const float *r = residuals + (size_t)(first + at) * (size_t)k;
      for (int i = 0; i < k; i++) p.bias[i] += r[i];
      if (++at == count) at = 0;
    }
    for (int i = 0; i < k; i++) p.bias[i] /= count;
    const double own = round_scale(&p, residuals, drawn, count);
    const double scale = own > 0 ? factor * scales[s] / own : factor;
    memset(p.y, 0, sizeof(double) * (size_t)k);
    const int end = min_int(run, length - done);
    for (int j = 0; j < end; j++) {
      if (j % size == 0) at = below(&state, count);
      out[done + j] = (float)(scale * step(&p, residuals + (size_t)(first + at) * (size_t)k));
      if (++at == count) at = 0;
    }
  }
  free(memory);
  free(drawn);
}
