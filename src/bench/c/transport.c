#include <math.h>
#include <stdlib.h>
#include "inputs.h"
#include "kernels.h"
#include "vector.h"

/*
 * Sliced Earth Mover's Distance between recent windows, docs/methods.md 6. Every axis of a window is kept sorted: a new
 * value replaces an old one in one pass over the row, without a branch a value; a window that is far out of date is
 * sorted anew. A row is [CHUNK x -inf][values, +inf where empty][CHUNK x +inf].
 */

#define CHUNK 16
#define SORT_FROM 8
/* Values summed in float before they are added up in double. */
#define BLOCK (4 * FLOATS)

typedef struct {
  int n, low, high, last;
  float *rows;
} Window;

typedef struct {
  int k, size, row, values;
  float *work;
  const float **list;
} Shape;

static void empty(const Shape *shape, Window *w, float *rows) {
  w->n = w->low = w->high = w->last = 0;
  w->rows = rows;
  for (int a = 0; a < shape->k; a++) {
    float *row = rows + (size_t)a * (size_t)shape->row;
    for (int i = 0; i < CHUNK; i++) row[i] = -INFINITY;
    for (int i = CHUNK; i < shape->row; i++) row[i] = INFINITY;
  }
}

/* Replaces one `old` by `value` in every row; no old one adds a value where there was none. */
static void replace(const Shape *shape, Window *window, const float *old, const float *value) {
  for (int a = 0; a < shape->k; a++) {
    float *row = window->rows + (size_t)a * (size_t)shape->row + CHUNK;
    const float o = old ? old[a] : INFINITY;
    const float v = value[a];
    float next[CHUNK];
    if (v > o) {
      for (float *w = row; w < row + shape->values; w += CHUNK) {
        for (int j = 0; j < CHUNK; j++) {
          const float least = w[j + 1] < v ? w[j + 1] : v;
          const float moved = w[j] > least ? w[j] : least;
          next[j] = w[j] >= o ? moved : w[j];
        }
        memcpy(w, next, sizeof next);
      }
    } else {
      for (float *w = row + shape->values - CHUNK; w >= row; w -= CHUNK) {
        for (int j = 0; j < CHUNK; j++) {
          const float most = w[j - 1] > v ? w[j - 1] : v;
          const float moved = w[j] < most ? w[j] : most;
          next[j] = w[j] <= o ? moved : w[j];
        }
        memcpy(w, next, sizeof next);
      }
    }
  }
}

/* Sorts n rows of FLOATS axes, each axis for itself: Batcher's odd-even merge sort (1968). */
static void sort_rows(float *rows, int n) {
  int merged = 1;
  for (int p = 1; p < n; p <<= 1, merged++) {
    for (int q = p; q >= 1; q >>= 1) {
      for (int j = q & (p - 1); j + q < n; j += q << 1) {
        if (j >> merged != (j + q) >> merged) continue;
        const int end = j + min_int(q, n - j - q);
        for (int i = j; i < end; i++) {
          float *a = rows + (size_t)i * FLOATS, *b = rows + (size_t)(i + q) * FLOATS;
          for (int l = 0; l < FLOATS; l++) {
            const float x = a[l], y = b[l];
            a[l] = x < y ? x : y;
            b[l] = x < y ? y : x;
          }
        }
      }
    }
  }
}

static void fill(const Shape *shape, Window *window, int n) {
  for (int a = 0; a < shape->k; a += FLOATS) {
    const int axes = min_int(FLOATS, shape->k - a);
    for (int j = 0; j < n; j++) for (int l = 0; l < axes; l++) shape->work[j * FLOATS + l] = shape->list[j][a + l];
    sort_rows(shape->work, n);
    for (int l = 0; l < axes; l++) {
      float *to = window->rows + (size_t)(a + l) * (size_t)shape->row + CHUNK;
      for (int j = 0; j < n; j++) to[j] = shape->work[j * FLOATS + l];
      for (int j = n; j < shape->values; j++) to[j] = INFINITY;
    }
  }
}

static inline vf gap(const float *a, const float *b) {
  const vf d = *(const vf *)a - *(const vf *)b;
  return (vf)((vi)d & 0x7fffffff);
}

/* Mean over axes and ranks of |a_(i) - b_(i)| over the first n values of two windows. */
static double distance(const Shape *shape, const Window *a, const Window *b, int n) {
  const int whole = n / BLOCK * BLOCK;
  vd low = splat(0), high = splat(0);
  double tail = 0;
  for (int axis = 0; axis < shape->k; axis++) {
    const float *at = a->rows + (size_t)axis * (size_t)shape->row + CHUNK;
    const float *bt = b->rows + (size_t)axis * (size_t)shape->row + CHUNK;
    for (int i = 0; i < whole; i += BLOCK) {
      const vf d = gap(at + i, bt + i) + gap(at + i + FLOATS, bt + i + FLOATS)
        + (gap(at + i + 2 * FLOATS, bt + i + 2 * FLOATS) + gap(at + i + 3 * FLOATS, bt + i + 3 * FLOATS));
      const float *halves = (const float *)&d;
      low += widen(halves);
      high += widen(halves + LANES);
    }
    for (int i = whole; i < n; i++) tail += fabsf(at[i] - bt[i]);
  }
  return (lanes(low + high) + tail) / ((double)n * shape->k);
}

