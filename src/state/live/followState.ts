import type { TautlineError } from '../../core/errors.ts';
import type { Bundle } from '../../detection/lab/bundle.ts';
import type { LiveTarget } from './target.ts';
import { NOTHING_YET, type Tally } from './tally.ts';

export interface FollowState {
  readonly phase: 'idle' | 'connecting' | 'following' | 'failed';
  readonly target: LiveTarget | null;
  readonly tally: Tally;
  /** Events on screen: [from, to) of the ledger. */
  readonly shown: { readonly from: number; readonly to: number };
  /** The picture stands still; what comes is still counted. */
  readonly paused: boolean;
  /** Why nothing comes at the moment; it is tried again. */
  readonly trouble: string | null;
  readonly error: TautlineError | null;
  /** Events that were judged here too, and where that gave something else than the commits say. */
  readonly judged: number;
  readonly faults: readonly string[];
  /** From the commit of the newest events on screen to their picture, ms; null: not measured. */
  readonly behind: number | null;
  /** Parameters of the bundle in force, as far as it is fetched. */
  readonly inForce: Bundle['parameters'] | null;
}

export const IDLE: FollowState = {
  ...{ phase: 'idle', target: null, tally: NOTHING_YET, shown: { from: 0, to: 0 }, paused: false },
  ...{ trouble: null, error: null, judged: 0, faults: [], behind: null, inForce: null },
};
