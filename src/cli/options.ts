import { TautlineFailure } from '../core/errors.ts';

/** The value of an option that takes a whole number from `min`; undefined if it is absent. */
export function wholeNumber(name: string, text: string | undefined, min: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= min) return value;
  throw new TautlineFailure({
    kind: 'parameter',
    name,
    problem: `is "${text}"`,
    advice: `Give a whole number from ${min}`,
  });
}
