import type { EventIndex } from '../../../core/units.ts';
import type { AlertKind } from '../../types.ts';
import type { Hypothesis } from '../types.ts';

/**
 * What an test is given: plain data, so that it runs in any worker. Events of the alert's stream in order, baseline
 * first, window last.
 */
interface TaskBase {
  readonly test: string;
  readonly title: string;
  readonly seed: number;
  readonly permutations: number;
  readonly index: readonly EventIndex[];
  /** Events of the baseline; those after it are the window. */
  readonly baseline: number;
  /** Looks of the whole investigation, as planned: what the smallest effect that can be found depends on. */
  readonly looks: number;
}

/** One number an event; NaN if there is none. */
export interface NumericSeries {
  readonly label: string;
  readonly unit: string;
  /** 0 or 1 an event: told as a share. */
  readonly isShare: boolean;
  readonly values: readonly number[];
}

/** One category an event; null is a category of its own. */
export interface CategoricalSeries {
  readonly label: string;
  readonly values: readonly (string | null)[];
}

export interface ComparisonTask extends TaskBase {
  readonly kind: 'comparison';
  readonly numbers: readonly NumericSeries[];
  readonly categories: readonly CategoricalSeries[];
  /** Columns that could not be compared, and why. */
  readonly leftOut: readonly string[];
}

export interface WordsTask extends TaskBase {
  readonly kind: 'words';
  readonly texts: readonly (string | null)[];
}

/** Whether the window resembles those of earlier alerts of its kind. */
export interface EarlierTask extends TaskBase {
  readonly kind: 'earlier';
  /** All events of the stream up to the end of the window, and its signals there. */
  readonly events: readonly EventIndex[];
  readonly signals: readonly (readonly number[])[];
  /** Positions in `events` at which the window and the baseline begin, and where the baseline ends. */
  readonly windowFrom: number;
  readonly baselineFrom: number;
  readonly baselineTo: number;
  readonly alerts: readonly { readonly kind: AlertKind; readonly onset: EventIndex; readonly fired: EventIndex }[];
}

export type TestTask = ComparisonTask | WordsTask | EarlierTask;

/** What a test found, before the correction for the number of looks. */
export type Finding = Omit<Hypothesis, 'pAdjusted'>;

export interface Examined {
  /** One for every test made. */
  readonly findings: readonly Finding[];
  /** Why there are none. */
  readonly nothing: string | null;
}
