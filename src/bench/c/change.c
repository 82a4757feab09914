#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "inputs.h"
#include "kernels.h"
#include "vector.h"

/* The machine of lasting change, docs/methods.md 14: as wasm/change.ts, where the algorithm is told. */

#define RING 65
#define SLOTS 256
#define WINDOWS 5

typedef struct {
  int messages, ever, used, open;
  double peak;
  int32_t conversation[SLOTS], count[SLOTS], latest[SLOTS];
  double *frozen, *ring, *sums;
} State;

static int slot_of(State *s, int width, int conversation) {
  for (int slot = 0; slot < s->used; slot++) if (s->conversation[slot] == conversation) return slot;
  int slot = s->used;
  if (s->used < SLOTS) s->used++;
  else {
    slot = 0;
    for (int other = 1; other < SLOTS; other++) if (s->latest[other] < s->latest[slot]) slot = other;
  }
  s->conversation[slot] = conversation;
  s->count[slot] = 0;
  memset(s->sums + slot * width, 0, sizeof(double) * (size_t)width);
  return slot;
}

static inline vd clipped(vd v, double most) {
  return vmax(splat(-most), vmin(splat(most), v));
}

static void standardise(const Change *c, int width, const double *features, const double *mean, double *y, double *z) {
  for (int a = 0; a < c->axes; a++) {
    const double value = features[a] - mean[a];
    y[a] = value - value == 0 ? value : 0;
  }
  int row = 0;
  for (; row + 4 * LANES <= width; row += 4 * LANES) {
    vd s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;
    const double *h = c->root + row;
    for (int a = 0; a < c->axes; a++, h += width) {
      const vd v = splat(y[a]);
      s0 += v * *(const vd *)h;
      s1 += v * *(const vd *)(h + LANES);
      s2 += v * *(const vd *)(h + 2 * LANES);
      s3 += v * *(const vd *)(h + 3 * LANES);
    }
    *(vd *)(z + row) = clipped(s0, 3.5);
    *(vd *)(z + row + LANES) = clipped(s1, 3.5);
    *(vd *)(z + row + 2 * LANES) = clipped(s2, 3.5);
    *(vd *)(z + row + 3 * LANES) = clipped(s3, 3.5);
  }
  for (; row < width; row += LANES) {
    vd sum = splat(0);
    const double *h = c->root + row;
    for (int a = 0; a < c->axes; a++, h += width) sum += splat(y[a]) * *(const vd *)h;
    *(vd *)(z + row) = clipped(sum, 3.5);
  }
}

static inline vd share(vd mean, vd centre, vd information) {
  const vd root = vsqrt(information);
  return clipped((mean - centre) * root, 3) * root;
}

static void take(
  const Change *c, int width, const double *z, int count, double *sum,
  const double *centre, const double *last, double *now
) {
  const vd after = splat(1.0 / (count + 1)), before = splat(count > 0 ? 1.0 / count : 0);
  for (int a = 0; a < width; a += LANES) {
    const vd b = *(const vd *)(c->between + a), w = *(const vd *)(c->within + a), mu = *(const vd *)(centre + a);
    const vd old = *(vd *)(sum + a);
    const vd grown = old + *(const vd *)(z + a);
    *(vd *)(sum + a) = grown;
    vd information = splat(1) / (b + w * after);
    vd u = share(grown * after, mu, information);
    if (count > 0) {
      const vd known = splat(1) / (b + w * before);
      u -= share(old * before, mu, known);
      information -= known;
    }
    *(vd *)(now + a) = *(const vd *)(last + a) + u;
    *(vd *)(now + width + a) = *(const vd *)(last + width + a) + information;
  }
}

static double weigh(
  const Change *c, int width, const double *now, const double *lo, const double *before, const double *known,
  int light, double *scaled
) {
  vd total = splat(1);
  for (int a = 0; a < width; a += LANES) {
    const vd j = *(const vd *)(now + width + a) - *(const vd *)(lo + width + a);
    const vd d = *(const vd *)(now + a) - *(const vd *)(lo + a);
    const vd b = *(const vd *)(known + a) + *(const vd *)(before + width + a);
    const vd r = b + j, jb = j * b, q = r + splat(c->tau2) * jb;
    const vd root = d * b - j * *(const vd *)(before + a);
    const vd f = root * root + splat(1e-200);
    const vd base = splat(light ? 20 : 7) * jb;
    const vd n = base * r + f, m = base * q + f;
    const vd part = n / (m * r), x = part * r, t = part * q, t2 = t * t;
    vd factor;
    if (light) {
      const vd t4 = t2 * t2;
      factor = vsqrt(x) * (t4 * t4 * t2);
    } else {
      factor = vsqrt(x * t) * (t2 * t);
    }
    total *= splat(1 - c->pi) + splat(c->pi) * factor;
    if (any((vl)(total > splat(1e150)))) {
      for (int lane = 0; lane < LANES; lane++) {
        if (total[lane] <= 1e150) continue;
        total[lane] = ldexp(total[lane], -500);
        ++*scaled;
      }
    }
  }
  /* Lanes by pairs would fit; four or eight of them may not. */
  double product = 1;
  for (int lane = 0; lane < LANES; lane++) {
    product *= total[lane];
    if (product > 1e150) {
      product = ldexp(product, -500);
      ++*scaled;
    }
  }
  return product;
}

