#include "divergence.h"

/*
 * The tracker for many axes, as wasm/trackerUpdates.ts has it: the factor L D L^T of the slow covariance is kept by
 * rank-1 updates (Gill, Golub, Murray & Saunders 1974, method C2) and T = tr(slow^-1 fast) by its recurrence, so that
 * one factorisation per event is left, that of A; where the factor cannot be trusted an event is computed from its two
 * matrices. A covariance is [diagonal, padded to whole vectors][strict rows, each padded], the padding zero.
 */

#define AFRESH 1024
#define RETRY 128
#define LEAST_SLOW 1e-6
#define LEAST_MIXED 1e-9

typedef struct {
  int k, diagonal, length, ld;
  /* Where row i begins. */
  int *row;
} Layout;

typedef struct {
  int trusted, left;
  double trace, logarithm, least;
  /* D, and columns of L, `ld` apart, rows by their number; zero from row k on. */
  double *d, *columns;
} Running;

typedef struct {
  double trace_difference, trace_slow, square_difference, square_slow, form;
} Sums;

static void keep(Running *run, int left, double trace, double logarithm, double least) {
  run->trusted = least > LEAST_SLOW;
  run->left = run->trusted ? left : RETRY;
  run->trace = trace;
  run->logarithm = logarithm;
  run->least = least;
}

/* x = L^-T x. */
static void substitute_back(const Layout *m, const Running *run, double *x) {
  int j = m->k;
  if (j & 1) j--;
  for (j -= 2; j >= 0; j -= 2) {
    const double *c0 = run->columns + j * m->ld, *c1 = c0 + m->ld;
    vd sum0 = splat(0), sum1 = splat(0);
    for (int i = j + 2; i < m->k; i += LANES) {
      const vd value = *(const vd *)(x + i);
      sum0 += *(const vd *)(c0 + i) * value;
      sum1 += *(const vd *)(c1 + i) * value;
    }
    x[j + 1] -= lanes(sum1);
    x[j] -= lanes(sum0) + c0[j + 1] * x[j + 1];
  }
}

/* From the factor of B to that of keep (B + c v v^T); v becomes c (B + c v v^T)^-1 v. Returns v^T B^-1 v. */
static double factor_update(const Layout *m, Running *run, double *v, double c, double kept) {
  const double start = 1 / c;
  double t = start, over_t = c;
  double *d = run->d;
  int j = 0;
  for (; j + 1 < m->k; j += 2) {
    double *c0 = run->columns + j * m->ld, *c1 = c0 + m->ld;
    const double p0 = v[j], ratio0 = p0 / d[j], t0 = t + p0 * ratio0, over0 = 1 / t0;
    const double keep0 = t * over0, gain0 = ratio0 * over0;
    const double corner = c0[j + 1], w1 = v[j + 1], p1 = w1 - p0 * corner;
    c0[j + 1] = keep0 * corner + gain0 * w1;
    const double ratio1 = p1 / d[j + 1], t1 = t0 + p1 * ratio1, over1 = 1 / t1;
    const double keep1 = t0 * over1, gain1 = ratio1 * over1;
    d[j] = kept * (d[j] * (t0 * over_t));
    d[j + 1] = kept * (d[j + 1] * (t1 * over0));
    v[j] = gain0;
    v[j + 1] = gain1;
    t = t1;
    over_t = over1;
    for (int i = j + 2; i < m->k; i += LANES) {
      const vd l0 = *(vd *)(c0 + i), l1 = *(vd *)(c1 + i), w = *(vd *)(v + i);
      const vd reduced = w - splat(p0) * l0;
      *(vd *)(v + i) = reduced - splat(p1) * l1;
      *(vd *)(c0 + i) = splat(keep0) * l0 + splat(gain0) * w;
      *(vd *)(c1 + i) = splat(keep1) * l1 + splat(gain1) * reduced;
    }
  }
  if (j < m->k) {
    const double ratio = v[j] / d[j], last = t + v[j] * ratio;
    d[j] = kept * (d[j] * (last * over_t));
    v[j] = ratio / last;
    t = last;
  }
  substitute_back(m, run, v);
  return t - start;
}

static inline double at(const Layout *m, const double *s, int i, int j) {
  return i == j ? s[i] : i > j ? s[m->row[i] + j] : s[m->row[j] + i];
}

