#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "cases.h"
#include "inputs.h"
#include "kernels.h"
#include "vector.h"

static Record *inputs;
static int input_count;

/* Outputs by name, made when first asked for and kept until other inputs are opened. */
static Record outputs[64];
static int output_count;

void cases_open(const char *path) {
  records_free(inputs, input_count);
  inputs = NULL;
  input_count = records_read(path, &inputs);
  for (int i = 0; i < output_count; i++) free(outputs[i].data);
  output_count = 0;
}

const Record *input(const char *name) {
  for (int i = 0; i < input_count; i++) if (strcmp(inputs[i].name, name) == 0) return inputs + i;
  fprintf(stderr, "the inputs have no %s\n", name);
  exit(2);
}

void *column(const char *name) {
  return input(name)->data;
}

double number(const char *name) {
  return *(double *)column(name);
}

int whole(const char *name) {
  return (int)number(name);
}

void *output(const char *name, char type, size_t length) {
  for (int i = 0; i < output_count; i++) if (strcmp(outputs[i].name, name) == 0) return outputs[i].data;
  Record *r = outputs + output_count++;
  strncpy(r->name, name, sizeof r->name - 1);
  r->type = type;
  r->length = length;
  r->data = aligned_alloc(64, (length * record_width(type) + 128 + 63) / 64 * 64);
  memset(r->data, 0, length * record_width(type) + 128);
  return r->data;
}

static void write_outputs(FILE *file, const char *const *names) {
  for (; *names; names++) {
    for (int i = 0; i < output_count; i++) {
      const Record *r = outputs + i;
      if (strcmp(r->name, *names) == 0) records_write(file, r->name, r->type, r->data, r->length);
    }
  }
}

/* Coordinates that the C made itself; null: the wasm's. */
static const float *projected;

Events events(void) {
  return (Events){
    .n = whole("n"), .k = whole("k"), .streams = whole("streams"),
    .x = projected ? projected : column("x"), .stream = column("stream"), .is_void = column("isVoid"),
  };
}

double *doubles_out(const char *name) {
  return output(name, 'd', (size_t)whole("n"));
}

static int chained, textbook;

int is_textbook(void) {
  return textbook;
}

void *stage_column(const char *name) {
  if (chained) return output(name, 'd', 0);
  char given[64];
  snprintf(given, sizeof given, "%sIn", name);
  return column(given);
}

static void run_stages(void) {
  chained = 1;
#define RUN(id, ...) run_##id();
  STAGES(RUN)
#undef RUN
  chained = 0;
}

static void run_signals(void) {
  run_stages();
}

static void run_tracker_textbook(void) {
  textbook = 1;
  run_tracker();
  textbook = 0;
}

static void run_signals_textbook(void) {
  textbook = 1;
  run_stages();
  textbook = 0;
}

static void run_project(void) {
  const int d = whole("dimension"), k = whole("k"), held = whole("embedded");
  float *x = output("projected", 'f', (size_t)held * (size_t)k);
  for (int left = whole("n"); left > 0; left -= held) {
    project_rows(column("embeddings"), min_int(left, held), d, column("axes"), column("offsets"), k, x);
  }
}

static void run_covariance(void) {
  const int d = whole("dimension");
  within_covariance(
    column("embeddings"), column("stream"), whole("n"), whole("embedded"),
    d, whole("streams"), output("covariance", 'd', (size_t)d * (size_t)d)
  );
}

static void run_eigen(void) {
  const int d = whole("dimension");
  double *w = output("eigenvectors", 'd', (size_t)d * (size_t)d);
  memcpy(w, column("covarianceIn"), sizeof(double) * (size_t)d * (size_t)d);
  eigen(d, w, output("eigenvalues", 'd', (size_t)d));
}

/* Axes of the k largest eigenvalues, scaled by their roots, the largest entry of each positive. */
static void whiten(int d, int k, const double *w, double *values, double *axes) {
  for (int i = 0; i < k; i++) {
    int most = 0;
    for (int j = 1; j < d; j++) if (values[j] > values[most]) most = j;
    const double *v = w + (size_t)most * (size_t)d;
    int largest = 0;
    for (int l = 1; l < d; l++) if (fabs(v[l]) > fabs(v[largest])) largest = l;
    const double scale = (v[largest] < 0 ? -1 : 1) / sqrt(values[most]);
    for (int l = 0; l < d; l++) axes[i * d + l] = scale * v[l];
    values[most] = -INFINITY;
  }
}

