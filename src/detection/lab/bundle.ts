import type { IndexRange } from '../../core/columns.ts';
import { baselineToObject, readBaseline, type Baseline } from '../baseline.ts';
import type { AlertJson } from '../export.ts';
import { JsonReader, type FileKind } from '../jsonReader.ts';
import { parseParameters, PARAMETER_NAMES, type Parameters } from '../parameters.ts';
import { ALERT_KINDS, type AlertKind } from '../types.ts';
import type { OperatingCharacteristics } from './arl.ts';
import type { ChangeKind, DelayPoint } from './delay.ts';
import { adviceOf, ROLLOUTS, type RolloutAdvice } from './rollout.ts';

export const BUNDLE_FORMAT = 'tautline-bundle';
export const BUNDLE_VERSION = 1;
const BUNDLE_FILE: FileKind = { what: 'the bundle', advice: 'Export it again from its ledger.' };

export const EMBEDDERS = ['file', 'built-in'] as const;
export const ARL_METHODS = ['simulated', 'extrapolated', 'bound'] as const;
export const IN_CONTROL_SOURCES = ['reference', 'ledger'] as const;
export const CHANGE_KINDS = ['mean', 'scale'] as const satisfies readonly ChangeKind[];

/** The ledger that a bundle was made on. */
export interface BundleLedger {
  readonly name: string;
  /** SHA-256, hex, as `OpenReport.fingerprint`. */
  readonly fingerprint: string;
  readonly events: number;
  /** Where the reference lay in its events; alerts are raised after it. */
  readonly reference: IndexRange;
  readonly embedder: (typeof EMBEDDERS)[number];
  /** reference_events that the built-in embedder weighed words by when the ledger was opened. */
  readonly embedderReference: number;
}

/** What the thresholds were measured to cost and to find. NaN: not known, or not bounded. */
export interface BundleCharacteristics {
  /** Which events false alarms were measured on, and how many. */
  readonly source: (typeof IN_CONTROL_SOURCES)[number];
  readonly inControlEvents: number;
  /** Events of a stream between two false [DRIFT] alarms, with the 95 % interval. */
  readonly arl0: number;
  readonly arl0Method: (typeof ARL_METHODS)[number];
  readonly arl0Interval: readonly [number, number];
  readonly eventsPerDay: number;
  readonly falseAlertsPerDay: number;
  readonly falseAlertsPerDayInterval: readonly [number, number];
  /** ARL were z independent and Gaussian: Siegmund's approximation, and with the cap. */
  readonly naiveSiegmund: number;
  readonly naiveCapped: number;
  readonly delays: readonly BundleDelay[];
}

/** Events to detection of a change injected into the ledger's own residuals. */
export interface BundleDelay {
  readonly kind: AlertKind;
  readonly change: ChangeKind;
  readonly size: number;
  readonly replicates: number;
  readonly detected: number;
  /** The stream's own events; NaN where half or more were missed. */
  readonly medianDelay: number;
  readonly delayInterval: readonly [number, number];
}

/**
 * Everything that a consumer needs to raise, warm, the alerts that were seen on a ledger, and to prove that it does.
 */
export interface Bundle {
  /** Program and version. */
  readonly createdBy: string;
  readonly parameters: Parameters;
  readonly ledger: BundleLedger;
  /** Projection basis, reference statistics and calibration; its `range` lies at 0, see `ledger.reference`. */
  readonly baseline: Baseline;
  /** On the ledger, with the parameters. */
  readonly alerts: readonly AlertJson[];
  readonly rollout: RolloutAdvice & {
    /** The parameters whose alerts the bundle's are compared with. */
    readonly comparedWith: Parameters;
  };
  /** Null where they were not measured. */
  readonly operatingCharacteristics: BundleCharacteristics | null;
}

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
    arl0Interval: pair(oc.estimate.interval),
    eventsPerDay: finite(oc.eventsPerDay),
    falseAlertsPerDay: finite(oc.perDay),
    falseAlertsPerDayInterval: pair(oc.perDayInterval),
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

const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);
const pair = ([low, high]: readonly [number, number]): [number, number] => [finite(low), finite(high)];

/**
 * What a bundle file holds, in plain objects and lists; what is not a number is null. The same object is what the
 * protobuf form encodes.
 */
export function bundleToObject({
  createdBy,
  parameters,
  ledger,
  baseline,
  alerts,
  rollout,
  operatingCharacteristics,
}: Bundle): Record<string, unknown> {
  const object = {
    format: BUNDLE_FORMAT,
    version: BUNDLE_VERSION,
    createdBy,
    parameters,
    ledger: { ...ledger, reference: [ledger.reference.from, ledger.reference.to] },
    baseline: baselineToObject(baseline),
    alerts,
    rollout,
    operatingCharacteristics,
  };
  return withoutNaN(object) as Record<string, unknown>;
}

function withoutNaN(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(withoutNaN);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutNaN(part)]));
}

export const bundleToJson = (bundle: Bundle): string => JSON.stringify(bundleToObject(bundle));

/**
 * Reads the JSON form.
 * @param file its name, for messages
 * @throws TautlineFailure of kind file that names the field
 */
export const bundleFromJson = (text: string, file: string): Bundle =>
  readBundle(JsonReader.parse(text, file, BUNDLE_FILE));

/** Reads what `bundleToObject` gave. */
export const bundleFromObject = (object: unknown, file: string): Bundle =>
  readBundle(new JsonReader(file, BUNDLE_FILE, object));