static void catch_up_own(const Shape *shape, Window *w, int n, int count, const int32_t *ring, const float *x) {
  const int capacity = 2 * shape->size;
  const int target = count - n;
#define AT(ordinal) (x + (size_t)ring[(ordinal) % capacity] * (size_t)shape->k)
  if (target >= w->high || count - w->high > SORT_FROM) {
    for (int j = target; j < count; j++) shape->list[j - target] = AT(j);
    fill(shape, w, n);
  } else {
    int low = w->low;
    for (int j = w->high; j < count; j++) {
      if (low < target) {
        replace(shape, w, AT(low), AT(j));
        low++;
      } else {
        replace(shape, w, NULL, AT(j));
      }
    }
    for (int j = low - 1; j >= target; j--) replace(shape, w, NULL, AT(j));
  }
#undef AT
  w->n = n;
  w->low = target;
  w->high = count;
}

static inline int other(const Events *events, int e, int step, int p) {
  while (events->stream[e] == p || events->is_void[e]) e += step;
  return e;
}

static void catch_up_others(const Shape *shape, Window *w, int n, int count, int p, int now, const Events *events) {
  int oldest = w->low;
  int fresh = count - w->last;
#define AT(event) (events->x + (size_t)(event) * (size_t)shape->k)
  if (fresh >= n || fresh > SORT_FROM) {
    int e = now;
    for (int j = 0; j < n; j++) {
      e = other(events, e - 1, -1, p);
      shape->list[j] = AT(e);
    }
    fill(shape, w, n);
    oldest = e;
  } else {
    int gone = w->n + fresh - n;
    int e = w->high - 1;
    const int first = oldest;
    for (; fresh > 0; fresh--) {
      e = other(events, e + 1, 1, p);
      if (gone > 0) {
        replace(shape, w, AT(oldest), AT(e));
        oldest = other(events, oldest + 1, 1, p);
        gone--;
      } else {
        replace(shape, w, NULL, AT(e));
      }
    }
    if (gone < 0) oldest = first;
    for (; gone < 0; gone++) {
      oldest = other(events, oldest - 1, -1, p);
      replace(shape, w, NULL, AT(oldest));
    }
  }
#undef AT
  w->n = n;
  w->low = oldest;
  w->high = now;
  w->last = count;
}

void transport(
  const Events *events, int size, int minimum, int reference_to, const float *reference_rows,
  const int32_t *reference_counts, double *tension, double *shift
) {
  const int k = events->k;
  const int streams = events->streams;
  const int values = (size + CHUNK - 1) / CHUNK * CHUNK;
  const Shape shape = {
    .k = k, .size = size, .values = values, .row = values + 2 * CHUNK,
    .work = malloc(sizeof(float) * (size_t)size * FLOATS), .list = malloc(sizeof(float *) * (size_t)size),
  };
  const size_t per_window = (size_t)k * (size_t)shape.row;
  float *rows = malloc(sizeof(float) * per_window * 4 * (size_t)streams);
  Window *windows = malloc(sizeof(Window) * 4 * (size_t)streams);
  int32_t *rings = malloc(sizeof(int32_t) * 2 * (size_t)size * (size_t)streams);
  int *counts = calloc((size_t)streams, sizeof(int));
  for (int w = 0; w < 4 * streams; w++) empty(&shape, windows + w, rows + (size_t)w * per_window);
  int embedded = 0;
  for (int i = 0; i < events->n; i++) {
    double emd = NAN;
    double moved = NAN;
    if (!events->is_void[i]) {
      embedded++;
      const int p = events->stream[i];
      const int count = ++counts[p];
      int32_t *ring = rings + (size_t)p * 2 * (size_t)size;
      ring[(count - 1) % (2 * size)] = i;
      Window *mine = windows + 4 * p, *theirs = mine + 1;
      const int others = embedded - count;
      const int held = min_int(size, count);
      const int n = min_int(held, others);
      if (n >= minimum) {
        catch_up_own(&shape, mine, n, count, ring, events->x);
        catch_up_others(&shape, theirs, n, others, p, i, events);
        emd = distance(&shape, mine, theirs, n);
      }
      if (i >= reference_to) {
        const int available = reference_counts[p];
        const int m = min_int(held, available);
        if (m >= minimum) {
          Window *recent = mine;
          if (m != n) {
            recent = mine + 2;
            catch_up_own(&shape, recent, m, count, ring, events->x);
          }
          Window *reference = mine + 3;
          const float *own = reference_rows + (size_t)p * (size_t)size * (size_t)k;
          for (int j = reference->n; j < m; j++) {
            replace(&shape, reference, NULL, own + (size_t)(available - 1 - j) * (size_t)k);
          }
          reference->n = m;
          moved = distance(&shape, recent, reference, m);
        }
      }
    }
    tension[i] = emd;
    shift[i] = moved;
  }
  free(shape.work);
  free(shape.list);
  free(rows);
  free(windows);
  free(rings);
  free(counts);
}

void run_transport(void) {
  const Events e = events();
  transport(
    &e, whole("emd_window"), whole("emd_min"), whole("referenceTo"), column("referenceRows"), column("referenceCounts"),
    doubles_out("tension"), doubles_out("shift")
  );
}
