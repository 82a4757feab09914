#ifndef TAUTLINE_VECTOR_H
#define TAUTLINE_VECTOR_H

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

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
/* The same where the address is a multiple of its size: without AVX only such loads can be operands. */
typedef double va __attribute__((vector_size(8 * LANES), may_alias));
typedef float vf __attribute__((vector_size(4 * FLOATS), aligned(4), may_alias));
typedef float vh __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int64_t vl __attribute__((vector_size(8 * LANES), aligned(8), may_alias));
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

/* Of equal or unordered lanes the second is taken, as the instructions of x86 do. */
static inline vd vmin(vd a, vd b) {
#if defined(__AVX512F__)
  return (vd)_mm512_min_pd((__m512d)a, (__m512d)b);
#elif defined(__AVX__)
  return (vd)_mm256_min_pd((__m256d)a, (__m256d)b);
#elif defined(__SSE2__)
  return (vd)_mm_min_pd((__m128d)a, (__m128d)b);
#else
  for (int i = 0; i < LANES; i++) a[i] = a[i] < b[i] ? a[i] : b[i];
  return a;
#endif
}

static inline vd vmax(vd a, vd b) {
#if defined(__AVX512F__)
  return (vd)_mm512_max_pd((__m512d)a, (__m512d)b);
#elif defined(__AVX__)
  return (vd)_mm256_max_pd((__m256d)a, (__m256d)b);
#elif defined(__SSE2__)
  return (vd)_mm_max_pd((__m128d)a, (__m128d)b);
#else
  for (int i = 0; i < LANES; i++) a[i] = a[i] > b[i] ? a[i] : b[i];
  return a;
#endif
}

static inline vd vsqrt(vd v) {
#if defined(__AVX512F__)
  return (vd)_mm512_sqrt_pd((__m512d)v);
#elif defined(__AVX__)
  return (vd)_mm256_sqrt_pd((__m256d)v);
#elif defined(__SSE2__)
  return (vd)_mm_sqrt_pd((__m128d)v);
#else
  for (int i = 0; i < LANES; i++) v[i] = __builtin_sqrt(v[i]);
  return v;
#endif
}

static inline int padded(int n) {
  return (n + LANES - 1) / LANES * LANES;
}

static inline int any(vl mask) {
  int64_t found = 0;
  for (int i = 0; i < LANES; i++) found |= mask[i];
  return found != 0;
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
