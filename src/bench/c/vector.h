#ifndef TAUTLINE_VECTOR_H
#define TAUTLINE_VECTOR_H

#include <stdint.h>
#include <string.h>

/* The widest vectors that the compiler was told it may use, as GNU vector extensions. */
#if defined(__AVX512F__)
#define LANES 8
#elif defined(__AVX__)
#define LANES 4
#else
#define LANES 2
#endif
#define FLOATS (2 * LANES)

/* Loads and stores of these are unaligned and may alias plain arrays. */
typedef double vd __attribute__((vector_size(8 * LANES), aligned(8), may_alias));
typedef float vf __attribute__((vector_size(4 * FLOATS), aligned(4), may_alias));
typedef float vh __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t vi __attribute__((vector_size(4 * FLOATS), aligned(4), may_alias));

static inline vd splat(double v) {
  vd out;
  for (int i = 0; i < LANES; i++) out[i] = v;
  return out;
}

static inline double lanes(vd v) {
  double sum = 0;
  for (int i = 0; i < LANES; i++) sum += v[i];
  return sum;
}

static inline vd widen(const float *at) {
  return __builtin_convertvector(*(const vh *)at, vd);
}

static inline int padded(int n) {
  return (n + LANES - 1) / LANES * LANES;
}

static inline int min_int(int a, int b) {
  return a < b ? a : b;
}

static inline double min_double(double a, double b) {
  return a < b ? a : b;
}

static inline double max_double(double a, double b) {
  return a > b ? a : b;
}

#endif
