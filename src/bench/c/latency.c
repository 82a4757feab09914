#include <math.h>
#include <stdlib.h>
#include "inputs.h"
#include "kernels.h"
#include "vector.h"

/* docs/methods.md 5: the window of latencies is kept sorted; a new one replaces the oldest. */

static int lower_bound(const double *sorted, int n, double value) {
  int base = 0;
  int length = n;
  while (length > 0) {
    const int half = length >> 1;
    const int below = sorted[base + half] < value;
    base = below ? base + half + 1 : base;
    length = below ? length - half - 1 : half;
  }
  return base;
}

void latency(
  int n, const double *latency_ms, int size, double factor,
  double minimum, int adaptive, double *p95, double *window
) {
  double *ring = malloc(2 * sizeof(double) * (size_t)size);
  double *sorted = ring + size;
  int count = 0;
  int head = 0;
  for (int i = 0; i < n; i++) {
    const double value = latency_ms[i];
    if (value == value) {
      if (count < size) {
        const int at = lower_bound(sorted, count, value);
        memmove(sorted + at + 1, sorted + at, sizeof(double) * (size_t)(count - at));
        sorted[at] = value;
        ring[count++] = value;
      } else {
        const int out = lower_bound(sorted, count, ring[head]);
        int at = lower_bound(sorted, count, value);
        if (at > out) {
          at--;
          memmove(sorted + out, sorted + out + 1, sizeof(double) * (size_t)(at - out));
        } else {
          memmove(sorted + at + 1, sorted + at, sizeof(double) * (size_t)(out - at));
        }
        sorted[at] = value;
        ring[head] = value;
        head = head + 1 == size ? 0 : head + 1;
      }
    }
    const int rank = (int)ceil(0.95 * count) - 1;
    const double quantile = count > 0 ? sorted[rank > 0 ? rank : 0] : NAN;
    p95[i] = quantile;
    window[i] = adaptive && count > 0 ? max_double(minimum, factor * quantile) : minimum;
  }
  free(ring);
}

void run_latency(void) {
  latency(
    whole("n"), column("latency"), whole("lat_window"), number("win_factor"), number("win_min"), 1,
    doubles_out("p95"), doubles_out("window")
  );
}
