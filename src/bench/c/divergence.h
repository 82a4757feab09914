#ifndef TAUTLINE_DIVERGENCE_H
#define TAUTLINE_DIVERGENCE_H

#include <math.h>
#include <stdlib.h>
#include "kernels.h"
#include "vector.h"

/* What both trackers share: factorisations side by side, one matrix a lane, and the state and events of a stream. */

#define RIDGE 1e-100
#define INFLATION (1 + 1e-12)

static inline int even(int k) {
  return (k + 1) & ~1;
}

/* [diagonal][strict rows] of an even number of axes, one matrix a lane. */
static inline int pair_length(int k) {
  const int axes = even(k);
  return axes + axes * (axes - 1) / 2;
}

/* L D L^T in place, D on the diagonal and 1/D in `inverse`. */
void factor(int axes, va *a, va *inverse, va *first, va *second);
/* KL(N(0,A) || N(0,B)) of every lane, nats; both are overwritten by their factors. */
va divergence(int k, va *a, va *b, va *y, va *work);

typedef struct {
  double count;
  int32_t instantiation;
  double *mean, *fast, *slow;
} State;

/* Zeroed and aligned. */
static inline double *doubles(size_t count) {
  const size_t bytes = (count * sizeof(double) + 63) / 64 * 64;
  double *at = aligned_alloc(64, bytes);
  memset(at, 0, bytes);
  return at;
}

static inline void put(const Tracker *t, int event, double value) {
  t->kl[event] = value;
  t->box_cox[event] = 2 - 2 / sqrt(value);
}

/* What both trackers do at a stream's first event and at void ones; 0 where there is more to do. */
static inline int settled(const Events *events, const Tracker *t, State *own, int i) {
  const int k = events->k;
  if (events->is_void[i]) {
    t->friction[i] = t->trace[i] = t->kl[i] = t->box_cox[i] = t->entropy[i] = NAN;
    return 1;
  }
  own->count++;
  if (own->count > 1) return 0;
  const float *row = events->x + (size_t)i * (size_t)k;
  for (int a = 0; a < k; a++) {
    own->mean[a] = row[a];
    t->residual[(size_t)i * (size_t)k + (size_t)a] = 0;
  }
  t->friction[i] = t->trace[i] = 0;
  put(t, i, 0);
  t->entropy[i] = log2(k);
  own->instantiation = t->instantiation[i];
  return 1;
}

static inline int resets(State *own, int32_t code) {
  if (code < 0) return 0;
  const int changed = own->instantiation >= 0 && own->instantiation != code;
  own->instantiation = code;
  return changed;
}

static inline double relaxation(const Tracker *t, int i) {
  return i >= t->reference_from && i < t->reference_to ? 1 : min_double(1, t->window_reference / t->window[i]);
}

#endif
