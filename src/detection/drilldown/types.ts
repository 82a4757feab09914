import type { IndexRange } from '../../core/columns.ts';
import type { EventIndex, LedgerRow, Nats } from '../../core/units.ts';
import type { Parameters } from '../parameters.ts';
import type { WhatChanged } from './changed/types.ts';

/** Answers of the drill-down: plain objects and typed arrays, so that they cross workers and go into reports. */

/** One event's part in the friction at another. */
export interface EventShare {
  readonly index: EventIndex;
  readonly row: LedgerRow;
  /** w_i = fast weight - slow weight of r r^T in D = S_fast - S_slow. */
  readonly weight: number;
  readonly fastWeight: number;
  readonly slowWeight: number;
  /** |r|, in within-stream standard deviations. */
  readonly residual: number;
  /** <w r r^T, D>_F / delta^2; negative where the event acts against the difference as measured. */
  readonly share: number;
  /** Null if the ledger does not say. */
  readonly agent: string | null;
  readonly thread: string | null;
}

/** Sum of shares over the events of one agent or thread. */
export interface GroupShare {
  /** Null: events without one. */
  readonly name: string | null;
  readonly events: number;
  readonly share: number;
}

/** An event seen along an eigen-direction. */
export interface TellingEvent {
  readonly index: EventIndex;
  readonly row: LedgerRow;
  /**
   * Residual along the direction, in standard deviations of the slow estimator (of the reference where KL is anchored
   * there).
   */
  readonly projection: number;
  /** Its part of the direction's eigenvalue. */
  readonly share: number;
  readonly agent: string | null;
  readonly thread: string | null;
}

/** A generalised eigen-direction of the covariances that KL compares. */
export interface DirectionShare {
  /** e of B^-1 A: above 1 the fast estimate scatters more along it than the slow one, below 1 less. */
  readonly eigenvalue: number;
  /** (e - 1 - ln e) / 2; these add up to KL. */
  readonly nats: Nats;
  /** nats / KL; NaN if KL is 0. */
  readonly share: number;
  /** The direction in whitened coordinates, unit length, k values. */
  readonly axis: readonly number[];
  /** Largest projections among recent events, descending. */
  readonly high: readonly TellingEvent[];
  /** Smallest projections, ascending. */
  readonly low: readonly TellingEvent[];
}

/** Exact attribution of friction and KL at an event (docs/methods.md 4). */
export interface Attribution {
  readonly at: EventIndex;
  readonly stream: string;
  readonly k: number;
  /** || S_fast - S_slow ||_F after the event. */
  readonly friction: number;
  readonly kl: Nats;
  /** What KL was taken against. */
  readonly anchor: 'lineage' | 'reference';
  /** Events with the largest |share|, descending. */
  readonly events: readonly EventShare[];
  /** The events of the stream beyond those. */
  readonly rest: { readonly events: number; readonly share: number };
  /** What is left of the identity that both estimates started from. */
  readonly initial: { readonly weight: number; readonly share: number };
  /** All of them, by |share| descending; with `initial` they add up to 1. */
  readonly agents: readonly GroupShare[];
  readonly threads: readonly GroupShare[];
  /** By nats, descending; all k. */
  readonly directions: readonly DirectionShare[];
  /** Sentences: negative shares, resets, an unfinished cold start, ... */
  readonly notes: readonly string[];
}

/** Mass that the optimal plan moves from one event to another: 1/n each. */
interface Move {
  readonly from: EventIndex;
  readonly to: EventIndex;
  /** Euclidean distance in whitened coordinates. */
  readonly cost: number;
}

/** Exact optimal transport between two windows of equal size (docs/methods.md 6). */
export interface TransportPlan {
  /** What each window holds, in words. */
  readonly before: { readonly title: string; readonly events: readonly EventIndex[] };
  readonly after: { readonly title: string; readonly events: readonly EventIndex[] };
  /** By cost, descending. */
  readonly moves: readonly Move[];
  /** Earth Mover's Distance: the mean cost. */
  readonly emd: number;
  /**
   * Positions on the principal plane of the union, interleaved x, y, in the order of `before.events` and
   * `after.events`.
   */
  readonly plane: {
    readonly before: Float64Array;
    readonly after: Float64Array;
    /** Shares of the union's variance along x and y. */
    readonly explained: readonly [number, number];
  };
  /** Cut windows, events left out, ... */
  readonly notes: readonly string[];
}

/** A term and how much more it is used in the window than in the reference (Monroe, Colaresi & Quinn 2008). */
export interface CharacteristicTerm {
  readonly term: string;
  readonly window: number;
  readonly reference: number;
  /** Log-odds ratio with the informative prior. */
  readonly logOdds: number;
  /** logOdds over its standard deviation; positive = the window's. */
  readonly z: number;
  /** One of the English words that say little of the subject. */
  readonly isFunction: boolean;
}

export interface TextProfile {
  readonly texts: number;
  readonly tokens: number;
  /** Medians over texts. */
  readonly characters: number;
  readonly words: number;
  /** Distinct terms among the first `sample` tokens, the same number on both sides; and over that number. */
  readonly types: number;
  readonly typeTokenRatio: number;
}

export interface WordsResult {
  /** Largest z first. */
  readonly more: readonly CharacteristicTerm[];
  /** Smallest z first. */
  readonly less: readonly CharacteristicTerm[];
  readonly window: TextProfile;
  readonly reference: TextProfile;
  /** Tokens that vocabularies are compared at. */
  readonly sample: number;
  /** Cliff's delta of characters a text, window against reference; the length-only explanation. */
  readonly lengthEffect: number;
  readonly notes: readonly string[];
}

