import type { Dice } from './dice.ts';

/** One to four bytes changed: a bit, to an end, or to any value. */
export function flipped(bytes: Uint8Array, dice: Dice): { bytes: Uint8Array; what: string } {
  const out = Uint8Array.from(bytes);
  const places: string[] = [];
  for (let i = 1 + (dice.chance(0.3) ? dice.below(3) : 0); i > 0; i--) {
    const at = dice.below(out.length);
    const was = out[at];
    const value = dice.pick([was ^ (1 << dice.below(8)), 0, 255, dice.below(256)]) & 255;
    out[at] = value === was ? was ^ 1 : value;
    places.push(`byte ${at} ${was} -> ${out[at]}`);
  }
  return { bytes: out, what: places.join(', ') };
}
