#include <math.h>
#include <stdlib.h>
#include "kernels.h"
#include "vector.h"

/* Exact linear assignment by shortest augmenting paths with dual prices (Jonker & Volgenant 1987), after a column
   reduction; Euclidean costs. */
double assign(const double *a, const double *b, int n, int k, int32_t *column_of) {
  double *cost = malloc(sizeof(double) * ((size_t)n * (size_t)n + 2 * (size_t)n));
  double *price = cost + (size_t)n * (size_t)n, *distance = price + n;
  int *row_of = malloc(sizeof(int) * 3 * (size_t)n), *before = row_of + n, *columns = before + n;
  const int whole = k / LANES * LANES;
  for (int i = 0; i < n; i++) {
    const double *ai = a + (size_t)i * (size_t)k;
    for (int j = 0; j < n; j++) {
      const double *bj = b + (size_t)j * (size_t)k;
      vd sum = splat(0);
      for (int l = 0; l < whole; l += LANES) {
        const vd difference = *(const vd *)(ai + l) - *(const vd *)(bj + l);
        sum += difference * difference;
      }
      double total = lanes(sum);
      for (int l = whole; l < k; l++) total += (ai[l] - bj[l]) * (ai[l] - bj[l]);
      cost[(size_t)i * (size_t)n + (size_t)j] = sqrt(total);
    }
  }
  for (int i = 0; i < n; i++) column_of[i] = -1;
  for (int j = 0; j < n; j++) {
    int best = 0;
    for (int i = 1; i < n; i++) {
      if (cost[(size_t)i * (size_t)n + (size_t)j] < cost[(size_t)best * (size_t)n + (size_t)j]) best = i;
    }
    price[j] = cost[(size_t)best * (size_t)n + (size_t)j];
    const int unused = column_of[best] < 0;
    row_of[j] = unused ? best : -1;
    if (unused) column_of[best] = j;
  }
  for (int start = 0; start < n; start++) {
    if (column_of[start] >= 0) continue;
    /* Dijkstra over columns: [0, scanned) have final distances, the rest are candidates. */
    for (int j = 0; j < n; j++) {
      distance[j] = cost[(size_t)start * (size_t)n + (size_t)j] - price[j];
      before[j] = start;
      columns[j] = j;
    }
    int scanned = 0, end = -1;
    double length = 0;
    while (end < 0) {
      int nearest = scanned;
      length = distance[columns[scanned]];
      for (int q = scanned + 1; q < n; q++) {
        const double t = distance[columns[q]];
        if (t < length) {
          length = t;
          nearest = q;
        }
      }
      const int column = columns[nearest];
      columns[nearest] = columns[scanned];
      columns[scanned] = column;
      const int row = row_of[column];
      if (row < 0) {
        end = column;
        break;
      }
      scanned++;
      const double *costs = cost + (size_t)row * (size_t)n;
      const double base = length - (costs[column] - price[column]);
      for (int q = scanned; q < n; q++) {
        const int j = columns[q];
        const double through = base + costs[j] - price[j];
        if (through < distance[j]) {
          distance[j] = through;
          before[j] = row;
        }
      }
    }
    for (int q = 0; q < scanned; q++) price[columns[q]] += distance[columns[q]] - length;
    int row;
    do {
      row = before[end];
      row_of[end] = row;
      const int next = column_of[row];
      column_of[row] = end;
      end = next;
    } while (row != start);
  }
  double sum = 0;
  for (int i = 0; i < n; i++) sum += cost[(size_t)i * (size_t)n + (size_t)column_of[i]];
  free(cost);
  free(row_of);
  return sum / n;
}
