import { STYLE_GROUPS } from '../../change/style.ts';
import { compareWords } from '../words.ts';
import type { AxisPoles } from './types.ts';

/** Messages of the reference at either end of an axis that words are taken from, and words told of each. */
const AT_AN_END = 60;
const WORDS = 4;
const CANDIDATES = 40;
/** A word has to set the ends apart by as much. */
const LEAST_Z = 1.96;

/** Positions of the messages at the high and at the low end of an axis. */
export interface AxisEnds {
  readonly high: readonly number[];
  readonly low: readonly number[];
}

/** @param features a row of `axes` a message */
export function axisEnds(features: Float32Array, axes: number, a: number): AxisEnds {
  const order = Array.from({ length: features.length / axes }, (_, i) => i)
    .filter((i) => !Number.isNaN(features[i * axes + a]))
    .sort((p, q) => features[q * axes + a] - features[p * axes + a] || p - q);
  const size = Math.min(AT_AN_END, Math.floor(order.length / 2));
  return { high: order.slice(0, size), low: order.slice(order.length - size) };
}

/** The words that set the ends of an axis apart, seen from the way that the stream has moved. */
export function polesOf({ high, low }: AxisEnds, text: (i: number) => string | null, size: number): AxisPoles {
  const found = compareWords(high.map(text), low.map(text), { terms: CANDIDATES, numbers: false });
  const words = (terms: typeof found.more): string[] =>
    terms
      // Words that say how and not what are told under style.
      .filter(({ term, z }) => Math.abs(z) >= LEAST_Z && !STYLE_GROUPS.has(term))
      .slice(0, WORDS)
      .map(({ term }) => term);
  const [more, less] = [words(found.more), words(found.less)];
  return size > 0 ? { towards: more, awayFrom: less } : { towards: less, awayFrom: more };
}