/* All of it from the decoded columns on: projection fitted on the reference and applied, signals, decisions. */
static void run_pipeline(void) {
  const int d = whole("dimension"), k = whole("k"), n = whole("n");
  const int from = whole("referenceFrom"), rows = whole("referenceTo") - from;
  const float *vectors = column("embeddings"), *reference = vectors + (size_t)from * (size_t)d;
  double *w = output("eigenvectors", 'd', (size_t)d * (size_t)d);
  double *values = output("eigenvalues", 'd', (size_t)d);
  double *axes = output("fittedAxes", 'd', (size_t)k * (size_t)d), *offsets = output("fittedOffsets", 'd', (size_t)k);
  double *mean = output("fittedMean", 'd', (size_t)d);
  within_covariance(reference, (int32_t *)column("stream") + from, rows, rows, d, whole("streams"), w);
  eigen(d, w, values);
  whiten(d, k, w, values, axes);
  memset(mean, 0, sizeof(double) * (size_t)d);
  for (int i = 0; i < rows; i++) for (int l = 0; l < d; l++) mean[l] += reference[(size_t)i * (size_t)d + (size_t)l];
  for (int i = 0; i < k; i++) {
    offsets[i] = 0;
    for (int l = 0; l < d; l++) offsets[i] += axes[i * d + l] * mean[l] / rows;
  }
  float *x = output("projected", 'f', (size_t)n * (size_t)k);
  project_rows(vectors, n, d, axes, offsets, k, x);
  projected = x;
  run_stages();
  chained = 1;
  run_detectors();
  chained = 0;
  projected = NULL;
}

static void run_downsample(void) {
  const int lines = whole("streams"), buckets = whole("buckets");
  downsample(
    column("time"), column("frictionIn"), column("stream"), whole("n"), lines, buckets,
    output("points", 'd', (size_t)lines * (4 * (size_t)buckets + 4)), output("lengths", 'i', (size_t)lines)
  );
}

static void run_assignment(void) {
  const int n = whole("points");
  int32_t *target = output("target", 'i', (size_t)n);
  *(double *)output("emd", 'd', 1) = assign(column("windowA"), column("windowB"), n, whole("k"), target);
}

static void run_run_lengths(void) {
  const size_t levels = input("levels")->length;
  double *alarms = output("alarms", 'd', levels), *clear = output("clear", 'd', levels);
  memset(alarms, 0, sizeof(double) * levels);
  memset(clear, 0, sizeof(double) * levels);
  run_lengths(
    column("scores"), column("scoreStarts"), whole("streams"), whole("block"), whole("n"), whole("seed"),
    column("levels"), (int)levels, number("kappa"),
    number("cap"), alarms, clear
  );
}

static void run_generator(void) {
  const int held = whole("embedded");
  int32_t *provider = output("provider", 'i', (size_t)held), *micros = output("latencyMicros", 'i', (size_t)held);
  float *embedding = output("embedding", 'f', (size_t)held * 64);
  for (int left = whole("n"); left > 0; left -= held) {
    generate(
      (uint64_t)number("generatorSeed"), number("centroidScale"), number("noise"),
      column("schedule"), min_int(left, held) / 4, provider, micros, embedding
    );
  }
}

static void run_style(void) {
  const int held = whole("texts");
  double *features = output("features", 'd', (size_t)held * 50);
  for (int left = whole("n"); left > 0; left -= held) {
    style(
      held, column("styleBytes"), column("styleOffsets"), column("styleClasses"), column("styleWords"),
      column("styleFactors"), features
    );
  }
}

#define WRITES(name, ...) \
  static void write_##name(FILE *file) { \
    static const char *const names[] = {__VA_ARGS__, NULL}; \
    write_outputs(file, names); \
  }

STAGES(WRITES)
#define NAMES_OF(id, ...) __VA_ARGS__,
WRITES(signals, STAGES(NAMES_OF) NULL)
WRITES(detectors, "cusum", "eventState", "notice", "closed")
WRITES(pipeline, STAGES(NAMES_OF) "cusum", "eventState", "closed", NULL)
WRITES(change, "changeStatistic")
WRITES(project, "projected")
WRITES(covariance, "covariance")
WRITES(eigen, "eigenvalues", "eigenvectors")
WRITES(downsample, "points", "lengths")
WRITES(assignment, "emd", "target")
WRITES(run_lengths, "alarms", "clear")
WRITES(generator, "provider", "latencyMicros", "embedding")
WRITES(style, "features")

static const Case cases[] = {
#define LIST(id, ...) {#id, run_##id, write_##id},
  STAGES(LIST)
  {"tracker-textbook", run_tracker_textbook, write_tracker},
  {"signals", run_signals, write_signals},
  {"signals-textbook", run_signals_textbook, write_signals},
  {"detectors", run_detectors, write_detectors},
  {"pipeline", run_pipeline, write_pipeline},
  {"change", run_change, write_change},
  {"project", run_project, write_project},
  {"covariance", run_covariance, write_covariance},
  {"eigen", run_eigen, write_eigen},
  {"downsample", run_downsample, write_downsample},
  {"assignment", run_assignment, write_assignment},
  {"runlength", run_run_lengths, write_run_lengths},
  {"generator", run_generator, write_generator},
  {"style", run_style, write_style},
};

const Case *case_named(const char *name) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) if (strcmp(cases[i].name, name) == 0) return cases + i;
  return NULL;
}
