/** Numbers that are kept as bytes, without a word of what they are. */

/** What coordinates of embeddings are, beside 0. */
const LEAST = 1e-10;
const MOST = 1e10;

/** The share of coordinates among numbers; those that are not finite do not count. */
function shareOf(bytes: number, width: number, at: (place: number) => number): number {
  if (bytes % width !== 0) return 0;
  let [good, all, zeros] = [0, 0, 0];
  for (let place = 0; place < bytes; place += width) {
    const value = Math.abs(at(place));
    if (!Number.isFinite(value)) continue;
    all++;
    if (value === 0 || (value >= LEAST && value <= MOST)) good++;
    if (value === 0) zeros++;
  }
  return all === zeros ? 1 : good / all;
}

/** As good as all of them. */
const ENOUGH = 0.9;

/**
 * The float32 numbers, the least byte first, that bytes hold; text says what they hold in their place, as far as it
 * can be told.
 */
export function floatsOf(given: Uint8Array): Float32Array | string {
  const bytes = given.slice();
  const view = new DataView(bytes.buffer);
  const { length } = bytes;
  const whole = `${length} bytes`;
  const reads: readonly (readonly [kind: string, share: () => number])[] = [
    ['float64', () => shareOf(length, 8, (at) => view.getFloat64(at, true))],
    ['float32 with the greatest byte first', () => shareOf(length, 4, (at) => view.getFloat32(at))],
    ['float64 with the greatest byte first', () => shareOf(length, 8, (at) => view.getFloat64(at))],
  ];
  if (length % 4 !== 0) return `${whole}, no multiple of 4`;
  const floats = new Float32Array(bytes.buffer);
  let odd = 0;
  for (let i = 0; i < floats.length; i++) {
    const value = Math.abs(floats[i]);
    if (value !== 0 && !(value >= LEAST && value <= MOST)) odd++;
  }
  if (odd === 0 && !isHalfZero(view)) return floats;
  const own = shareOf(length, 4, (at) => view.getFloat32(at, true));
  if (own >= ENOUGH && !isHalfZero(view)) return floats;
  const other = reads.find(([, share]) => share() >= ENOUGH);
  if (other) return `${whole} of ${other[0]}`;
  return own < 0.5 ? `${whole} that are no float32 numbers` : floats;
}

/** True if every other number is 0 and the others are not, as the lower halves of round float64 numbers are. */
function isHalfZero(view: DataView): boolean {
  if (view.byteLength % 8 !== 0 || view.byteLength < 24) return false;
  let others = 0;
  for (let at = 0; at < view.byteLength; at += 8) {
    if (view.getUint32(at, true) !== 0) return false;
    if (view.getUint32(at + 4, true) !== 0) others++;
  }
  return others > view.byteLength / 16;
}
