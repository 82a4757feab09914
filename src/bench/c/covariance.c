#include <math.h>
#include <stdlib.h>
#include "kernels.h"
#include "vector.h"

/* Pooled within-stream covariance, docs/methods.md 3: rows shifted by the first of their stream, packed 64 at a time,
   multiplied in register tiles. */

#define PANEL 64
#define TILE (LANES == 2 ? 4 : 8)
#define PARTS (TILE / LANES)

/* Column l of the panel lies in tile l / TILE, whose rows are TILE consecutive doubles. */
static inline double *panel_at(double *panel, int slot, int l) {
  return panel + (l / TILE) * (PANEL * TILE) + slot * TILE + l % TILE;
}

/* scatter += alpha * panel^T panel in tiles on and above the diagonal. */
static void update_upper(const double *panel, int rows, double *scatter, int dp, double alpha) {
  for (int ti = 0; ti < dp / TILE; ti++) {
    for (int tj = ti; tj < dp / TILE; tj++) {
      const double *a = panel + ti * (PANEL * TILE);
      const double *b = panel + tj * (PANEL * TILE);
      vd sum[TILE][PARTS];
      for (int i = 0; i < TILE; i++) for (int j = 0; j < PARTS; j++) sum[i][j] = splat(0);
      for (int r = 0; r < rows; r++, a += TILE, b += TILE) {
        for (int i = 0; i < TILE; i++) {
          const vd left = splat(a[i]);
          for (int j = 0; j < PARTS; j++) sum[i][j] += left * *(const vd *)(b + j * LANES);
        }
      }
      for (int i = 0; i < TILE; i++) {
        double *c = scatter + (size_t)(ti * TILE + i) * (size_t)dp + (size_t)(tj * TILE);
        for (int j = 0; j < PARTS; j++) *(vd *)(c + j * LANES) += sum[i][j] * splat(alpha);
      }
    }
  }
}

void within_covariance(
  const float *vectors, const int32_t *streams, int count, int held, int d, int stream_count, double *covariance
) {
  const int dp = (d + TILE - 1) / TILE * TILE;
  double *scatter = calloc((size_t)dp * (size_t)dp, sizeof(double));
  double *panel = calloc((size_t)dp * PANEL, sizeof(double));
  double *shifts = calloc(2 * (size_t)stream_count * (size_t)d, sizeof(double));
  double *sums = shifts + (size_t)stream_count * (size_t)d;
  int *seen = calloc((size_t)stream_count, sizeof(int));
  int slot = 0;
  for (int taken = 0, row = 0; taken < count; taken++, row = row + 1 == held ? 0 : row + 1) {
    const int stream = streams[row];
    const float *e = vectors + (size_t)row * (size_t)d;
    double *shift = shifts + (size_t)stream * (size_t)d, *sum = sums + (size_t)stream * (size_t)d;
    if (seen[stream]++ == 0) for (int l = 0; l < d; l++) shift[l] = e[l];
    for (int l = 0; l < d; l += TILE) {
      double *to = panel_at(panel, slot, l);
      for (int q = 0; q < min_int(TILE, d - l); q++) {
        const double x = (double)e[l + q] - shift[l + q];
        sum[l + q] += x;
        to[q] = x;
      }
    }
    if (++slot == PANEL) {
      update_upper(panel, slot, scatter, dp, 1);
      slot = 0;
    }
  }
  if (slot > 0) update_upper(panel, slot, scatter, dp, 1);
  slot = 0;
  int present = 0;
  for (int stream = 0; stream < stream_count; stream++) {
    if (seen[stream] == 0) continue;
    present++;
    const double scale = 1 / sqrt(seen[stream]);
    for (int l = 0; l < d; l++) *panel_at(panel, slot, l) = sums[(size_t)stream * (size_t)d + (size_t)l] * scale;
    if (++slot == PANEL) {
      update_upper(panel, slot, scatter, dp, -1);
      slot = 0;
    }
  }
  if (slot > 0) update_upper(panel, slot, scatter, dp, -1);
  for (int i = 0; i < d; i++) {
    for (int j = i; j < d; j++) {
      covariance[i * d + j] = covariance[j * d + i] = scatter[(size_t)i * (size_t)dp + (size_t)j] / (count - present);
    }
  }
  free(scatter);
  free(panel);
  free(shifts);
  free(seen);
}
