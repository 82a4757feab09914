#include <math.h>
#include <stdlib.h>
#include "inputs.h"
#include "kernels.h"
#include "vector.h"

#define MAX_EPISODES 200000

/*
 * Detectors and event states, docs/methods.md 8. As many events as a vector has lanes are tested at once for crossing
 * no limit in streams without an open episode.
 */

typedef struct {
  double cusum;
  int32_t onset, onset_seq, below, below_onset, below_onset_seq, open;
  double weight;
  Episode held[KINDS];
} Detector;

static inline void fire(
  Detector *own, int kind, int stream, int onset, int onset_seq, int fired, int fired_seq, double peak
) {
  own->held[kind] = (Episode){kind, stream, onset, onset_seq, fired, fired_seq, -1, 0, peak};
  own->open |= 1 << kind;
}

static inline int close_episode(Detector *own, int kind, int cleared, const Detectors *d, int written) {
  if (written < d->capacity) {
    d->episodes[written] = own->held[kind];
    d->episodes[written].cleared = cleared;
  }
  own->open &= ~(1 << kind);
  return written + 1;
}

static inline double cusum_step(double s, double z, const Limits *l) {
  return min_double(2 * l->h, max_double(0, s + min_double(z, l->cap) - l->kappa));
}

static inline void settle(Detector *own, int event, int seq) {
  own->onset = own->cusum == 0 ? event : own->onset;
  own->onset_seq = own->cusum == 0 ? seq : own->onset_seq;
}

/* Whether events [i, i + LANES) change no detector but the CUSUM, as far as that can be told without it; their capped
   scores. */
static inline int calm(
  const Events *events, const Detectors *d, const Detector *states, int i, double ceiling, vd *capped
) {
  const Limits *l = d->limits;
  int disturbed = 0;
  for (int j = 0; j < LANES; j++) {
    const int p = events->stream[i + j];
    disturbed |= (d->seq[i + j] <= d->warmup[p]) | events->is_void[i + j] | states[p].below | states[p].open;
  }
  if (disturbed) return 0;
#define AT(column) (*(const vd *)((column) + i))
  const vd raw = AT(d->box_cox), delta = AT(d->friction), emd = AT(d->tension);
  const vd score = (raw - splat(l->m)) / splat(l->s);
  vl out = (vl)(raw >= splat(ceiling)) | (vl)(score != score) | (vl)(delta < splat(l->lo)) | (vl)(delta > splat(l->hi))
    | (vl)(emd < splat(l->tension_low)) | (vl)(emd > splat(l->tension_high)) | (vl)(AT(d->entropy) < splat(l->tau_min))
    | (vl)(AT(d->rho) < splat(l->void_open));
#undef AT
  *capped = vmin(score, splat(l->cap));
  return !any(out);
}