/** Whether a text is a bundle rather than a baseline or something else; says nothing of whether it can be used. */
export function isBundleJson(text: string): boolean {
  try {
    return (JSON.parse(text) as { format?: unknown } | null)?.format === BUNDLE_FORMAT;
  } catch {
    return false;
  }
}

function readBundle(root: JsonReader): Bundle {
  if (root.at('format').value !== BUNDLE_FORMAT) throw root.refused('it is not a bundle file');
  if (root.at('version').value !== BUNDLE_VERSION)
    throw root.refused(
      `it is of version ${String(root.at('version').value)}, this program reads version ${BUNDLE_VERSION}`,
    );
  const ledger = readLedger(root.at('ledger'));
  const parameters = readParameters(root.at('parameters'));
  const baseline = readBaseline(root.at('baseline'));
  const alerts = readAlerts(root.at('alerts'), ledger);
  const rollout = readRollout(root.at('rollout'), alerts.length);
  const measured = root.at('operatingCharacteristics');
  return {
    createdBy: root.at('createdBy').text(),
    parameters,
    ledger,
    baseline,
    alerts,
    rollout,
    operatingCharacteristics: measured.value === null ? null : readCharacteristics(measured),
  };
}

function readParameters(r: JsonReader): Parameters {
  // All of them: a default may change, and the alerts expected would with it.
  for (const name of PARAMETER_NAMES) r.at(name);
  const parsed = parseParameters(r.value);
  if (parsed.ok) return parsed.value;
  const [{ name, problem }] = parsed.error;
  throw r.refused(`"${r.path}.${name}" ${problem}`);
}

function readLedger(r: JsonReader): BundleLedger {
  const fingerprint = r.at('fingerprint').text();
  if (!/^[0-9a-f]{64}$/.test(fingerprint)) throw r.at('fingerprint').wrong('a SHA-256 in hexadecimal');
  const events = r.at('events').count(0);
  const [from, to] = r.at('reference').numbers(2);
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= events))
    throw r.at('reference').wrong(`a range of whole numbers from 0 to ${events}`);
  return {
    name: r.at('name').text(),
    fingerprint,
    events,
    reference: { from, to },
    embedder: r.at('embedder').oneOf(EMBEDDERS),
    embedderReference: r.at('embedderReference').count(1),
  };
}

function readAlerts(list: JsonReader, ledger: BundleLedger): AlertJson[] {
  return list.list().map((a) => {
    const within = (name: string, from: number): number => {
      const value = a.at(name).count(from);
      if (value >= ledger.events) throw a.at(name).wrong(`below ${ledger.events}, the events of the ledger`);
      return value;
    };
    const onset = within('onset', 0);
    const fired = within('fired', onset);
    const onsetSeq = a.at('onset_seq').count(1);
    return {
      kind: a.at('kind').oneOf(ALERT_KINDS),
      stream: a.at('stream').text(),
      onset,
      onset_seq: onsetSeq,
      fired,
      fired_seq: a.at('fired_seq').count(onsetSeq),
      cleared: a.at('cleared').value === null ? null : within('cleared', fired),
      peak: a.at('peak').number(),
    };
  });
}

function readRollout(r: JsonReader, alerts: number): Bundle['rollout'] {
  const count = (name: string) => r.at(name).count(0);
  const counts = { kept: count('kept'), added: count('added'), removed: count('removed'), moved: count('moved') };
  if (counts.kept + counts.added + counts.moved !== alerts)
    throw r.at('kept').wrong(`such that kept, added and moved make the ${alerts} alerts`);
  const expected = adviceOf(counts);
  if (r.at('share').number() !== expected.share) throw r.at('share').wrong(`${expected.share}, as its counts say`);
  if (r.at('advice').oneOf(ROLLOUTS) !== expected.advice)
    throw r.at('advice').wrong(`"${expected.advice}", as its share says`);
  return { ...expected, comparedWith: readParameters(r.at('comparedWith')) };
}

function readCharacteristics(r: JsonReader): BundleCharacteristics {
  const two = (value: JsonReader): [number, number] => value.numbers(2, true) as [number, number];
  return {
    source: r.at('source').oneOf(IN_CONTROL_SOURCES),
    inControlEvents: r.at('inControlEvents').count(0),
    arl0: r.at('arl0').missing(),
    arl0Method: r.at('arl0Method').oneOf(ARL_METHODS),
    arl0Interval: two(r.at('arl0Interval')),
    eventsPerDay: r.at('eventsPerDay').missing(),
    falseAlertsPerDay: r.at('falseAlertsPerDay').missing(),
    falseAlertsPerDayInterval: two(r.at('falseAlertsPerDayInterval')),
    naiveSiegmund: r.at('naiveSiegmund').missing(),
    naiveCapped: r.at('naiveCapped').missing(),
    delays: r
      .at('delays')
      .list()
      .map((d) => {
        const replicates = d.at('replicates').count(0);
        const detected = d.at('detected').count(0);
        if (detected > replicates) throw d.at('detected').wrong(`at most ${replicates}, the replicates`);
        return {
          kind: d.at('kind').oneOf(ALERT_KINDS),
          change: d.at('change').oneOf(CHANGE_KINDS),
          size: d.at('size').number(),
          replicates,
          detected,
          medianDelay: d.at('medianDelay').missing(),
          delayInterval: two(d.at('delayInterval')),
        };
      }),
  };
}
