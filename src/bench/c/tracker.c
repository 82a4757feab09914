#include <math.h>
#include <stdlib.h>
#include "kernels.h"
#include "vector.h"

/*
 * Dual-timescale covariance tracker, spec 4. A covariance is packed as [diagonal, padded to whole vectors][strict lower part by rows, padded].
 * The factorisations of as many events as a vector has lanes run side by side, one a lane.
 */

#define RIDGE 1e-100
#define INFLATION (1 + 1e-12)

typedef struct {
  double count;
  int32_t instantiation;
  double *mean, *fast, *slow;
} State;

static inline int even(int k) {
  return (k + 1) & ~1;
}

/* [diagonal][strict rows] of an even number of axes, one matrix a lane. */
static inline int pair_length(int k) {
  const int axes = even(k);
  return axes + axes * (axes - 1) / 2;
}

static void *doubles(size_t count) {
  const size_t bytes = (count * sizeof(double) + 63) / 64 * 64;
  void *at = aligned_alloc(64, bytes);
  memset(at, 0, bytes);
  return at;
}

/* r r^T in the layout of a covariance; `r` is padded with zeros, `out` has room for a vector more. */
static void outer(int k, const double *r, double *out, int diagonal, int length) {
  const vd ridge = splat(RIDGE);
  for (int i = 0; i < diagonal; i += LANES) {
    const vd v = *(const vd *)(r + i);
    *(vd *)(out + i) = v * v + ridge;
  }
  for (int i = k; i < diagonal; i++) out[i] = 0;
  double *row = out + diagonal;
  for (int i = 1; i < k; i++) {
    const vd ri = splat(r[i]);
    /* The last store may spill into the next row, which is written after it. */
    for (int j = 0; j < i; j += LANES) *(vd *)(row + j) = ri * *(const vd *)(r + j);
    row += i;
  }
  while (row < out + length) *row++ = 0;
}

/* out[i] of lane l = from[l][i]. */
static void interleave(int k, int diagonal, const double *from[LANES], double *out) {
  for (int i = 0; i < k; i++) for (int l = 0; l < LANES; l++) *out++ = INFLATION * from[l][i];
  if (k & 1) for (int l = 0; l < LANES; l++) *out++ = 1;
  const int strict = k * (k - 1) / 2;
  for (int i = diagonal; i < diagonal + strict; i++) for (int l = 0; l < LANES; l++) *out++ = from[l][i];
  if (k & 1) memset(out, 0, (size_t)k * LANES * sizeof(double));
}

/* L D L^T of interleaved covariances in place, D on the diagonal and 1/D in `inverse`; two rows and two columns at a time. */
static void factor(int axes, vd *a, vd *inverse, vd *first, vd *second) {
  const vd one = splat(1);
  vd *lower = a + axes;
  vd *row0 = lower;
  for (int i = 0; i < axes; i += 2) {
    vd *row1 = row0 + i;
    vd d0 = a[i];
    vd d1 = a[i + 1];
    vd corner = row1[i];
    vd *column = lower;
    for (int j = 0; j < i; j += 2) {
      vd *next = column + j;
      vd u00 = row0[j], u01 = row0[j + 1], u10 = row1[j], u11 = row1[j + 1];
      for (int p = 0; p < j; p++) {
        const vd m0 = first[p], m1 = second[p], l0 = column[p], l1 = next[p];
        u00 -= m0 * l0;
        u01 -= m0 * l1;
        u10 -= m1 * l0;
        u11 -= m1 * l1;
      }
      const vd l = next[j];
      u01 -= u00 * l;
      u11 -= u10 * l;
      first[j] = u00;
      first[j + 1] = u01;
      second[j] = u10;
      second[j + 1] = u11;
      const vd l00 = u00 * inverse[j], l01 = u01 * inverse[j + 1], l10 = u10 * inverse[j], l11 = u11 * inverse[j + 1];
      row0[j] = l00;
      row0[j + 1] = l01;
      row1[j] = l10;
      row1[j + 1] = l11;
      d0 -= u00 * l00 + u01 * l01;
      d1 -= u10 * l10 + u11 * l11;
      corner -= u10 * l00 + u11 * l01;
      column = next + j + 1;
    }
    const vd over = one / d0;
    const vd l = corner * over;
    row1[i] = l;
    d1 -= corner * l;
    a[i] = d0;
    a[i + 1] = d1;
    inverse[i] = over;
    inverse[i + 1] = one / d1;
    row0 = row1 + i + 1;
  }
}