int detectors(const Events *events, const Detectors *d) {
  const Limits *l = d->limits;
  const double ceiling = l->tau_max <= 0 ? -INFINITY : 2 - 2 / sqrt(l->tau_max);
  Detector *states = calloc((size_t)events->streams, sizeof(Detector));
  int written = 0;
  int apart = 0;
  for (int i = 0; i < events->n; i++) {
    if (i >= apart) {
      apart = i + LANES;
      vd capped;
      if (i >= d->reference_to && apart <= events->n && calm(events, d, states, i, ceiling, &capped)) {
        int j = 0;
        for (; j < LANES; j++) {
          Detector *own = states + events->stream[i + j];
          const double sum = min_double(2 * l->h, max_double(0, own->cusum + capped[j] - l->kappa));
          if (sum > l->h) break;
          settle(own, i + j, d->seq[i + j]);
          own->cusum = d->cusum[i + j] = sum;
        }
        memset(d->event_state + i, EVENT_STATE_IN_FRAME, (size_t)j);
        memset(d->notice + i, 0, (size_t)j);
        i += j;
        if (j == LANES) {
          i--;
          continue;
        }
      }
    }
    const int p = events->stream[i];
    const int n = d->seq[i];
    if (i < d->reference_to || n <= d->warmup[p]) {
      d->cusum[i] = NAN;
      d->event_state[i] = EVENT_STATE_WARMING;
      d->notice[i] = 0;
      continue;
    }
    Detector *own = states + p;
    const int silent = events->is_void[i];
    const double emd = d->tension[i];
    double sum = NAN;
    int flags = 0;
    if (!silent) {
      const double score = (d->box_cox[i] - l->m) / l->s;
      const double divergence = d->kl[i];
      if (score == score) {
        sum = cusum_step(own->cusum, score, l);
        settle(own, i, n);
        own->cusum = sum;
        if (sum == 0) {
          if (own->open & (1 << KIND_DRIFT)) written = close_episode(own, KIND_DRIFT, i, d, written);
        } else if (own->open & (1 << KIND_DRIFT)) {
          own->held[KIND_DRIFT].peak = max_double(own->held[KIND_DRIFT].peak, divergence);
        } else if (sum > l->h) {
          fire(own, KIND_DRIFT, p, own->onset, own->onset_seq, i, n, divergence);
        }
      }
      const double bits = d->entropy[i];
      const int opened = own->open;
      if (opened & (1 << KIND_HOMOGENIZATION_FLOOR_NEAR)) {
        if (bits > l->entropy_clear) written = close_episode(own, KIND_HOMOGENIZATION_FLOOR_NEAR, i, d, written);
      } else if (bits < l->tau_min) {
        fire(own, KIND_HOMOGENIZATION_FLOOR_NEAR, p, i, n, i, n, bits);
      }
      const double delta = d->friction[i];
      if (delta < l->lo) {
        if (own->below++ == 0) {
          own->below_onset = i;
          own->below_onset_seq = n;
        }
        if (own->below >= l->dwell) {
          if (!(opened & (1 << KIND_FRAME_WEIGHT_DEGRADATION))) {
            fire(own, KIND_FRAME_WEIGHT_DEGRADATION, p, own->below_onset, own->below_onset_seq, i, n, delta);
          }
          own->weight += (l->lo - delta) / l->lo;
        }
      } else {
        own->below = 0;
        if (opened & (1 << KIND_FRAME_WEIGHT_DEGRADATION)) {
          written = close_episode(own, KIND_FRAME_WEIGHT_DEGRADATION, i, d, written);
        }
      }
      flags = (divergence > l->tau_max) * NOTICE_KL_CEILING | (delta > l->hi) * NOTICE_FRICTION_SPIKE
        | (emd < l->tension_low) * NOTICE_TENSION_LOW | (emd > l->tension_high) * NOTICE_TENSION_HIGH;
    }
    const double coupled = d->rho[i];
    if (own->open & (1 << KIND_VOID)) {
      if (coupled > l->void_clear) written = close_episode(own, KIND_VOID, i, d, written);
    } else if (coupled < l->void_open) {
      fire(own, KIND_VOID, p, i, n, i, n, coupled);
    }
    const int in_zone = emd >= l->tension_low && emd <= l->tension_high;
    int taken = EVENT_STATE_IN_FRAME;
    if (silent || own->open & (1 << KIND_VOID)) taken = EVENT_STATE_VOID;
    else if (own->open & (1 << KIND_DRIFT)) taken = EVENT_STATE_DRIFT;
    else if (own->open & (1 << KIND_HOMOGENIZATION_FLOOR_NEAR)) taken = EVENT_STATE_HOMOGENIZATION;
    else if (own->open & (1 << KIND_FRAME_WEIGHT_DEGRADATION)) taken = EVENT_STATE_FRAME_WEIGHT_DEGRADATION;
    else if ((flags & (NOTICE_KL_CEILING | NOTICE_FRICTION_SPIKE)) && in_zone) taken = EVENT_STATE_ACCOMMODATION;
    else if (flags & (NOTICE_TENSION_LOW | NOTICE_TENSION_HIGH)) taken = EVENT_STATE_WATCH;
    d->cusum[i] = sum;
    d->event_state[i] = (uint8_t)taken;
    d->notice[i] = (uint8_t)flags;
  }
  free(states);
  return written;
}

void run_detectors(void) {
  const Events e = events();
  Detectors d = {
    .reference_to = whole("referenceTo"), .limits = column("limits"), .warmup = column("warmup"), .seq = column("seq"),
    .kl = stage_column("kl"), .box_cox = stage_column("boxCox"), .friction = stage_column("friction"),
    .entropy = stage_column("entropy"), .rho = stage_column("rho"), .tension = stage_column("tension"),
    .cusum = doubles_out("cusum"),
    .event_state = output("eventState", 'u', (size_t)e.n), .notice = output("notice", 'u', (size_t)e.n),
    .episodes = output("episodes", 'd', MAX_EPISODES * sizeof(Episode) / sizeof(double)), .capacity = MAX_EPISODES,
  };
  *(double *)output("closed", 'd', 1) = detectors(&e, &d);
}
