/**
 * Edges of a stacked chart of shares: layer `j` lies between edge `j` and edge `j + 1`, from 0 to 1. An empty bucket
 * keeps the shares of the bucket before it (there is nothing to show there; `counts` says so), the first ones those of
 * the first bucket that holds anything.
 * @param x bucket centres, length B.
 * @param counts row-major B x layers.
 * @returns layers + 1 edges, interleaved x, share.
 */
export function stackShares(x: Float64Array, counts: Uint32Array, layers: number): Float64Array[] {
  const edges = Array.from({ length: layers + 1 }, () => new Float64Array(x.length * 2));
  let shares: Float64Array = firstShares(counts, layers);
  for (let b = 0; b < x.length; b++) {
    shares = bucketShares(counts, b, layers) ?? shares;
    let sum = 0;
    for (let j = 0; j <= layers; j++) {
      edges[j][b * 2] = x[b];
      edges[j][b * 2 + 1] = j === layers ? 1 : sum;
      if (j < layers) sum += shares[j];
    }
  }
  return edges;
}

function bucketShares(counts: Uint32Array, bucket: number, layers: number): Float64Array | null {
  const row = counts.subarray(bucket * layers, (bucket + 1) * layers);
  const total = row.reduce((sum, count) => sum + count, 0);
  return total === 0 ? null : Float64Array.from(row, (count) => count / total);
}

function firstShares(counts: Uint32Array, layers: number): Float64Array {
  for (let b = 0; (b + 1) * layers <= counts.length; b++) {
    const shares = bucketShares(counts, b, layers);
    if (shares) return shares;
  }
  return new Float64Array(layers);
}
