/** So many lines stand beside the pointer. */
const MOST = 10;

interface Near<L> {
  readonly shown: readonly L[];
  /** How many are not. */
  readonly more: number;
  /** Key of the line that is nearest to the pointer; null where none has a value. */
  readonly nearest: string | null;
}

/** The lines that stand beside a pointer at the height of `y`, in their order; where they are many, the nearest. */
export function nearestLines<L extends { readonly key: string; readonly value: number }>(
  lines: readonly L[],
  y: number,
): Near<L> {
  const away = ({ value }: L) => (Number.isFinite(value) ? Math.abs(value - y) : Infinity);
  const sorted = lines.toSorted((a, b) => away(a) - away(b));
  const kept = new Set(sorted.slice(0, MOST));
  const [first] = sorted;
  return {
    shown: lines.filter((line) => kept.has(line)),
    more: lines.length - kept.size,
    nearest: first && Number.isFinite(away(first)) ? first.key : null,
  };
}

/** Of lines too many to be named one by one, those with the largest and the smallest value. */
export function extremes<L extends { readonly value: number }>(lines: readonly L[]): readonly [L, L] | null {
  const known = lines.filter(({ value }) => Number.isFinite(value));
  if (known.length === 0) return null;
  const sorted = known.toSorted((a, b) => a.value - b.value);
  return [sorted[sorted.length - 1], sorted[0]];
}
