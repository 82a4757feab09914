import type { ChannelReference } from '../channelReference.ts';
import { alignFalseAlarms, shiftFalseAlarms, shiftLimits, type ShiftFalseAlarms } from './limit.ts';

interface Calibrated {
  /**
   * T² limit of SHIFT over all streams, derived from `false_alarm_budget`; NaN if it cannot be derived. For display:
   * `shiftLimits` are in force.
   */
  readonly shiftLimit: number;
  /** T² limit of SHIFT of each stream; `shiftLimit` where a stream has too few reference events for one of its own. */
  readonly shiftLimits: readonly number[];
}

interface CalibratedJson {
  readonly shift_limit: number | null;
  readonly shift_limits: (number | null)[];
}

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** False SHIFT episodes against the level of T², from which limits follow. Null if they cannot be simulated. */
export const falseAlarms: ChannelReference<ShiftFalseAlarms | null, Calibrated, CalibratedJson> = {
  parameters: ['mewma_lambda'],
  derive: shiftFalseAlarms,
  align: alignFalseAlarms,
  calibrate(alarms, { false_alarm_budget }, streams) {
    const { pooled, streams: own } = shiftLimits(alarms, false_alarm_budget, streams);
    return { shiftLimit: pooled, shiftLimits: own };
  },
  toJson: ({ shiftLimit, shiftLimits: own }) => ({
    shift_limit: orNull(shiftLimit),
    shift_limits: own.map(orNull),
  }),
};