static double statistic(
  const Change *c, int width, const State *s, const double *known, const double *frozen, int *heaviest
) {
  const double *now = s->ring + (size_t)(s->messages % RING) * 2 * (size_t)width;
  double logs[WINDOWS], weights[WINDOWS], scales[WINDOWS], sum = 0, any_scaled = 0;
  for (int g = 0; g < WINDOWS; g++) {
    const double *lo = s->ring + (size_t)((s->messages - (4 << g) + RING) % RING) * 2 * (size_t)width;
    scales[g] = 0;
    const double *before = frozen ? frozen : lo;
    const double product = c->degrees == 20
      ? weigh(c, width, now, lo, before, known, 1, &scales[g])
      : weigh(c, width, now, lo, before, known, 0, &scales[g]);
    weights[g] = (g == 0 ? 6 : 3 << g) * product;
    sum += weights[g];
    any_scaled += scales[g];
  }
  if (any_scaled == 0) {
    *heaviest = 0;
    for (int g = 1; g < WINDOWS; g++) if (weights[g] >= weights[*heaviest]) *heaviest = g;
    return log(sum);
  }
  *heaviest = 0;
  for (int g = 0; g < WINDOWS; g++) {
    logs[g] = log(weights[g]) + scales[g] * 500 * 0.69314718055994530942;
    if (logs[g] >= logs[*heaviest]) *heaviest = g;
  }
  sum = 0;
  for (int g = 0; g < WINDOWS; g++) sum += exp(logs[g] - logs[*heaviest]);
  return logs[*heaviest] + log(sum);
}

void change(
  const Change *c, int count, const int32_t *stream, const int32_t *conversation, const double *features,
  double *values
) {
  const int width = padded(c->axes);
  const size_t row = sizeof(double) * (size_t)width;
  double *scratch = aligned_alloc(64, (2 * row + 63) / 64 * 64);
  memset(scratch, 0, 2 * row);
  State *states = calloc((size_t)c->streams, sizeof(State));
  for (int s = 0; s < c->streams; s++) {
    states[s].frozen = calloc(2, row);
    states[s].ring = calloc(2 * RING, row);
    states[s].sums = calloc(SLOTS, row);
  }
  for (int i = 0; i < count; i++) {
    State *s = states + stream[i];
    const double *model = c->model + (size_t)stream[i] * 3 * (size_t)width;
    double *z = scratch + width;
    standardise(c, width, features + (size_t)i * (size_t)c->axes, model, scratch, z);
    const int slot = slot_of(s, width, conversation[i]);
    s->latest[slot] = s->ever++;
    const double *last = s->ring + (size_t)(s->messages % RING) * 2 * (size_t)width;
    s->messages++;
    double *now = s->ring + (size_t)(s->messages % RING) * 2 * (size_t)width;
    take(c, width, z, s->count[slot]++, s->sums + (size_t)slot * (size_t)width, model + 2 * width, last, now);
    int heaviest;
    const double value = statistic(c, width, s, model + width, s->open ? s->frozen : NULL, &heaviest);
    values[i] = value;
    if (s->open) {
      s->peak = max_double(s->peak, value);
      if (value < 0.5 * c->limit) s->open = 0;
    } else if (value > c->limit) {
      s->open = 1;
      s->peak = value;
      const double *lo = s->ring + (size_t)((s->messages - (4 << heaviest) + RING) % RING) * 2 * (size_t)width;
      memcpy(s->frozen, lo, 2 * row);
    }
  }
  for (int s = 0; s < c->streams; s++) {
    free(states[s].frozen);
    free(states[s].ring);
    free(states[s].sums);
  }
  free(states);
  free(scratch);
}

/* Rows of `axes` as rows of whole vectors. */
static double *spread(const double *from, int rows, int axes, int width, const double *padding) {
  double *to = aligned_alloc(64, (sizeof(double) * (size_t)(rows * width) + 63) / 64 * 64);
  for (int r = 0; r < rows; r++) {
    for (int a = 0; a < width; a++) to[r * width + a] = a < axes ? from[r * axes + a] : padding[r % 3];
  }
  return to;
}

void run_change(void) {
  const int axes = whole("changeAxes"), width = padded(axes);
  const int streams = whole("changeStreams"), held = whole("changeHeld");
  const double zero[] = {0, 0, 0}, one[] = {1, 1, 1}, never[] = {INFINITY, INFINITY, INFINITY}, model[] = {0, 1, 0};
  Change c = {
    .axes = axes, .streams = streams, .degrees = whole("changeDegrees"),
    .tau2 = number("changeTau2"), .pi = number("changePi"), .limit = number("changeLimit"),
    .root = spread(column("changeRoot"), axes, axes, width, zero),
    .within = spread(column("changeWithin"), 1, axes, width, one),
    .between = spread(column("changeBetween"), 1, axes, width, never),
    .model = spread(column("changeModel"), 3 * streams, axes, width, model),
  };
  double *values = output("changeStatistic", 'd', (size_t)held);
  for (int left = whole("n"); left > 0; left -= held) {
    change(
      &c, min_int(left, held), column("changeStream"), column("changeTalk"), column("changeFeatures"), values
    );
  }
  free((void *)c.root);
  free((void *)c.within);
  free((void *)c.between);
  free((void *)c.model);
}
