/** What may be said of false alarms (docs/methods.md 9). */

/** An extrapolation says no more than so many times what was simulated. */
export const BEYOND = 10;

/**
 * Where intervals of the CUSUM were shown to cover what happened next in 90 to 99 of 100 ledgers
 * (src/harness/coverage.ts): run lengths around 1,000 and 10,000 events, on the events of a reference of 2,000.
 */
export const SHOWN = { shortest: 500, longest: 20_000, inControl: 1500 } as const;
