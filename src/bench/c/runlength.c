#include <stdlib.h>
#include "kernels.h"
#include "random.h"
#include "vector.h"

/* False alarms of a CUSUM at a ladder of limits on bootstrapped in-control paths, docs/methods.md 9; one limit a
   lane. */

#define CHUNK 2048

void run_lengths(
  const double *values, const int32_t *starts, int streams, int block, int events,
  int32_t seed, const double *levels, int level_count, double kappa, double cap,
  double *alarms, double *clear
) {
  uint64_t random = (uint64_t)(int64_t)seed;
  const int groups = level_count / LANES;
  double *chunk = malloc(sizeof(double) * CHUNK);
  vd *sums = malloc(sizeof(vd) * (size_t)groups);
  vl *masks = malloc(sizeof(vl) * 3 * (size_t)groups);
  for (int s = 0; s < streams; s++) {
    const int first = starts[s], count = starts[s + 1] - first;
    if (count == 0) continue;
    const int size = min_int(block, count >> 2 > 1 ? count >> 2 : 1);
    const int own = (int)((double)events * count / starts[streams]);
    memset(sums, 0, sizeof(vd) * (size_t)groups);
    memset(masks, 0, sizeof(vl) * 3 * (size_t)groups);
    int at = 0, left = 0;
    for (int done = 0; done < own; done += CHUNK) {
      const int length = min_int(CHUNK, own - done);
      for (int j = 0; j < length; j++) {
        if (left == 0) {
          at = below(&random, count);
          left = size;
        }
        chunk[j] = values[first + at];
        if (++at == count) at = 0;
        left--;
      }
      for (int g = 0; g < groups; g++) {
        const vd h = *(const vd *)(levels + g * LANES);
        const vd ceiling = h + h;
        const vd zero = splat(0);
        vd sum = sums[g];
        vl open = masks[3 * g], inside = masks[3 * g + 1], fired = masks[3 * g + 2];
        for (int j = 0; j < length; j++) {
          inside -= open;
          const vd z = splat(min_double(chunk[j], cap) - kappa);
          sum = vmin(vmax(sum + z, zero), ceiling);
          const vl over = (vl)(sum > h);
          fired -= over & ~open;
          open = (open | over) & (vl)(sum > zero);
        }
        sums[g] = sum;
        masks[3 * g] = open;
        masks[3 * g + 1] = inside;
        masks[3 * g + 2] = fired;
      }
    }
    for (int l = 0; l < level_count; l++) {
      clear[l] += (double)(own - masks[3 * (l / LANES) + 1][l % LANES]);
      alarms[l] += (double)masks[3 * (l / LANES) + 2][l % LANES];
    }
  }
  free(chunk);
  free(sums);
  free(masks);
}
