#ifndef TAUTLINE_KERNELS_H
#define TAUTLINE_KERNELS_H

#include <stdint.h>
#include "layout.h"

/* The kernels of wasm/, by the same definitions and the same algorithms. Arguments as in the files of the same name
   there. */

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

void latency(
  int n, const double *latency_ms, int size, double factor,
  double minimum, int adaptive, double *p95, double *window
);
void tracker(const Events *events, const Tracker *t);
/* Axes from which updating the factor of the slow covariance pays. */
#define UPDATE_FROM 20
void tracker_pairs(const Events *events, const Tracker *t);
void tracker_updates(const Events *events, const Tracker *t);
void tracker_textbook(const Events *events, const Tracker *t);
void coupling(
  const Events *events, const float *residual, const double *time, const double *window,
  const int32_t *previous, double lambda, int turns, double *rho
);
void transport(
  const Events *events, int size, int minimum, int reference_to, const float *reference_rows,
  const int32_t *reference_counts, double *tension, double *shift
);

/* An episode of a detector, as in wasm/detectors.ts. */
typedef struct {
  int32_t kind, stream, onset, onset_seq, fired, fired_seq, cleared, pad;
  double peak;
} Episode;

typedef struct {
  int reference_to;
  const Limits *limits;
  const int32_t *warmup, *seq;
  const double *kl, *box_cox, *friction, *entropy, *rho, *tension;
  double *cusum;
  uint8_t *event_state, *notice;
  Episode *episodes;
  int capacity;
} Detectors;

/* Returns the number of episodes that closed; more than `capacity` are counted but not written. */
int detectors(const Events *events, const Detectors *d);

void project_rows(const float *vectors, int count, int d, const double *axes, const double *offsets, int k, float *out);
/* `held` vectors, gone through again and again until `count` are taken in. */
void within_covariance(
  const float *vectors, const int32_t *streams, int count, int held, int d, int stream_count, double *covariance
);
/* Eigenvalues of a symmetric n x n matrix into `values`, unordered; row i of `w` becomes eigenvector i. */
void eigen(int n, double *w, double *values);
void downsample(
  const double *x, const double *y, const int32_t *code,
  int n, int lines, int buckets, double *out, int32_t *lengths
);
double assign(const double *a, const double *b, int n, int k, int32_t *column_of);
void run_lengths(
  const double *values, const int32_t *starts, int streams, int block, int events,
  int32_t seed, const double *levels, int level_count, double kappa, double cap,
  double *alarms, double *clear
);
void generate(
  uint64_t seed, double centroid_scale, double noise, const double *schedule,
  int slots, int32_t *provider, int32_t *latency_micros, float *embedding
);
/* 50 features of each text; 64 bytes after the last are read too. */
void style(
  int n, const uint8_t *bytes, const int32_t *offsets, const uint8_t *classes, const uint8_t *words,
  const double *factors, double *out
);

/* Rows of vectors are padded to whole ones; `model` is mean, A and mu of each stream. */
typedef struct {
  int axes, streams, degrees;
  double tau2, pi, limit;
  const double *root, *within, *between, *model;
} Change;

/* S of every event. */
void change(
  const Change *c, int count, const int32_t *stream, const int32_t *conversation, const double *features,
  double *values
);

#endif