/* KL(N(0,A) || N(0,B)) of every lane, nats; both are overwritten by their factors. tr(B^-1 A) = sum_ij y_ij^2 D_j / E_i, y = M^-1 L. */
static vd divergence(int k, vd *a, vd *b, vd *y, vd *work) {
  const int axes = even(k);
  vd *inverse = work + 2 * axes;
  factor(axes, a, inverse, work, work + axes);
  factor(axes, b, inverse, work, work + axes);
  vd trace = splat(0);
  vd ratio = splat(1);
  vd logarithm = splat(0);
  int row = 0;
  for (int i = 0; i < axes; i += 2) {
    const vd *m0 = b + axes + row, *m1 = m0 + i;
    const vd *l0 = a + axes + row, *l1 = l0 + i;
    vd *y0 = y + row, *y1 = y0 + i;
    const vd corner = m1[i];
    vd sum0 = splat(0);
    vd sum1 = splat(0);
    vd *start = y;
    for (int j = 0; j < i; j += 2) {
      /* Row j + 1 of y begins at `start + j`; rows grow by one entry each. */
      vd *below = start + j;
      const vd edge = below[j];
      vd v00 = l0[j] - m0[j] - m0[j + 1] * edge;
      vd v01 = l0[j + 1] - m0[j + 1];
      vd v10 = l1[j] - m1[j] - m1[j + 1] * edge;
      vd v11 = l1[j + 1] - m1[j + 1];
      const vd *at = below + j + 1 + j;
      int step = j + 2;
      for (int p = j + 2; p < i; p++) {
        const vd s0 = at[0], s1 = at[1];
        v00 -= m0[p] * s0;
        v01 -= m0[p] * s1;
        v10 -= m1[p] * s0;
        v11 -= m1[p] * s1;
        at += step++;
      }
      v10 -= corner * v00;
      v11 -= corner * v01;
      y0[j] = v00;
      y0[j + 1] = v01;
      y1[j] = v10;
      y1[j + 1] = v11;
      sum0 += v00 * v00 * a[j] + v01 * v01 * a[j + 1];
      sum1 += v10 * v10 * a[j] + v11 * v11 * a[j + 1];
      start = below + j + 1;
    }
    const vd last = l1[i] - corner;
    y1[i] = last;
    sum0 += a[i];
    sum1 += a[i + 1] + last * last * a[i];
    trace += sum0 * inverse[i] + sum1 * inverse[i + 1];
    ratio *= a[i] * inverse[i] * (a[i + 1] * inverse[i + 1]);
    for (int l = 0; l < LANES; l++) {
      if (ratio[l] < 1e-200 || ratio[l] > 1e200) {
        logarithm[l] += log(ratio[l]);
        ratio[l] = 1;
      }
    }
    row += 2 * i + 1;
  }
  vd kl;
  for (int l = 0; l < LANES; l++) kl[l] = max_double(0, 0.5 * (trace[l] - axes - (logarithm[l] + log(ratio[l]))));
  return kl;
}

static inline void put(const Tracker *t, int event, double value) {
  t->kl[event] = value;
  t->box_cox[event] = 2 - 2 / sqrt(value);
}

/* What both trackers do at a stream's first event and at void ones; 0 where there is more to do. */
static int settled(const Events *events, const Tracker *t, State *own, int i) {
  const int k = events->k;
  if (events->is_void[i]) {
    t->friction[i] = t->trace[i] = t->kl[i] = t->box_cox[i] = t->entropy[i] = NAN;
    return 1;
  }
  own->count++;
  if (own->count > 1) return 0;
  const float *row = events->x + (size_t)i * (size_t)k;
  for (int a = 0; a < k; a++) {
    own->mean[a] = row[a];
    t->residual[(size_t)i * (size_t)k + (size_t)a] = 0;
  }
  t->friction[i] = t->trace[i] = 0;
  put(t, i, 0);
  t->entropy[i] = log2(k);
  own->instantiation = t->instantiation[i];
  return 1;
}

static inline int resets(State *own, int32_t code) {
  if (code < 0) return 0;
  const int changed = own->instantiation >= 0 && own->instantiation != code;
  own->instantiation = code;
  return changed;
}

static inline double relaxation(const Tracker *t, int i) {
  return i >= t->reference_from && i < t->reference_to ? 1 : min_double(1, t->window_reference / t->window[i]);
}

