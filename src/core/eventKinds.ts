import { EVENT_KINDS, type EventKind } from './ledgerSchema.ts';

/** How many acts of a kind the files hold, and what became of them. */
export interface KindCount {
  readonly kind: EventKind;
  readonly all: number;
  /** Those of which it is known what was said. */
  readonly captured: number;
  /** Those that are events, as the kinds are chosen. */
  readonly events: number;
  /** Agents that are no events, as something below them is one. */
  readonly contextOnly: number;
}

/** The counts of several readings as one. */
export const addedKinds = (counts: readonly (readonly KindCount[])[]): readonly KindCount[] =>
  EVENT_KINDS.map((kind) => {
    const own = counts.flat().filter((count) => count.kind === kind);
    const sum = (of: Exclude<keyof KindCount, 'kind'>): number => own.reduce((total, count) => total + count[of], 0);
    return {
      kind,
      all: sum('all'),
      captured: sum('captured'),
      events: sum('events'),
      contextOnly: sum('contextOnly'),
    };
  });
