/** MurmurHash3 (x86, 128 bits, Appleby 2011) over the UTF-8 bytes of a text, as eight UTF-16 code units. */
export function textKey(text: string): string {
  const bytes = ENCODER.encode(text);
  const blocks = bytes.length >> 4;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const h = [0, 0, 0, 0];
  for (let block = 0; block < blocks; block++) {
    for (let lane = 0; lane < 4; lane++) {
      h[lane] ^= scrambled(view.getInt32(16 * block + 4 * lane, true), lane);
      h[lane] = (rotate(h[lane], TURN[lane]) + h[(lane + 1) & 3]) | 0;
      h[lane] = (Math.imul(h[lane], 5) + ADD[lane]) | 0;
    }
  }
  const rest = [0, 0, 0, 0];
  for (let at = bytes.length - 1; at >= 16 * blocks; at--) {
    const lane = (at & 15) >> 2;
    rest[lane] = (rest[lane] << 8) | bytes[at];
  }
  for (let lane = 0; lane < 4; lane++) h[lane] ^= scrambled(rest[lane], lane) ^ bytes.length;
  spread(h);
  for (let lane = 0; lane < 4; lane++) h[lane] = finished(h[lane]);
  spread(h);
  return String.fromCharCode(...h.flatMap((word) => [word & 0xffff, word >>> 16]));
}

const ENCODER = new TextEncoder();
const FACTOR = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93].map((value) => value | 0);
const ADD = [0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17].map((value) => value | 0);
const TURN = [19, 17, 15, 13];
const INNER_TURN = [15, 16, 17, 18];

const rotate = (x: number, n: number): number => (x << n) | (x >>> (32 - n));
const scrambled = (word: number, lane: number): number =>
  Math.imul(rotate(Math.imul(word, FACTOR[lane]), INNER_TURN[lane]), FACTOR[(lane + 1) & 3]);

function spread(h: number[]): void {
  h[0] = (h[0] + h[1] + h[2] + h[3]) | 0;
  for (let lane = 1; lane < 4; lane++) h[lane] = (h[lane] + h[0]) | 0;
}

function finished(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