void tracker(const Events *events, const Tracker *t) {
  const int k = events->k;
  const int axes = even(k);
  const int diagonal = padded(k);
  const int length = diagonal + padded(k * (k - 1) / 2);
  const int pairs = pair_length(k);
  State *states = calloc((size_t)events->streams, sizeof(State));
  double *memory = doubles((size_t)events->streams * (size_t)(diagonal + 2 * length));
  double *r = doubles((size_t)diagonal + LANES);
  double *rr = doubles((size_t)length + LANES);
  double *matrices = doubles(2 * LANES * (size_t)length);
  double *interleaved = doubles((3 * (size_t)pairs + 3 * (size_t)axes) * LANES);
  vd *side_a = (vd *)interleaved;
  vd *side_b = side_a + pairs;
  vd *y = side_b + pairs;
  vd *work = y + pairs;
  const double *mixed[LANES], *before[LANES];
  for (int l = 0; l < LANES; l++) {
    mixed[l] = matrices + (size_t)l * 2 * (size_t)length;
    before[l] = mixed[l] + length;
  }
  for (int s = 0; s < events->streams; s++) {
    State *own = states + s;
    own->instantiation = -1;
    own->mean = memory + (size_t)s * (size_t)(diagonal + 2 * length);
    own->fast = own->mean + diagonal;
    own->slow = own->fast + length;
    for (int a = 0; a < k; a++) own->fast[a] = own->slow[a] = 1;
  }
  const vd mix_fast = splat(1 - t->shrinkage);
  const vd mix_slow = splat(t->shrinkage);
  int waiting[LANES];
  int held = 0;
  for (int i = 0; i < events->n; i++) {
    State *own = states + events->stream[i];
    if (settled(events, t, own, i)) continue;
    if (resets(own, t->instantiation[i])) memcpy(own->fast, own->slow, sizeof(double) * (size_t)length);
    const double relax = relaxation(t, i);
    const double gain_fast = max_double(relax * t->lambda_fast, 1 / own->count);
    const double gain_slow = max_double(relax * t->lambda_slow, 1 / own->count);
    const float *row = events->x + (size_t)i * (size_t)k;
    float *out = t->residual + (size_t)i * (size_t)k;
    double *mean = own->mean;
    for (int a = 0; a < k; a++) {
      const double difference = (double)row[a] - mean[a];
      r[a] = difference;
      out[a] = (float)difference;
      mean[a] += gain_slow * difference;
    }
    outer(k, r, rr, diagonal, length);

    double *mixture = (double *)mixed[held], *old = (double *)before[held];
    const vd gf = splat(gain_fast);
    const vd gs = splat(gain_slow);
    vd trace_difference = splat(0), trace_slow = splat(0), square_difference = splat(0), square_slow = splat(0);
    vd lower_difference = splat(0), lower_slow = splat(0);
    double *fast = own->fast, *slow = own->slow;
    for (int a = 0; a < diagonal; a += LANES) {
      const vd v = *(vd *)(rr + a);
      const vd f = *(vd *)(fast + a) + gf * (v - *(vd *)(fast + a));
      const vd b = *(vd *)(slow + a);
      *(vd *)(fast + a) = f;
      *(vd *)(mixture + a) = mix_fast * f + mix_slow * b;
      *(vd *)(old + a) = b;
      const vd after = b + gs * (v - b);
      *(vd *)(slow + a) = after;
      const vd d = f - after;
      trace_difference += d;
      trace_slow += after;
      square_difference += d * d;
      square_slow += after * after;
    }
    for (int a = diagonal; a < length; a += LANES) {
      const vd v = *(vd *)(rr + a);
      const vd f = *(vd *)(fast + a) + gf * (v - *(vd *)(fast + a));
      const vd b = *(vd *)(slow + a);
      *(vd *)(fast + a) = f;
      *(vd *)(mixture + a) = mix_fast * f + mix_slow * b;
      *(vd *)(old + a) = b;
      const vd after = b + gs * (v - b);
      *(vd *)(slow + a) = after;
      const vd d = f - after;
      lower_difference += d * d;
      lower_slow += after * after;
    }
    t->friction[i] = sqrt(lanes(square_difference) + 2 * lanes(lower_difference));
    t->trace[i] = lanes(trace_difference) / k;
    const double sum = lanes(trace_slow);
    t->entropy[i] = -log2((lanes(square_slow) + 2 * lanes(lower_slow)) / (sum * sum));

    waiting[held++] = i;
    if (held == LANES) {
      interleave(k, diagonal, mixed, (double *)side_a);
      interleave(k, diagonal, before, (double *)side_b);
      const vd kl = divergence(k, side_a, side_b, y, work);
      for (int l = 0; l < LANES; l++) put(t, waiting[l], kl[l]);
      held = 0;
    }
  }
  if (held > 0) {
    const double *last_mixed[LANES], *last_before[LANES];
    for (int l = 0; l < LANES; l++) {
      last_mixed[l] = mixed[l < held ? l : 0];
      last_before[l] = before[l < held ? l : 0];
    }
    interleave(k, diagonal, last_mixed, (double *)side_a);
    interleave(k, diagonal, last_before, (double *)side_b);
    const vd kl = divergence(k, side_a, side_b, y, work);
    for (int l = 0; l < held; l++) put(t, waiting[l], kl[l]);
  }
  free(states);
  free(memory);
  free(r);
  free(rr);
  free(matrices);
  free(interleaved);
}