/* Factorises s; returns the smallest pivot, each against its entry on the diagonal, 0 where there is no factor. */
static double factorise(const Layout *m, const double *s, Running *run) {
  double least = 1;
  for (int j = 0; j < m->k; j++) {
    double *own = run->columns + j * m->ld;
    double d = s[j];
    for (int p = 0; p < j; p++) d -= run->columns[p * m->ld + j] * run->columns[p * m->ld + j] * run->d[p];
    const double share = d / s[j];
    if (!(share > 0)) return 0;
    least = min_double(least, share);
    run->d[j] = d;
    for (int i = j + 1; i < m->k; i++) own[i] = at(m, s, i, j);
    for (int p = 0; p < j; p++) {
      const double *column = run->columns + p * m->ld;
      const double weight = column[j] * run->d[p];
      for (int i = j + 1; i < m->k; i++) own[i] -= weight * column[i];
    }
    for (int i = j + 1; i < m->k; i++) own[i] /= d;
  }
  return least;
}

/* tr(B^-1 S). */
static double factor_trace(const Layout *m, const Running *run, const double *s, double *x) {
  double trace = 0;
  for (int j = 0; j < m->k; j++) {
    for (int i = 0; i < m->k; i++) x[i] = at(m, s, i, j);
    for (int p = 0; p < m->k; p++) {
      const double *column = run->columns + p * m->ld;
      for (int i = p + 1; i < m->k; i++) x[i] -= column[i] * x[p];
      x[p] /= run->d[p];
    }
    substitute_back(m, run, x);
    trace += x[j];
  }
  return trace;
}

/* ln of the product of every `stride`-th of n pivots. */
static double log_product(int n, const double *pivots, int stride) {
  double logarithm = 0, product = 1;
  for (int i = 0; i < n; i++) {
    product *= pivots[i * stride];
    if (product < 1e-200 || product > 1e200) {
      logarithm += log(product);
      product = 1;
    }
  }
  return logarithm + log(product);
}

static double least_pivot(const Layout *m, const Running *run, const double *s) {
  double least = 1;
  for (int a = 0; a < m->k; a++) least = min_double(least, run->d[a] / s[a]);
  return least;
}

/* Every bit set in the first n lanes. */
static inline vl first_lanes(int n) {
  vl mask;
  for (int l = 0; l < LANES; l++) mask[l] = l < n ? -1 : 0;
  return mask;
}

/* Takes r r^T into fast and slow; A to `mixture`, slow as it was to `old` unless null; `form` = direction^T fast
   direction, fast as it was. */
static inline __attribute__((always_inline)) Sums blend(
  const Layout *m, const double *r, const double *direction, double *fast, double *slow,
  double gain_fast, double gain_slow, double shrinkage, double *mixture, double *old
) {
  const vd gf = splat(gain_fast), gs = splat(gain_slow), ridge = splat(RIDGE);
  const vd mix_fast = splat(1 - shrinkage), mix_slow = splat(shrinkage);
  vd difference = splat(0), total = splat(0), squares = splat(0), total_squares = splat(0), form = splat(0);
  for (int a = 0; a < m->diagonal; a += LANES) {
    vd v = *(const vd *)(r + a) * *(const vd *)(r + a) + ridge;
    if (a + LANES > m->k) v = (vd)((vl)v & first_lanes(m->k - a));
    vd f = *(vd *)(fast + a);
    const vd before = *(vd *)(slow + a);
    if (direction) form += *(const vd *)(direction + a) * *(const vd *)(direction + a) * f;
    f += gf * (v - f);
    *(vd *)(fast + a) = f;
    *(vd *)(mixture + a) = mix_fast * f + mix_slow * before;
    if (old) *(vd *)(old + a) = before;
    const vd after = before + gs * (v - before);
    *(vd *)(slow + a) = after;
    const vd d = f - after;
    difference += d;
    total += after;
    squares += d * d;
    total_squares += after * after;
  }
  vd lower = splat(0), lower_slow = splat(0);
  double lower_form = 0;
  for (int i = 1; i < m->k; i++) {
    const vd ri = splat(r[i]);
    double *fi = fast + m->row[i], *si = slow + m->row[i], *mi = mixture + m->row[i];
    vd row = splat(0);
    for (int a = 0; a < i; a += LANES) {
      vd v = ri * *(const vd *)(r + a);
      if (a + LANES > i) v = (vd)((vl)v & first_lanes(i - a));
      vd f = *(vd *)(fi + a);
      const vd before = *(vd *)(si + a);
      if (direction) row += *(const vd *)(direction + a) * f;
      f += gf * (v - f);
      *(vd *)(fi + a) = f;
      *(vd *)(mi + a) = mix_fast * f + mix_slow * before;
      if (old) *(vd *)(old + m->row[i] + a) = before;
      const vd after = before + gs * (v - before);
      *(vd *)(si + a) = after;
      const vd d = f - after;
      lower += d * d;
      lower_slow += after * after;
    }
    if (direction) lower_form += direction[i] * lanes(row);
  }
  return (Sums){
    lanes(difference), lanes(total), lanes(squares) + 2 * lanes(lower), lanes(total_squares) + 2 * lanes(lower_slow),
    lanes(form) + 2 * lower_form,
  };
}

