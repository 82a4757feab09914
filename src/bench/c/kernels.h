#ifndef TAUTLINE_KERNELS_H
#define TAUTLINE_KERNELS_H

#include <stdint.h>

/* The kernels of wasm/, by the same definitions and the same algorithms. Arguments as in the files of the same name there. */

typedef struct {
  int n, k, streams;
  const float *x;
  const int32_t *stream;
  const uint8_t *is_void;
} Events;

typedef struct {
  const int32_t *instantiation;
  const double *window;
  int reference_from, reference_to;
  double window_reference, lambda_fast, lambda_slow, shrinkage;
  float *residual;
  double *friction, *trace, *kl, *box_cox, *entropy;
} Tracker;

void latency(int n, const double *latency_ms, int size, double factor, double minimum, int adaptive, double *p95, double *window);
void tracker(const Events *events, const Tracker *t);
void tracker_textbook(const Events *events, const Tracker *t);
void coupling(const Events *events, const float *residual, const double *time, const double *window, const int32_t *previous, double lambda, int turns, double *rho);
void transport(const Events *events, int size, int minimum, int reference_to, const float *reference_rows, const int32_t *reference_counts, double *tension, double *shift);
void displacement(const Events *events, int reference_to, const double *means, double lambda, double *mewma);

#endif
