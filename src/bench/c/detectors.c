#include <math.h>
#include <stdlib.h>
#include "kernels.h"
#include "vector.h"

/* Detectors and routes, spec 8. As many events as a vector has lanes are tested at once for crossing no limit in
   streams without an open episode. */

enum { DRIFT, HOMOGENIZATION, FRAME_WEIGHT, VOID, SHIFT, KINDS };

typedef struct {
  double cusum;
  int32_t onset, onset_seq, below, below_onset, below_onset_seq, open;
  double weight;
  Episode held[KINDS];
} Detector;

static inline void fire(Detector *own, int kind, int stream, int onset, int onset_seq, int fired, int fired_seq, double peak) {
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
static inline int calm(const Events *events, const Detectors *d, const Detector *states, int i, double ceiling, vd *capped) {
  const Limits *l = d->limits;
  int disturbed = 0;
  vd shift_limit;
  for (int j = 0; j < LANES; j++) {
    const int p = events->stream[i + j];
    disturbed |= (d->seq[i + j] <= d->warmup[p]) | events->is_void[i + j] | states[p].below | states[p].open;
    shift_limit[j] = d->shift_limits[p];
  }
  if (disturbed) return 0;
#define AT(column) (*(const vd *)(d->column + i))
  const vd raw = AT(box_cox), delta = AT(friction), emd = AT(tension);
  const vd score = (raw - splat(l->m)) / splat(l->s);
  const vl out = (vl)(raw >= splat(ceiling)) | (vl)(score != score) | (vl)(delta < splat(l->lo)) | (vl)(delta > splat(l->hi)) | (vl)(emd < splat(l->tension_low))
    | (vl)(emd > splat(l->tension_high)) | (vl)(AT(entropy) < splat(l->tau_min)) | (vl)(AT(rho) < splat(l->void_open)) | (vl)(AT(mewma) > shift_limit);
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
        memset(d->route + i, 7, (size_t)j);
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
      d->route[i] = d->notice[i] = 0;
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
          if (own->open & (1 << DRIFT)) written = close_episode(own, DRIFT, i, d, written);
        } else if (own->open & (1 << DRIFT)) {
          own->held[DRIFT].peak = max_double(own->held[DRIFT].peak, divergence);
        } else if (sum > l->h) {
          fire(own, DRIFT, p, own->onset, own->onset_seq, i, n, divergence);
        }
      }
      const double bits = d->entropy[i];
      const int opened = own->open;
      if (opened & (1 << HOMOGENIZATION)) {
        if (bits > l->entropy_clear) written = close_episode(own, HOMOGENIZATION, i, d, written);
      } else if (bits < l->tau_min) {
        fire(own, HOMOGENIZATION, p, i, n, i, n, bits);
      }
      const double delta = d->friction[i];
      if (delta < l->lo) {
        if (own->below++ == 0) {
          own->below_onset = i;
          own->below_onset_seq = n;
        }
        if (own->below >= l->dwell) {
          if (!(opened & (1 << FRAME_WEIGHT))) fire(own, FRAME_WEIGHT, p, own->below_onset, own->below_onset_seq, i, n, delta);
          own->weight += (l->lo - delta) / l->lo;
        }
      } else {
        own->below = 0;
        if (opened & (1 << FRAME_WEIGHT)) written = close_episode(own, FRAME_WEIGHT, i, d, written);
      }
      const double moved = d->mewma[i];
      const double shift_limit = d->shift_limits[p];
      if (opened & (1 << SHIFT)) {
        if (moved < 0.5 * shift_limit) written = close_episode(own, SHIFT, i, d, written);
      } else if (moved > shift_limit) {
        fire(own, SHIFT, p, i, n, i, n, moved);
      }
      flags = (divergence > l->tau_max) | (delta > l->hi) << 1 | (emd < l->tension_low) << 2 | (emd > l->tension_high) << 3;
    }
    const double coupled = d->rho[i];
    if (own->open & (1 << VOID)) {
      if (coupled > l->void_clear) written = close_episode(own, VOID, i, d, written);
    } else if (coupled < l->void_open) {
      fire(own, VOID, p, i, n, i, n, coupled);
    }
    const int in_zone = emd >= l->tension_low && emd <= l->tension_high;
    int taken = 7;
    if (silent || own->open & (1 << VOID)) taken = 1;
    else if (own->open & (1 << DRIFT)) taken = 2;
    else if (own->open & (1 << HOMOGENIZATION)) taken = 3;
    else if (own->open & (1 << FRAME_WEIGHT)) taken = 4;
    else if ((flags & 3) && in_zone) taken = 5;
    else if (flags & 12) taken = 6;
    d->cusum[i] = sum;
    d->route[i] = (uint8_t)taken;
    d->notice[i] = (uint8_t)flags;
  }
  free(states);
  return written;
}