static int trusted(
  const Layout *m, const Running *run, const double *r, const double *fast,
  const double *slow, double gain_fast, double gain_slow, double shrinkage
) {
  if (!run->trusted || gain_slow > min_double(gain_fast, 0.95)) return 0;
  const double share = shrinkage * run->least / LEAST_MIXED;
  int holds = 1;
  for (int a = 0; a < m->k; a++) {
    const double mixed = (1 - shrinkage) * (fast[a] + gain_fast * (r[a] * r[a] - fast[a])) + shrinkage * slow[a];
    holds &= (slow[a] >= 1e20 * RIDGE) & (mixed <= share * slow[a]);
  }
  return holds;
}

/* One matrix a lane, as `factor` and `divergence` take them. */
static void interleave_rows(const Layout *m, const double *from[LANES], double inflation, va *out) {
  double *to = (double *)out;
  for (int i = 0; i < m->k; i++) for (int l = 0; l < LANES; l++) *to++ = inflation * from[l][i];
  if (m->k & 1) for (int l = 0; l < LANES; l++) *to++ = 1;
  for (int i = 1; i < m->k; i++) {
    for (int a = m->row[i]; a < m->row[i] + i; a++) for (int l = 0; l < LANES; l++) *to++ = from[l][a];
  }
  if (m->k & 1) memset(to, 0, (size_t)m->k * LANES * sizeof(double));
}

