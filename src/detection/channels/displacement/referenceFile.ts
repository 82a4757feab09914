import * as v from 'valibot';
import type { EpisodeCounts } from '../../../kernels/bootstrap.ts';
import { integer, list, maybe, maybeNumbers, number, numbers, relations } from '../../files/schema.ts';
import type { ReferenceFile } from '../referenceFile.ts';
import type { ShiftFalseAlarms } from './limit.ts';

export const episodeCountsSchema = v.pipe(
  v.object({ levels: numbers, counts: numbers, events: integer(1) }),
  relations(({ levels, counts }, refuseUnless) =>
    refuseUnless(counts.length === levels.length, ['counts'], `a list of ${levels.length} numbers`),
  ),
  v.transform(({ levels, counts, events }): EpisodeCounts => {
    return { levels: Float64Array.from(levels), counts: Int32Array.from(counts), events };
  }),
);

const toLists = ({ levels, counts, events }: EpisodeCounts) => ({ levels: [...levels], counts: [...counts], events });

const unlessCalibrated = v.pipe(v.nullable(number), v.description('null: could not be calibrated'));

/** How files hold `falseAlarms`, and the limits of SHIFT that follow from them. */
export const falseAlarmsFile = {
  schema: v.nullable(v.object({ pooled: episodeCountsSchema, streams: list(v.nullable(episodeCountsSchema)) })),
  toFile: (alarms) =>
    alarms && { pooled: toLists(alarms.pooled), streams: alarms.streams.map((own) => own && toLists(own)) },
  check: (alarms, streams, refuseUnless) =>
    refuseUnless(
      alarms === null || alarms.streams.length === streams,
      ['streams'],
      `a list of ${streams}, one per stream`,
    ),
  calibration: { shiftLimit: maybe, shiftLimits: maybeNumbers },
  results: {
    shift_limit: v.pipe(v.nullable(number), v.description('T2 limit of SHIFT over all streams')),
    shift_limits: v.pipe(list(unlessCalibrated), v.description('T2 limit of SHIFT of each stream')),
  },
} satisfies ReferenceFile<ShiftFalseAlarms | null>;
