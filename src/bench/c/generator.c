#include <math.h>
#include <stdlib.h>
#include "kernels.h"
#include "random.h"
#include "vector.h"

/* Generator of the calibration harness, docs/methods.md 10, as wasm/generator.ts: xoshiro256**, the ziggurat of 256
   layers, exp and ln written out. */

#define PROVIDERS 4
#define AXES 8
#define DIMENSION 64
#define SLOT_FIELDS 17
#define ZIGGURAT_R 3.6541528853610088
#define ZIGGURAT_V 0.004928673233974658

typedef uint64_t Words[4];

static double edges[257], ratios[256];

static inline uint64_t rotl(uint64_t x, int by) {
  return (x << by) | (x >> (64 - by));
}

static inline uint64_t next(Words s) {
  const uint64_t result = rotl(s[1] * 5, 7) * 9;
  const uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotl(s[3], 45);
  return result;
}

static inline double uniform(uint64_t bits) {
  return ((double)(int64_t)(bits >> 12) + 0.5) * (1.0 / 4503599627370496.0);
}

static double exact_exp(double x) {
  const double k = floor(x * 1.4426950408889634 + 0.5);
  const double r = x - k * 0.6931471803691238 - k * 1.9082149292705877e-10;
  double sum = 1;
  for (int i = 13; i > 0; i--) sum = 1 + (sum * r) / i;
  const uint64_t bits = (uint64_t)((int64_t)k + 1023) << 52;
  double power;
  memcpy(&power, &bits, 8);
  return sum * power;
}

static double exact_ln(double x) {
  uint64_t bits;
  memcpy(&bits, &x, 8);
  double e = (double)((int64_t)(bits >> 52) - 1023);
  bits = (bits & 0x000fffffffffffff) | 0x3ff0000000000000;
  double m;
  memcpy(&m, &bits, 8);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e += 1;
  }
  const double s = (m - 1) / (m + 1);
  const double z = s * s;
  double sum = 0;
  for (int i = 23; i > 0; i -= 2) sum = sum * z + 1.0 / i;
  return e * 0.6931471805599453 + 2 * s * sum;
}

static double normal_tail(Words generator, int negative) {
  for (;;) {
    const double x = -exact_ln(uniform(next(generator))) / ZIGGURAT_R;
    const double y = -exact_ln(uniform(next(generator)));
    if (2 * y >= x * x) return negative ? -ZIGGURAT_R - x : ZIGGURAT_R + x;
  }
}

static inline double normal(Words generator) {
  for (;;) {
    const uint64_t bits = next(generator);
    const int layer = (int)(bits & 255);
    const double u = 2 * uniform(bits) - 1;
    const double x = u * edges[layer];
    if (fabs(u) < ratios[layer]) return x;
    if (layer == 0) return normal_tail(generator, u < 0);
    const double edge = edges[layer], inner = edges[layer + 1];
    const double f0 = exact_exp(-0.5 * (edge * edge - x * x));
    const double f1 = exact_exp(-0.5 * (inner * inner - x * x));
    if (f1 + uniform(next(generator)) * (f0 - f1) < 1) return x;
  }
}

static void ziggurat(void) {
  double f = exact_exp(-0.5 * ZIGGURAT_R * ZIGGURAT_R);
  edges[0] = ZIGGURAT_V / f;
  edges[1] = ZIGGURAT_R;
  for (int i = 2; i < 256; i++) {
    edges[i] = sqrt(-2 * exact_ln(ZIGGURAT_V / edges[i - 1] + f));
    f = exact_exp(-0.5 * edges[i] * edges[i]);
  }
  edges[256] = 0;
  for (int i = 0; i < 256; i++) ratios[i] = edges[i + 1] / edges[i];
}

void generate(
  uint64_t seed, double centroid_scale, double noise, const double *schedule,
  int slots, int32_t *provider, int32_t *latency_micros, float *embedding
) {
  Words words[4];
  for (int i = 0; i < 16; i++) words[i / 4][i % 4] = mixed(&seed);
  uint64_t *layout = words[0], *residuals = words[1], *latencies = words[2], *noises = words[3];
  double centroids[PROVIDERS * AXES], lift[AXES][DIMENSION];
  ziggurat();
  for (int i = 0; i < PROVIDERS * AXES; i++) centroids[i] = centroid_scale * normal(layout);
  for (int i = 0; i < AXES * DIMENSION; i++) lift[i / DIMENSION][i % DIMENSION] = normal(layout);
  for (int i = 0; i < AXES; i++) {
    for (int pass = 0; pass < 2; pass++) {
      for (int j = 0; j < i; j++) {
        double dot = 0;
        for (int d = 0; d < DIMENSION; d++) dot += lift[i][d] * lift[j][d];
        for (int d = 0; d < DIMENSION; d++) lift[i][d] -= dot * lift[j][d];
      }
    }
    double square = 0;
    for (int d = 0; d < DIMENSION; d++) square += lift[i][d] * lift[i][d];
    for (int d = 0; d < DIMENSION; d++) lift[i][d] /= sqrt(square);
  }
  for (int slot = 0; slot < slots; slot++) {
    const double *plan = schedule + (size_t)slot * SLOT_FIELDS;
    double shared[AXES], own[PROVIDERS][AXES];
    int32_t micros[PROVIDERS];
    for (int a = 0; a < AXES; a++) shared[a] = normal(residuals);
    for (int i = 0; i < PROVIDERS * AXES; i++) own[i / AXES][i % AXES] = normal(residuals);
    for (int p = 0; p < PROVIDERS; p++) {
      const double ms = plan[2] * exact_exp(plan[3] * normal(latencies));
      micros[p] = (int32_t)floor(1000 * min_double(ms, plan[4]) + 0.5);
    }
    for (int p = 0; p < PROVIDERS; p++) {
      int rank = 0;
      for (int q = 0; q < PROVIDERS; q++) rank += q < p ? micros[q] <= micros[p] : micros[q] < micros[p];
      const size_t event = (size_t)slot * PROVIDERS + (size_t)rank;
      provider[event] = p;
      latency_micros[event] = micros[p];
      const double *weights = plan + 5 + 3 * p;
      double vector[DIMENSION];
      for (int d = 0; d < DIMENSION; d++) vector[d] = noise * normal(noises);
      for (int a = 0; a < AXES; a++) {
        const double residual = weights[0] * (weights[1] * shared[a] + weights[2] * own[p][a]);
        const double x = plan[0] * centroids[p * AXES + a] + (a == 0 ? residual : plan[1] * residual);
        for (int d = 0; d < DIMENSION; d++) vector[d] += x * lift[a][d];
      }
      for (int d = 0; d < DIMENSION; d++) embedding[event * DIMENSION + (size_t)d] = (float)vector[d];
    }
  }
}