void tracker_updates(const Events *events, const Tracker *t) {
  const int k = events->k;
  const int axes = even(k);
  int *row = malloc(sizeof(int) * (size_t)k);
  Layout layout = {.k = k, .diagonal = padded(k), .ld = padded(k) + LANES, .row = row};
  layout.length = layout.diagonal;
  for (int i = 0; i < k; i++) {
    row[i] = layout.length;
    layout.length += padded(i);
  }
  const Layout *m = &layout;
  const size_t length = (size_t)m->length, wide = (size_t)m->ld;
  State *states = calloc((size_t)events->streams, sizeof(State));
  Running *runs = calloc((size_t)events->streams, sizeof(Running));
  const size_t each = 2 * wide + 2 * length + wide * (size_t)k;
  double *memory = doubles((size_t)events->streams * each);
  double *r = doubles(2 * wide), *direction = r + wide;
  double *matrices = doubles(3 * LANES * length);
  const int pairs = pair_length(k);
  va *side_a = (va *)doubles((3 * (size_t)pairs + 3 * (size_t)axes) * LANES);
  va *side_b = side_a + pairs, *y = side_b + pairs, *work = y + pairs;
  const double *known[LANES], *mixed[LANES], *before[LANES];
  for (int l = 0; l < LANES; l++) {
    known[l] = matrices + 3 * (size_t)l * length;
    mixed[l] = known[l] + length;
    before[l] = mixed[l] + length;
  }
  for (int s = 0; s < events->streams; s++) {
    State *own = states + s;
    own->instantiation = -1;
    own->mean = memory + (size_t)s * each;
    own->fast = own->mean + wide;
    own->slow = own->fast + length;
    runs[s].d = own->slow + length;
    runs[s].columns = runs[s].d + wide;
    for (int a = 0; a < k; a++) own->fast[a] = own->slow[a] = runs[s].d[a] = 1;
    keep(runs + s, AFRESH, k, 0, 1);
  }
  /* Events of which only ln det A is missing, with their trace and ln det B; events of which all is. */
  int halves[LANES], waiting[LANES];
  double traces[LANES], logarithms[LANES];
  int half = 0, held = 0;
  for (int i = 0; i <= events->n; i++) {
    const int end = i == events->n;
    if (half == LANES || (end && half > 0)) {
      for (int l = half; l < LANES; l++) memcpy((double *)known[l], known[0], sizeof(double) * length);
      interleave_rows(m, known, 1, side_a);
      factor(axes, side_a, work + 2 * axes, work, work + axes);
      for (int l = 0; l < half; l++) {
        const double log_a = log_product(k, (const double *)side_a + l, LANES);
        put(t, halves[l], max_double(0, 0.5 * (traces[l] - k - (log_a - logarithms[l]))));
      }
      half = 0;
    }
    if (held == LANES || (end && held > 0)) {
      for (int l = held; l < LANES; l++) {
        memcpy((double *)mixed[l], mixed[0], sizeof(double) * length);
        memcpy((double *)before[l], before[0], sizeof(double) * length);
      }
      interleave_rows(m, mixed, INFLATION, side_a);
      interleave_rows(m, before, INFLATION, side_b);
      const va kl = divergence(k, side_a, side_b, y, work);
      for (int l = 0; l < held; l++) put(t, waiting[l], kl[l]);
      held = 0;
    }
    if (end) break;
    State *own = states + events->stream[i];
    Running *run = runs + events->stream[i];
    if (settled(events, t, own, i)) continue;
    if (resets(own, t->instantiation[i])) {
      memcpy(own->fast, own->slow, sizeof(double) * length);
      run->trace = k;
    }
    const double relax = relaxation(t, i);
    const double gain_fast = max_double(relax * t->lambda_fast, 1 / own->count);
    const double gain_slow = max_double(relax * t->lambda_slow, 1 / own->count);
    const float *x = events->x + (size_t)i * (size_t)k;
    float *out = t->residual + (size_t)i * (size_t)k;
    for (int a = 0; a < k; a++) {
      const double difference = (double)x[a] - own->mean[a];
      r[a] = difference;
      out[a] = (float)difference;
      own->mean[a] += gain_slow * difference;
    }
    Sums sums;
    if (trusted(m, run, r, own->fast, own->slow, gain_fast, gain_slow, t->shrinkage)) {
      const double kept = 1 - gain_slow, c = gain_slow / kept;
      const double log_b = run->logarithm, trace = run->trace;
      memcpy(direction, r, sizeof(double) * wide);
      const double h = factor_update(m, run, direction, c, kept);
      sums = blend(
        m, r, direction, own->fast, own->slow, gain_fast, gain_slow, t->shrinkage, (double *)known[half], NULL
      );
      const double grown = 1 + c * h;
      /* The direction is c u / (1 + c H). */
      const double after = ((1 - gain_fast) * (trace - grown / c * sums.form) + gain_fast * h / grown) / kept;
      keep(run, run->left, after, log_product(k, run->d, 1), least_pivot(m, run, own->slow));
      halves[half] = i;
      traces[half] = (1 - t->shrinkage) * ((1 - gain_fast) * trace + gain_fast * h) + t->shrinkage * k;
      logarithms[half++] = log_b;
    } else {
      sums = blend(
        m, r, NULL, own->fast, own->slow, gain_fast, gain_slow, t->shrinkage,
        (double *)mixed[held], (double *)before[held]
      );
      waiting[held++] = i;
      if (run->trusted) {
        run->trusted = 0;
        run->left = RETRY;
      }
    }
    if (--run->left <= 0) {
      const double least = factorise(m, own->slow, run);
      if (least > LEAST_SLOW) {
        keep(run, AFRESH, factor_trace(m, run, own->fast, direction), log_product(k, run->d, 1), least);
      } else {
        run->trusted = 0;
        run->left = RETRY;
      }
    }
    t->friction[i] = sqrt(sums.square_difference);
    t->trace[i] = sums.trace_difference / k;
    t->entropy[i] = -log2(sums.square_slow / (sums.trace_slow * sums.trace_slow));
  }
  free(row);
  free(states);
  free(runs);
  free(memory);
  free(r);
  free(matrices);
  free(side_a);
}