/* Lower Cholesky factor of a full k x k matrix. */
static void cholesky(int k, const double *a, double *l) {
  for (int i = 0; i < k; i++) {
    for (int j = 0; j <= i; j++) {
      double sum = a[i * k + j];
      for (int p = 0; p < j; p++) sum -= l[i * k + p] * l[j * k + p];
      l[i * k + j] = i == j ? sqrt(sum) : sum / l[j * k + j];
    }
  }
}

/* The same as a textbook would write it: full matrices, an event at a time, a Cholesky factorisation of each. */
void tracker_textbook(const Events *events, const Tracker *t) {
  const int k = events->k;
  const size_t square = (size_t)k * (size_t)k;
  State *states = calloc((size_t)events->streams, sizeof(State));
  double *memory = doubles((size_t)events->streams * ((size_t)k + 2 * square));
  double *work = doubles(3 * square + (size_t)k);
  double *mixed = work, *la = mixed + square, *lb = la + square, *r = lb + square;
  for (int s = 0; s < events->streams; s++) {
    State *own = states + s;
    own->instantiation = -1;
    own->mean = memory + (size_t)s * ((size_t)k + 2 * square);
    own->fast = own->mean + k;
    own->slow = own->fast + square;
    for (int a = 0; a < k; a++) own->fast[a * k + a] = own->slow[a * k + a] = 1;
  }
  for (int i = 0; i < events->n; i++) {
    State *own = states + events->stream[i];
    if (settled(events, t, own, i)) continue;
    if (resets(own, t->instantiation[i])) memcpy(own->fast, own->slow, sizeof(double) * square);
    const double relax = relaxation(t, i);
    const double gain_fast = max_double(relax * t->lambda_fast, 1 / own->count);
    const double gain_slow = max_double(relax * t->lambda_slow, 1 / own->count);
    const float *row = events->x + (size_t)i * (size_t)k;
    double *fast = own->fast, *slow = own->slow;
    for (int a = 0; a < k; a++) {
      r[a] = (double)row[a] - own->mean[a];
      t->residual[(size_t)i * (size_t)k + (size_t)a] = (float)r[a];
    }
    for (int a = 0; a < k; a++) for (int b = 0; b < k; b++) fast[a * k + b] += gain_fast * (r[a] * r[b] - fast[a * k + b]);
    for (size_t a = 0; a < square; a++) mixed[a] = (1 - t->shrinkage) * fast[a] + t->shrinkage * slow[a];
    cholesky(k, mixed, la);
    cholesky(k, slow, lb);
    double trace = 0, log_det = 0;
    for (int j = 0; j < k; j++) {
      log_det += log(la[j * k + j]) - log(lb[j * k + j]);
      for (int a = j; a < k; a++) {
        double sum = la[a * k + j];
        for (int p = j; p < a; p++) sum -= lb[a * k + p] * la[p * k + j];
        la[a * k + j] = sum / lb[a * k + a];
        trace += la[a * k + j] * la[a * k + j];
      }
    }
    put(t, i, 0.5 * (trace - k) - log_det);
    double difference = 0, slow_square = 0, slow_trace = 0, trace_difference = 0;
    for (int a = 0; a < k; a++) {
      for (int b = 0; b < k; b++) {
        const size_t at = (size_t)(a * k + b);
        slow[at] += gain_slow * (r[a] * r[b] - slow[at]);
        difference += (fast[at] - slow[at]) * (fast[at] - slow[at]);
        slow_square += slow[at] * slow[at];
      }
      own->mean[a] += gain_slow * r[a];
      slow_trace += slow[a * k + a];
      trace_difference += fast[a * k + a] - slow[a * k + a];
    }
    t->friction[i] = sqrt(difference);
    t->trace[i] = trace_difference / k;
    t->entropy[i] = -log2(slow_square / (slow_trace * slow_trace));
  }
  free(states);
  free(memory);
  free(work);
}
