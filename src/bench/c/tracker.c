#include "inputs.h"
#include "divergence.h"

/*
 * Dual-timescale covariance tracker, docs/methods.md 4. A covariance is packed as [diagonal, padded to whole
 * vectors][strict lower part by rows, padded]. The factorisations of as many events as a vector has lanes run side by
 * side, one a lane.
 */

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

/* Two factorisations per event: for few axes. */
void tracker_pairs(const Events *events, const Tracker *t) {
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
  va *side_a = (va *)interleaved;
  va *side_b = side_a + pairs;
  va *y = side_b + pairs;
  va *work = y + pairs;
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
      const va kl = divergence(k, side_a, side_b, y, work);
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
    const va kl = divergence(k, side_a, side_b, y, work);
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
    for (int a = 0; a < k; a++) {
      for (int b = 0; b < k; b++) fast[a * k + b] += gain_fast * (r[a] * r[b] - fast[a * k + b]);
    }
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

void tracker(const Events *events, const Tracker *t) {
  if (events->k >= UPDATE_FROM && t->shrinkage > 0) tracker_updates(events, t);
  else tracker_pairs(events, t);
}

void run_tracker(void) {
  const Events e = events();
  const Tracker t = {
    .instantiation = column("instantiation"), .window = stage_column("window"),
    .reference_from = whole("referenceFrom"), .reference_to = whole("referenceTo"),
    .window_reference = number("windowReference"),
    .lambda_fast = number("lambda_fast"), .lambda_slow = number("lambda_slow"), .shrinkage = number("shrinkage"),
    .residual = output("residual", 'f', (size_t)e.n * (size_t)e.k),
    .friction = doubles_out("friction"), .trace = doubles_out("trace"), .kl = doubles_out("kl"),
    .box_cox = doubles_out("boxCox"), .entropy = doubles_out("entropy"),
  };
  (is_textbook() ? tracker_textbook : tracker)(&e, &t);
}
