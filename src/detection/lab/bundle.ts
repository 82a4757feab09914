import * as v from 'valibot';
import { without } from '../../core/fields.ts';
import { baselineSchema, baselineToObject } from '../baseline.ts';
import { EMBEDDER_ENTRIES, hash } from '../files/embedder.ts';
import { headOf, newestVersion, readFields, readText, type FileFormat } from '../files/file.ts';
import { healthSchema } from '../files/health.ts';
import { parametersSchema } from '../files/parameters.ts';
import { alertSchema, alertsSchema, type AlertJson } from '../files/results.ts';
import {
  choice,
  counts,
  integer,
  list,
  maybe,
  must,
  number,
  numbers,
  relations,
  text,
  two,
  type Path,
  type RefuseUnless,
} from '../files/schema.ts';
import { RETIRED_KINDS } from '../retired.ts';
import { ALERT_KINDS } from '../types.ts';
import type { OperatingCharacteristics } from './arl.ts';
import { fromVersion1 } from './bundleUpgrade.ts';
import type { ChangeKind, DelayPoint } from './delay.ts';
import { adviceOf, ROLLOUTS } from './rollout.ts';

const BUNDLE = {
  format: 'tautline-bundle',
  what: 'the bundle',
  otherwise: 'it is not a bundle file',
  advice: 'Export it again from its ledger.',
  upgrades: [fromVersion1],
} as const;

const CHANGE_KINDS = ['mean', 'scale'] as const satisfies readonly ChangeKind[];

const ledgerSchema = v.pipe(
  v.object({
    fingerprint: v.pipe(hash, v.description('SHA-256 of event_id, ts and the stream columns in canonical order')),
    name: text,
    events: integer(0),
    reference: v.pipe(
      two(integer(0)),
      v.description('Event indices [first, end) of the reference; alerts are raised after it'),
    ),
    embedderReference: v.pipe(
      integer(1),
      v.description('reference_events that the built-in embedder weighed words by'),
    ),
  }),
  relations(({ reference: [from, to], events }, refuseUnless) =>
    refuseUnless(from <= to && to <= events, ['reference'], `a range of whole numbers from 0 to ${events}`),
  ),
  v.transform(({ reference: [from, to], ...ledger }) => ({ ...ledger, reference: { from, to } })),
);

const labelledSchema = v.pipe(
  v.object({
    changes: v.pipe(integer(1), v.description('Labelled changes on the ledger after its reference')),
    found: v.pipe(integer(0), v.description('Those that an alert matches')),
  }),
  relations(({ changes, found }, refuseUnless) => refuseUnless(found <= changes, ['found'], `at most ${changes}`)),
);

/** Buckets that the built-in embedder hashes words and their parts into. */
const BUCKETS = 2 ** 18;

const frequenciesSchema = v.pipe(
  v.object({
    documents: v.pipe(integer(0), v.description('Texts of the reference')),
    buckets: v.pipe(counts, v.description(`Those that occur in any of them, ascending, from 0 to ${BUCKETS - 1}`)),
    counts: v.pipe(counts, v.description('In how many of the texts each bucket occurs')),
  }),
  relations(({ documents, buckets, counts: own }, refuseUnless) => {
    const isBucket = (value: number, i: number): boolean => value < BUCKETS && (i === 0 || value > buckets[i - 1]);
    refuseUnless(buckets.every(isBucket), ['buckets'], `ascending whole numbers from 0 to ${BUCKETS - 1}`);
    refuseUnless(
      own.length === buckets.length && own.every((n) => n >= 1 && n <= documents),
      ['counts'],
      `${buckets.length} whole numbers from 1 to ${documents}, one per bucket`,
    );
  }),
);

const embedderSchema = v.object({
  ...EMBEDDER_ENTRIES,
  frequencies: v.pipe(
    v.nullable(frequenciesSchema),
    v.description('By which the built-in embedder weighs words; null: another embedder, or not known'),
  ),
});

const rolloutSchema = v.object({
  advice: v.pipe(
    choice(ROLLOUTS),
    v.description('hold: labelled changes are missed; the others follow from the share'),
  ),
  share: v.pipe(
    number,
    v.minValue(0, must('from 0 to 1')),
    v.maxValue(1, must('from 0 to 1')),
    v.description('Changed alerts of all that either has'),
  ),
  kept: integer(0),
  added: integer(0),
  removed: integer(0),
  moved: integer(0),
  labelled: v.pipe(
    v.optional(v.nullable(labelledSchema), null),
    v.description('Absent or null: the ledger has no labelled change'),
  ),
  /** The parameters whose alerts the bundle's are compared with. */
  comparedWith: parametersSchema,
});