/** What the database knows of a row of the ledger as a turn of a conversation. */
export interface TurnFields {
  readonly row: LedgerRow;
  readonly thread: string | null;
  readonly speaker: string | null;
  readonly text: string | null;
  /** Epoch ms, NaN if there is none. */
  readonly time: number;
  readonly latency: number;
  readonly handoffTo: string | null;
  readonly role: string | null;
}

export interface TurnInput extends TurnFields {
  /** True if the event has no embedding: a pause. */
  readonly isVoid: boolean;
}

export interface Mention {
  readonly row: LedgerRow;
  readonly by: string | null;
  readonly agent: string;
  /** code: in a block or inline code; running text: followed by more words; own name: the speaker's. */
  readonly where: 'code' | 'running text' | 'own name';
  /** Some words around it. */
  readonly quote: string;
  /** Row at which the agent spoke, where it was the next to do so after the speaker and nothing was handed to it. */
  readonly wokenAt: LedgerRow | null;
}

export interface Handoff {
  readonly row: LedgerRow;
  readonly thread: string | null;
  readonly from: string | null;
  readonly to: string;
  /** observed: the log states it (handoff_to); inferred: an @mention at the end of the message. */
  readonly kind: 'observed' | 'inferred';
  /** Row at which the target next spoke in the thread, null = never: a dead end. */
  readonly answeredAt: LedgerRow | null;
  /** Part of a loop. */
  readonly inLoop: boolean;
}

/** Control passed round the same agents again and again in one thread. */
export interface HandoffLoop {
  readonly thread: string | null;
  /** Agents of one round, in order, from the one that comes first in the alphabet. */
  readonly agents: readonly string[];
  readonly rounds: number;
  /** Rows of its hand-offs, in order. */
  readonly rows: readonly LedgerRow[];
}

export interface Turn extends TurnInput {
  /** ms since the turn before, NaN if not known. */
  readonly gap: number;
  readonly handoffs: readonly Handoff[];
}

export interface HandoffGraph {
  readonly agents: readonly { readonly name: string; readonly turns: number; readonly voids: number }[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly observed: number;
    readonly inferred: number;
    readonly deadEnds: number;
  }[];
  readonly handoffs: readonly Handoff[];
  readonly loops: readonly HandoffLoop[];
  readonly deadEnds: readonly Handoff[];
  /** Listed, never counted as hand-offs. */
  readonly ghosts: readonly Mention[];
}

export interface Conversation {
  readonly turns: readonly Turn[];
  readonly graph: HandoffGraph;
}

/** Windows that an investigation compares. */
export interface InvestigationWindows {
  /** From the onset to the event that fired, widened to at least the minimum; or the stretch. */
  readonly window: IndexRange;
  /** Events before it, the reference period, or another stretch. */
  readonly baseline: IndexRange;
  /** How they were chosen. */
  readonly note: string;
}

export interface EffectSize {
  readonly measure: "Cliff's delta" | "Cramér's V";
  /** Signed where the measure has a sign: positive = higher in the window. */
  readonly value: number;
}

/** The smallest effect that a look finds in four of five such stretches, were it the only one that finds anything. */
export interface SmallestEffect {
  readonly of: 'numbers' | 'categories' | 'words';
  /** In the measure of the look, in size; null where no effect would be found, however large. */
  readonly value: number | null;
  readonly text: string;
}

/** Something that goes together with an alert or a stretch. It says nothing about what brought about what. */
export interface Hypothesis {
  readonly test: string;
  /** One sentence. */
  readonly statement: string;
  readonly effect: EffectSize;
  /** Permutation p-value, two-sided, and after Holm's correction over all looks. */
  readonly p: number;
  readonly pAdjusted: number;
  /** Null where it is not known: of resemblance to earlier alerts. */
  readonly smallest: SmallestEffect | null;
  readonly evidence: {
    /** Most telling events, at most 20. */
    readonly events: readonly EventIndex[];
    /** Figures compared, named. */
    readonly figures: Readonly<Record<string, number>>;
  };
}

export interface TestRun {
  readonly test: string;
  readonly title: string;
  readonly status: 'done' | 'failed' | 'nothing to examine';
  /** Why it failed, why there is nothing to examine, or what was left out. */
  readonly reason: string | null;
  /** Tests it made: what the correction counts. */
  readonly looks: number;
  readonly seed: number;
  readonly ms: number;
}

/** The audit trail of an investigation: JSON-able (no NaN, no typed arrays). */
export interface Investigation {
  readonly format: 'tautline-investigation';
  /** 2 since stretches are investigated and the smallest effect is stated; 1 is of alerts only. */
  readonly version: 2;
  readonly ledger: { readonly name: string; readonly fingerprint: string };
  readonly parameters: Parameters;
  readonly stream: string;
  /** Null where a stretch without regard to alerts was investigated. */
  readonly alert: {
    readonly kind: string;
    readonly stream: string;
    readonly onset: EventIndex;
    readonly fired: EventIndex;
    readonly cleared: EventIndex | null;
  } | null;
  readonly windows: InvestigationWindows;
  /** What the alert itself is made of, where it is of style, meaning or behaviour. */
  readonly changed: WhatChanged | null;
  readonly seed: number;
  readonly permutations: number;
  /** One for every look, ranked: those with pAdjusted <= 0.05 first, then by size of effect. */
  readonly hypotheses: readonly Hypothesis[];
  readonly tests: readonly TestRun[];
  /** What could have been shown, in a sentence a kind of comparison. */
  readonly smallest: readonly string[];
  readonly looks: number;
  readonly startedAt: string;
  readonly ms: number;
  readonly notes: readonly string[];
}
