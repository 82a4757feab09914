#include <stdlib.h>
#include <string.h>
#include "cases.h"
#include "kernels.h"
#include "records.h"
#include "vector.h"

#define MAX_EPISODES 200000

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

static const Record *input(const char *name) {
  for (int i = 0; i < input_count; i++) if (strcmp(inputs[i].name, name) == 0) return inputs + i;
  fprintf(stderr, "the inputs have no %s\n", name);
  exit(2);
}

static void *column(const char *name) {
  return input(name)->data;
}

static double number(const char *name) {
  return *(double *)column(name);
}

static int whole(const char *name) {
  return (int)number(name);
}

static void *output(const char *name, char type, size_t length) {
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

static Events events(void) {
  return (Events){.n = whole("n"), .k = whole("k"), .streams = whole("streams"), .x = column("x"), .stream = column("stream"), .is_void = column("isVoid")};
}

static double *doubles_out(const char *name) {
  return output(name, 'd', (size_t)whole("n"));
}

static Tracker tracker_arguments(const double *window) {
  return (Tracker){
    .instantiation = column("instantiation"), .window = window,
    .reference_from = whole("referenceFrom"), .reference_to = whole("referenceTo"), .window_reference = number("windowReference"),
    .lambda_fast = number("lambdaFast"), .lambda_slow = number("lambdaSlow"), .shrinkage = number("shrinkage"),
    .residual = output("residual", 'f', (size_t)whole("n") * (size_t)whole("k")),
    .friction = doubles_out("friction"), .trace = doubles_out("trace"), .kl = doubles_out("kl"), .box_cox = doubles_out("boxCox"), .entropy = doubles_out("entropy"),
  };
}

static void run_latency(void) {
  latency(whole("n"), column("latency"), whole("latencySize"), number("windowFactor"), number("windowMinimum"), 1, doubles_out("p95"), doubles_out("window"));
}

static void run_tracker(void) {
  const Events e = events();
  const Tracker t = tracker_arguments(column("windowIn"));
  tracker(&e, &t);
}

static void run_tracker_textbook(void) {
  const Events e = events();
  const Tracker t = tracker_arguments(column("windowIn"));
  tracker_textbook(&e, &t);
}

static void couple(const float *residual, const double *window) {
  const Events e = events();
  coupling(&e, residual, column("time"), window, column("previous"), number("couplingLambda"), whole("turns"), doubles_out("rho"));
}

static void run_coupling(void) {
  couple(column("residualIn"), column("windowIn"));
}

static void run_transport(void) {
  const Events e = events();
  transport(
    &e, whole("emdSize"), whole("emdMinimum"), whole("referenceTo"), column("referenceRows"), column("referenceCounts"), doubles_out("tension"), doubles_out("shift")
  );
}

static void run_displacement(void) {
  const Events e = events();
  displacement(&e, whole("referenceTo"), column("means"), number("mewmaLambda"), doubles_out("mewma"));
}

static void run_signals(void) {
  const Events e = events();
  run_latency();
  const Tracker t = tracker_arguments(doubles_out("window"));
  tracker(&e, &t);
  couple(t.residual, t.window);
  run_transport();
  run_displacement();
}

static void run_signals_textbook(void) {
  const Events e = events();
  run_latency();
  const Tracker t = tracker_arguments(doubles_out("window"));
  tracker_textbook(&e, &t);
  couple(t.residual, t.window);
  run_transport();
  run_displacement();
}

static void run_detectors(void) {
  const Events e = events();
  const Detectors d = {
    .reference_to = whole("referenceTo"), .limits = column("limits"), .shift_limits = column("shiftLimits"), .warmup = column("warmup"), .seq = column("seq"),
    .kl = column("klIn"), .box_cox = column("boxCoxIn"), .friction = column("frictionIn"), .entropy = column("entropyIn"), .rho = column("rhoIn"),
    .tension = column("tensionIn"), .mewma = column("mewmaIn"),
    .cusum = doubles_out("cusum"), .route = output("route", 'u', (size_t)e.n), .notice = output("notice", 'u', (size_t)e.n),
    .episodes = output("episodes", 'd', MAX_EPISODES * sizeof(Episode) / sizeof(double)), .capacity = MAX_EPISODES,
  };
  *(double *)output("closed", 'd', 1) = detectors(&e, &d);
}

static void run_project(void) {
  const int d = whole("dimension"), k = whole("k"), held = whole("embedded");
  float *x = output("projected", 'f', (size_t)held * (size_t)k);
  for (int left = whole("n"); left > 0; left -= held) project_rows(column("embeddings"), min_int(left, held), d, column("axes"), column("offsets"), k, x);
}

static void run_covariance(void) {
  const int d = whole("dimension");
  within_covariance(column("embeddings"), column("stream"), whole("n"), whole("embedded"), d, whole("streams"), output("covariance", 'd', (size_t)d * (size_t)d));
}

static void run_eigen(void) {
  const int d = whole("dimension");
  double *w = output("eigenvectors", 'd', (size_t)d * (size_t)d);
  memcpy(w, column("covarianceIn"), sizeof(double) * (size_t)d * (size_t)d);
  eigen(d, w, output("eigenvalues", 'd', (size_t)d));
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
  *(double *)output("emd", 'd', 1) = assign(column("windowA"), column("windowB"), n, whole("k"), output("target", 'i', (size_t)n));
}

static void run_bootstrap(void) {
  const int n = whole("n");
  bootstrap(
    column("bootResiduals"), column("bootStarts"), whole("streams"), whole("k"), number("mewmaLambda"), whole("block"), whole("bootRun"), whole("seed"),
    output("path", 'f', (size_t)n), n
  );
}

static void run_run_lengths(void) {
  const size_t levels = input("levels")->length;
  double *alarms = output("alarms", 'd', levels), *clear = output("clear", 'd', levels);
  memset(alarms, 0, sizeof(double) * levels);
  memset(clear, 0, sizeof(double) * levels);
  run_lengths(
    column("scores"), column("scoreStarts"), whole("streams"), whole("block"), whole("n"), whole("seed"), column("levels"), (int)levels, number("kappa"),
    number("cap"), alarms, clear
  );
}

static void run_generator(void) {
  const int held = whole("embedded");
  int32_t *provider = output("provider", 'i', (size_t)held), *micros = output("latencyMicros", 'i', (size_t)held);
  float *embedding = output("embedding", 'f', (size_t)held * 64);
  for (int left = whole("n"); left > 0; left -= held) {
    generate((uint64_t)number("generatorSeed"), number("centroidScale"), number("noise"), column("schedule"), min_int(left, held) / 4, provider, micros, embedding);
  }
}

#define WRITES(name, ...) \
  static void write_##name(FILE *file) { \
    static const char *const names[] = {__VA_ARGS__, NULL}; \
    write_outputs(file, names); \
  }