const delayOf = <K extends readonly string[]>(kinds: K) =>
  v.pipe(
    v.object({
      kind: choice(kinds),
      change: choice(CHANGE_KINDS),
      size: number,
      replicates: integer(0),
      detected: integer(0),
      medianDelay: maybe,
      delayInterval: two(maybe),
    }),
    relations(({ detected, replicates }, refuseUnless) =>
      refuseUnless(detected <= replicates, ['detected'], `at most ${replicates}, the replicates`),
    ),
  );
const delaySchema = delayOf(ALERT_KINDS);

const retiredSchema = v.object({
  alerts: v.pipe(
    list(v.object({ ...alertSchema.entries, kind: choice(RETIRED_KINDS) })),
    v.description('Alerts of kinds that are gone; the rollout counts them, nothing replays them'),
  ),
  delays: v.pipe(list(delayOf(RETIRED_KINDS)), v.description('Measured delays of such kinds')),
  parameters: v.pipe(
    list(v.object({ name: text, value: number })),
    v.description('Parameters without effect, or with another value now, as they were'),
  ),
});

export const characteristicsSchema = v.object({
  source: v.pipe(choice(['reference', 'ledger']), v.description('Which events false alarms were measured on')),
  inControlEvents: v.pipe(integer(0), v.description('How many they are')),
  arl0: v.pipe(
    maybe,
    v.description('Events of a stream between two false [DRIFT] alarms; null: not known, or more than may be said'),
  ),
  arl0Method: choice(['simulated', 'extrapolated', 'bound']),
  arl0Interval: v.pipe(
    two(maybe),
    v.description('95 %; null where no interval was shown to hold (docs/methods.md 9), or where it is not bounded'),
  ),
  eventsPerDay: maybe,
  falseAlertsPerDay: maybe,
  falseAlertsPerDayInterval: v.pipe(two(maybe), v.description('95 %, as of arl0Interval')),
  naiveSiegmund: v.pipe(
    maybe,
    v.description("ARL were z independent and Gaussian, Siegmund's approximation; null: not bounded"),
  ),
  naiveCapped: v.pipe(maybe, v.description('The same with the cap; null: not bounded')),
  delays: list(delaySchema),
});

const fieldsSchema = v.object({
  ...headOf(BUNDLE),
  ledger: ledgerSchema,
  parameters: parametersSchema,
  baseline: baselineSchema,
  alerts: v.pipe(alertsSchema, v.description('Alerts on the ledger, in the order of their firing')),
  governanceWeight: v.pipe(
    v.optional(numbers, []),
    v.description('J of each stream of the reference at the end of the ledger; absent or empty: not stated'),
  ),
  rollout: rolloutSchema,
  operatingCharacteristics: v.nullable(characteristicsSchema),
  embedder: embedderSchema,
  retired: v.pipe(retiredSchema, v.description('What a bundle of an earlier version held and this one has no use for')),
  health: v.pipe(healthSchema, v.description('How each detector fared on the ledger; empty: not known')),
  createdBy: v.pipe(text, v.description('Program and version')),
});

/**
 * Everything that a consumer needs to raise, warm, the alerts that were seen on a ledger, and to prove that it does.
 * NaN: not known, or not bounded. `baseline.reference.range` lies at 0, see `ledger.reference`; characteristics are
 * null if they were not measured.
 */
export type Bundle = Omit<v.InferOutput<typeof fieldsSchema>, 'format' | 'version'>;

const withoutHead = (file: v.InferOutput<typeof fieldsSchema>): Bundle => without(file, 'format', 'version');

export const bundleSchema = v.pipe(fieldsSchema, relations(checkAlerts), v.transform(withoutHead));

export const BUNDLE_FORMAT: FileFormat<Bundle> = { ...BUNDLE, schema: bundleSchema };

/** What the thresholds were measured to cost and to find. */
export type BundleCharacteristics = v.InferOutput<typeof characteristicsSchema>;

