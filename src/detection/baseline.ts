import type { EpisodeCounts } from '../kernels/bootstrap.ts';
import type { ResolvedReference } from './reference.ts';
import type { Calibration, Projection } from './types.ts';

/** What a reference period fixes, to be used on other ledgers and on streams (spec 2): projection, reference and calibration. */
export interface Baseline {
  readonly projection: Projection | null;
  readonly reference: ResolvedReference;
  readonly calibration: Calibration;
  /** Input of the SHIFT limit; null where it could not be simulated. */
  readonly falseAlarms: EpisodeCounts | null;
}
