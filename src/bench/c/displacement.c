#include <math.h>
#include <stdlib.h>
#include "inputs.h"
#include "kernels.h"
#include "vector.h"

/* MEWMA displacement from the reference mean, docs/methods.md 6. */
void displacement(const Events *events, int reference_to, const double *means, double lambda, double *mewma) {
  const int k = events->k;
  const double scale = (2 - lambda) / lambda;
  const double keep = 1 - lambda;
  const vd gain = splat(lambda);
  const vd kept = splat(keep);
  const int whole = k / LANES * LANES;
  double *state = calloc((size_t)events->streams * (size_t)k, sizeof(double));
  for (int i = 0; i < events->n; i++) {
    double square = NAN;
    if (i >= reference_to && !events->is_void[i]) {
      double *y = state + (size_t)events->stream[i] * (size_t)k;
      const double *m = means + (size_t)events->stream[i] * (size_t)k;
      const float *x = events->x + (size_t)i * (size_t)k;
      vd sum = splat(0);
      for (int a = 0; a < whole; a += LANES) {
        const vd value = kept * *(vd *)(y + a) + gain * (widen(x + a) - *(const vd *)(m + a));
        *(vd *)(y + a) = value;
        sum += value * value;
      }
      square = lanes(sum);
      for (int a = whole; a < k; a++) {
        y[a] = keep * y[a] + lambda * ((double)x[a] - m[a]);
        square += y[a] * y[a];
      }
      square *= scale;
    }
    mewma[i] = square;
  }
  free(state);
}

void run_displacement(void) {
  const Events e = events();
  displacement(&e, whole("referenceTo"), column("means"), number("mewma_lambda"), doubles_out("mewma"));
}