function checkAlerts(
  { ledger, baseline, alerts, governanceWeight, rollout, retired }: v.InferOutput<typeof fieldsSchema>,
  refuseUnless: RefuseUnless,
): void {
  const check = (list: readonly Omit<AlertJson, 'kind'>[], path: Path): void =>
    list.forEach(({ onset, onset_seq, fired, fired_seq, cleared }, i) => {
      const inOrder = (name: string, value: number, least: number): void =>
        refuseUnless(value >= least, [...path, i, name], `a whole number from ${least}`);
      const within = (name: string, value: number, from: number): void => {
        inOrder(name, value, from);
        refuseUnless(value < ledger.events, [...path, i, name], `below ${ledger.events}, the events of the ledger`);
      };
      within('onset', onset, 0);
      within('fired', fired, onset);
      inOrder('fired_seq', fired_seq, onset_seq);
      if (cleared !== null) within('cleared', cleared, fired);
    });
  check(alerts, ['alerts']);
  check(retired.alerts, ['retired', 'alerts']);
  const { length } = baseline.reference.streams;
  refuseUnless(
    governanceWeight.length === 0 || governanceWeight.length === length,
    ['governanceWeight'],
    `one of each of the ${length} streams`,
  );
  const { kept, added, moved } = rollout;
  const counted = alerts.length + retired.alerts.length;
  refuseUnless(
    kept + added + moved === counted,
    ['rollout', 'kept'],
    `such that kept, added and moved make the ${counted} alerts`,
  );
  const { share, advice } = adviceOf(rollout);
  refuseUnless(rollout.share === share, ['rollout', 'share'], `${share}, as its counts say`);
  refuseUnless(rollout.advice === advice, ['rollout', 'advice'], `"${advice}", as its share and its labels say`);
}

/** Of a bundle that this program made. */
export const NOTHING_RETIRED: Bundle['retired'] = { alerts: [], delays: [], parameters: [] };

/** Operating characteristics of the laboratory as a bundle holds them. */
export function characteristicsOf(
  oc: OperatingCharacteristics,
  delays: readonly { readonly change: ChangeKind; readonly points: readonly DelayPoint[] }[] = [],
): BundleCharacteristics {
  return {
    source: oc.source,
    inControlEvents: oc.inControl,
    arl0: finite(oc.estimate.arl),
    arl0Method: oc.estimate.method,
    arl0Interval: oc.estimate.level === null ? UNKNOWN : pair(oc.estimate.interval),
    eventsPerDay: finite(oc.eventsPerDay),
    falseAlertsPerDay: finite(oc.perDay),
    falseAlertsPerDayInterval: oc.estimate.level === null ? UNKNOWN : pair(oc.perDayInterval),
    naiveSiegmund: finite(oc.naive.siegmund),
    naiveCapped: finite(oc.naive.capped),
    delays: delays.flatMap(({ change, points }) =>
      points.map(({ kind, size, replicates, detected, medianDelay, delayInterval }) => ({
        kind,
        change,
        size,
        replicates,
        detected,
        medianDelay: finite(medianDelay),
        delayInterval: pair(delayInterval),
      })),
    ),
  };
}

const UNKNOWN: [number, number] = [Number.NaN, Number.NaN];
const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);
const pair = ([low, high]: readonly [number, number]): [number, number] => [finite(low), finite(high)];

function fileOf({ ledger, baseline, parameters, rollout: { labelled, ...rollout }, ...bundle }: Bundle) {
  const { settings, ...embedder } = bundle.embedder;
  return {
    format: BUNDLE.format,
    version: newestVersion(BUNDLE),
    createdBy: bundle.createdBy,
    parameters: { ...parameters },
    ledger: { ...ledger, reference: [ledger.reference.from, ledger.reference.to] as [number, number] },
    baseline: baselineToObject(baseline),
    alerts: bundle.alerts,
    ...(bundle.governanceWeight.length > 0 && { governanceWeight: bundle.governanceWeight }),
    rollout: { ...rollout, ...(labelled && { labelled }), comparedWith: { ...rollout.comparedWith } },
    operatingCharacteristics: bundle.operatingCharacteristics,
    embedder: { ...embedder, ...(settings && { settings }) },
    retired: bundle.retired,
    health: bundle.health,
  } satisfies v.InferInput<typeof fieldsSchema>;
}

/** The JSON form; what is not a finite number is null. */
export const bundleToJson = (bundle: Bundle): string => JSON.stringify(fileOf(bundle));

/** What the JSON form holds, in plain objects and lists. */
export const bundleToObject = (bundle: Bundle): Record<string, unknown> =>
  JSON.parse(bundleToJson(bundle)) as Record<string, unknown>;

/**
 * Reads the JSON form.
 * @param file its name, for messages
 * @throws TautlineFailure of kind file that names the field
 */
export const bundleFromJson = (content: string, file: string): Bundle => readText(BUNDLE_FORMAT, content, file);

/** Reads what `bundleToObject` gave. */
export const bundleFromObject = (object: unknown, file: string): Bundle => readFields(BUNDLE_FORMAT, object, file);

/** Whether a text is a bundle rather than a baseline or something else; says nothing of whether it can be used. */
export function isBundleJson(content: string): boolean {
  try {
    return (JSON.parse(content) as { format?: unknown } | null)?.format === BUNDLE.format;
  } catch {
    return false;
  }
}
