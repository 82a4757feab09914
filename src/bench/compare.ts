/** Named results of one implementation of a case. */
export type Outputs = Readonly<Record<string, ArrayLike<number>>>;

/** How far results may differ, |a - b| / (1 + |b|), by name; `other` for those not named. */
export type Tolerances = Readonly<Record<string, number>> & { readonly other: number };

/** Thrown where an implementation gives other results than the one it is compared with: nothing of it may be timed. */
export class WrongResult extends Error {}

/**
 * @param first whether it may give the first of the values only
 * @returns the largest difference found; throws `WrongResult` naming case, implementation, column and position where
 * one is too large
 */
export function requireEqual(
  what: string,
  name: string,
  got: Outputs,
  wanted: Outputs,
  tolerances: Tolerances,
  first = false,
): number {
  let worst = 0;
  for (const [column, b] of Object.entries(wanted)) {
    const a = got[column];
    if (!a || a.length === 0 || (first ? a.length > b.length : a.length !== b.length))
      throw new WrongResult(
        `${what}: ${name} gives ${a ? `${a.length} values` : 'nothing'} for ${column}, ${b.length} wanted`,
      );
    const tolerance = tolerances[column] ?? tolerances.other;
    for (let i = 0; i < a.length; i++) {
      if (a[i] === b[i] || (Number.isNaN(a[i]) && Number.isNaN(b[i]))) continue;
      const difference = Math.abs(a[i] - b[i]) / (1 + Math.abs(b[i]));
      if (!(difference <= tolerance)) {
        throw new WrongResult(
          `${what}: ${name} gives ${column}[${i}] = ${a[i]}, wasm ${b[i]}: ` +
            `more than ${tolerance} apart. Nothing was timed.`,
        );
      }
      worst = Math.max(worst, difference);
    }
  }
  return worst;
}
