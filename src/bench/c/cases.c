#include <stdlib.h>
#include <string.h>
#include "cases.h"
#include "kernels.h"
#include "records.h"

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

static const Case cases[] = {
  {"latency", run_latency, write_latency},
  {"tracker", run_tracker, write_tracker},
  {"tracker-textbook", run_tracker_textbook, write_tracker},
  {"coupling", run_coupling, write_coupling},
  {"transport", run_transport, write_transport},
  {"displacement", run_displacement, write_displacement},
  {"signals", run_signals, write_signals},
  {"signals-textbook", run_signals_textbook, write_signals},
};

const Case *case_named(const char *name) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) if (strcmp(cases[i].name, name) == 0) return cases + i;
  return NULL;
}