WRITES(latency, "p95", "window")
WRITES(tracker, "residual", "friction", "trace", "kl", "boxCox", "entropy")
WRITES(coupling, "rho")
WRITES(transport, "tension", "shift")
WRITES(displacement, "mewma")
WRITES(signals, "friction", "trace", "kl", "entropy", "p95", "window", "rho", "tension", "shift", "mewma")
WRITES(detectors, "cusum", "route", "notice", "closed")
WRITES(project, "projected")
WRITES(covariance, "covariance")
WRITES(eigen, "eigenvalues", "eigenvectors")
WRITES(downsample, "points", "lengths")
WRITES(assignment, "emd", "target")
WRITES(bootstrap, "path")
WRITES(run_lengths, "alarms", "clear")
WRITES(generator, "provider", "latencyMicros", "embedding")

static const Case cases[] = {
  {"latency", run_latency, write_latency},
  {"tracker", run_tracker, write_tracker},
  {"tracker-textbook", run_tracker_textbook, write_tracker},
  {"coupling", run_coupling, write_coupling},
  {"transport", run_transport, write_transport},
  {"displacement", run_displacement, write_displacement},
  {"signals", run_signals, write_signals},
  {"signals-textbook", run_signals_textbook, write_signals},
  {"detectors", run_detectors, write_detectors},
  {"project", run_project, write_project},
  {"covariance", run_covariance, write_covariance},
  {"eigen", run_eigen, write_eigen},
  {"downsample", run_downsample, write_downsample},
  {"assignment", run_assignment, write_assignment},
  {"bootstrap", run_bootstrap, write_bootstrap},
  {"runlength", run_run_lengths, write_run_lengths},
  {"generator", run_generator, write_generator},
};

const Case *case_named(const char *name) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) if (strcmp(cases[i].name, name) == 0) return cases + i;
  return NULL;
}
