#include <math.h>
#include <stdlib.h>
#include "kernels.h"
#include "vector.h"

/* Min-max per bucket of x for several streams in one pass, as wasm/downsample.ts. */

typedef struct {
  int bucket, events, points, gap;
  double low, low_x, high, high_x, first_x, first_y, second_x, second_y, newest_x, newest_y;
} Line;

static inline void emit(Line *s, double *line, double x, double y) {
  const int gap = y != y;
  if (gap && s->gap) return;
  line[2 * s->points] = x;
  line[2 * s->points + 1] = y;
  s->points++;
  s->gap = gap;
}

/*
 * Writes the bucket's points: its events where there are two at most, else its extremes, else one gap. Leaves it empty.
 */
static void flush(Line *s, double *line) {
  const int held = s->events - 2;
  if (held > 0 && held <= 2) {
    emit(s, line, s->first_x, s->first_y);
    if (held == 2) emit(s, line, s->second_x, s->second_y);
  } else if (held > 2) {
    if (s->low != s->low) {
      emit(s, line, s->first_x, NAN);
    } else if (s->low == s->high) {
      emit(s, line, s->low_x, s->low);
    } else if (s->low_x < s->high_x) {
      emit(s, line, s->low_x, s->low);
      emit(s, line, s->high_x, s->high);
    } else {
      emit(s, line, s->high_x, s->high);
      emit(s, line, s->low_x, s->low);
    }
  }
  s->events = 2;
}

static inline void admit(Line *s, double *line, double per_unit, double first, double last_bucket) {
  const double x = s->newest_x, y = s->newest_y;
  const int bucket = (int)min_double(last_bucket, (x - first) * per_unit);
  if (bucket > s->bucket) {
    flush(s, line);
    s->bucket = bucket;
  }
  const int held = s->events - 2;
  if (held == 0) {
    s->low = s->high = NAN;
    s->first_x = x;
    s->first_y = y;
  } else if (held == 1) {
    s->second_x = x;
    s->second_y = y;
  }
  if (y == y) {
    if (!(s->low <= y)) {
      s->low = y;
      s->low_x = x;
    }
    if (!(s->high >= y)) {
      s->high = y;
      s->high_x = x;
    }
  }
  s->events = held + 3;
}

void downsample(
  const double *x, const double *y, const int32_t *code,
  int n, int lines, int buckets, double *out, int32_t *lengths
) {
  Line *states = calloc((size_t)lines, sizeof(Line));
  const size_t capacity = 2 * (2 * (size_t)buckets + 2);
  const double first = x[0];
  const double per_unit = x[n - 1] > first ? buckets / (x[n - 1] - first) : 0;
  for (int i = 0; i < n; i++) {
    if ((uint32_t)code[i] >= (uint32_t)lines) continue;
    Line *s = states + code[i];
    double *line = out + (size_t)code[i] * capacity;
    if (s->events == 0) {
      emit(s, line, x[i], y[i]);
      s->events = 1;
      continue;
    }
    if (s->events > 1) admit(s, line, per_unit, first, buckets - 1);
    else s->events = 2;
    s->newest_x = x[i];
    s->newest_y = y[i];
  }
  for (int l = 0; l < lines; l++) {
    Line *s = states + l;
    double *line = out + (size_t)l * capacity;
    if (s->events > 1) {
      flush(s, line);
      emit(s, line, s->newest_x, s->newest_y);
    }
    lengths[l] = s->points;
  }
  free(states);
}
