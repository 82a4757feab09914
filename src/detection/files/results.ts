import * as v from 'valibot';
import { RESULT_ENTRIES } from '../channels/referenceFiles.ts';
import { NOTICE_KINDS } from '../channels/table.ts';
import { ALERT_KINDS } from '../types.ts';
import { hash } from './embedder.ts';
import { choice, flag, integer, list, number, numbers, text, two } from './schema.ts';

/** What `tautline analyze` writes: alerts.json and calibration.json. */

/** One alert; positions are event indices, seq a stream's own count from 1. */
export const alertSchema = v.object({
  kind: choice(ALERT_KINDS),
  stream: text,
  onset: integer(0),
  onset_seq: integer(1),
  fired: integer(0),
  fired_seq: integer(1),
  cleared: v.pipe(v.nullable(integer(0)), v.description('null: still open at the end')),
  peak: number,
});

/** Alerts in the order of their firing. */
export const alertsSchema = list(alertSchema);

/** One notice: an event beyond a limit, which is no alert. */
export const noticeSchema = v.object({
  kind: choice(NOTICE_KINDS),
  stream: text,
  event: v.pipe(integer(0), v.description('Event index')),
  seq: integer(1),
  value: v.pipe(number, v.description('KL in nats, or friction')),
});

/** alerts.json: alerts in the order of their firing, and behind them notices in the order of their events. */
export const alertsFileSchema = list(
  v.union([
    v.object({
      ...alertSchema.entries,
      model: v.pipe(
        v.optional(hash),
        v.description(
          'Probe of the model that embedded the texts; absent: the built-in embedder, or vectors of the file',
        ),
      ),
    }),
    noticeSchema,
  ]),
);

/** calibration.json: what the reference period fixed. */
export const calibrationSchema = v.object({
  ref: v.pipe(integer(0), v.description('Events of the reference period')),
  reference: v.pipe(two(integer(0)), v.description('Event indices [first, end) of the reference period')),
  k: integer(1),
  m: v.pipe(v.nullable(number), v.description('Mean of Box-Cox KL')),
  s: v.pipe(v.nullable(number), v.description('Standard deviation of Box-Cox KL')),
  fm: v.pipe(v.nullable(number), v.description('Mean of ln friction')),
  fs: v.pipe(v.nullable(number), v.description('Standard deviation of ln friction')),
  lo: v.pipe(v.nullable(number), v.description('Friction band, lower end')),
  hi: v.pipe(v.nullable(number), v.description('Friction band, upper end')),
  tension: v.pipe(v.nullable(number), v.description('Median tension')),
  rho: v.pipe(v.nullable(number), v.description('Median coupling')),
  wref: v.pipe(number, v.description('W_ref, ms')),
  ...RESULT_ENTRIES,
  phase_locked: v.pipe(flag, v.description('Coupling raises alerts')),
  eigenvalues: v.pipe(numbers, v.description('Of the projection, descending')),
  J: v.pipe(numbers, v.description('Governance weight of each stream at the end')),
});

/** An alert as files hold it. */
export type AlertJson = Readonly<v.InferOutput<typeof alertSchema>>;
export type NoticeJson = Readonly<v.InferOutput<typeof noticeSchema>>;
export type CalibrationJson = v.InferOutput<typeof calibrationSchema>;
