import * as v from 'valibot';
import { fieldsOf, without, type Fields } from '../core/fields.ts';
import { madeBySchema, type MadeBy } from './files/embedder.ts';
import { headOf, newestVersion, readText, type FileFormat, type Say } from './files/file.ts';
import {
  fitFloat32,
  flag,
  integer,
  list,
  maybe,
  maybeNumbers,
  must,
  number,
  numbers,
  relations,
  text,
  type Path,
  type RefuseUnless,
} from './files/schema.ts';
import { checkParameter } from './parameters.ts';
import type { ResolvedReference } from './reference.ts';
import type { ChannelReferences } from './channels/reference.ts';
import {
  CALIBRATION_ENTRIES,
  checkReferences,
  REFERENCE_ENTRIES,
  referencesOf,
  referencesToFile,
} from './channels/referenceFiles.ts';
import type { Calibration, Projection } from './types.ts';

/**
 * What a reference period fixes, to be used on other ledgers and on streams (docs/methods.md 2): projection, reference
 * and calibration.
 */
export interface Baseline extends ChannelReferences {
  readonly projection: Projection;
  readonly reference: ResolvedReference;
  readonly calibration: Calibration;
  /** What made the vectors of its ledger; null: not known. */
  readonly embedder: MadeBy | null;
}

/** Version 1 had the false alarms of SHIFT and knew no lasting change. */
function withoutShift(file: Fields, say: Say): Fields {
  const calibration = without(fieldsOf(file.calibration), 'shiftLimit', 'shiftLimits');
  say(
    'The baseline was written by an earlier version: its limits of SHIFT are left out, and style, meaning and ' +
      'behaviour change are out of action, since it has no reference for them.',
  );
  const silent = { style: null, meaning: null, behaviour: null };
  return {
    ...without(file, 'falseAlarms'),
    ...silent,
    calibration: { ...calibration, ...silent },
    version: 2,
  };
}

/** What a file of version 1 has where a baseline is, as one of version 2; anything else as it is. */
export const upgradedBaseline = (part: unknown): unknown =>
  fieldsOf(part).version === 1 ? withoutShift(fieldsOf(part), () => undefined) : part;

const BASELINE = {
  format: 'tautline-baseline',
  what: 'the baseline',
  otherwise: 'it is not a baseline file',
  advice: 'Save it again from a ledger.',
  upgrades: [withoutShift],
} as const;

const streamSchema = v.object({
  name: text,
  events: v.pipe(integer(-1), v.description('-1: not known')),
  referenceEvents: integer(0),
  referenceEmbedded: integer(0),
  mean: maybeNumbers,
  window: v.pipe(
    numbers,
    v.description('Newest reference coordinates, oldest first, row-major, at most windowSize x k'),
  ),
});

/** A baseline file of the newest version; what it reads as is the file still, `ofFile` makes a `Baseline` of it. */
const fileSchema = v.object({
  ...headOf(BASELINE),
  projection: v.object({
    dimension: integer(1),
    k: integer(1),
    mean: numbers,
    axes: v.pipe(numbers, v.description('Row-major k x dimension: x = axes (e - mean)')),
    eigenvalues: numbers,
  }),
  reference: v.object({
    k: integer(1),
    hasLatency: flag,
    windowReference: v.pipe(number, v.gtValue(0, must('above 0')), v.description('W_ref, ms')),
    windowSize: integer(1),
    pooledMean: maybeNumbers,
    streams: list(streamSchema),
  }),
  calibration: v.object({
    ref: integer(0),
    k: integer(1),
    m: maybe,
    s: maybe,
    fm: maybe,
    fs: maybe,
    lo: maybe,
    hi: maybe,
    tension: maybe,
    rho: maybe,
    wref: maybe,
    ...CALIBRATION_ENTRIES,
    phaseLocked: flag,
  }),
  ...REFERENCE_ENTRIES,
  embedder: v.pipe(
    v.optional(v.nullable(madeBySchema), null),
    v.description('What made the vectors of its ledger; absent or null: not known'),
  ),
});
type BaselineFile = v.InferOutput<typeof fileSchema>;

/** A baseline: its file, checked, as the program holds it. */
export const baselineSchema = v.pipe(fileSchema, relations(checkSizes), v.transform(ofFile));

const BASELINE_FORMAT: FileFormat<Baseline> = { ...BASELINE, schema: baselineSchema };

function checkSizes(file: BaselineFile, refuseUnless: RefuseUnless): void {
  const { projection, reference } = file;
  const { dimension, k } = projection;
  const { streams, windowSize } = reference;
  const ofLength = (values: readonly number[], length: number, path: Path): void =>
    refuseUnless(values.length === length, path, `a list of ${length} numbers`);
  ofLength(projection.mean, dimension, ['projection', 'mean']);
  ofLength(projection.axes, k * dimension, ['projection', 'axes']);
  ofLength(projection.eigenvalues, k, ['projection', 'eigenvalues']);
  const fits = (values: readonly number[], path: Path): void =>
    refuseUnless(fitFloat32(values), path, 'numbers of 32 bits');
  fits(projection.mean, ['projection', 'mean']);
  fits(projection.axes, ['projection', 'axes']);
  if (file.meaning)
    refuseUnless(file.meaning.axes <= k, ['meaning', 'axes'], `at most ${k}, the axes of the projection`);
  refuseUnless(reference.k <= k, ['reference', 'k'], `at most ${k}, the axes of the projection`);
  refuseUnless(checkParameter('emd_window', windowSize) === null, ['reference', 'windowSize'], 'an emd_window');
  const names = new Set(streams.map(({ name }) => name));
  refuseUnless(names.size === streams.length, ['reference', 'streams'], 'different names');
  streams.forEach(({ mean, window }, s) => {
    ofLength(mean, reference.k, ['reference', 'streams', s, 'mean']);
    refuseUnless(
      window.length % reference.k === 0 && window.length <= windowSize * reference.k,
      ['reference', 'streams', s, 'window'],
      `at most ${windowSize} rows of ${reference.k} numbers`,
    );
    fits(window, ['reference', 'streams', s, 'window']);
  });
  ofLength(reference.pooledMean, reference.k, ['reference', 'pooledMean']);
  checkReferences(file, streams.length, refuseUnless);
}

function ofFile(file: BaselineFile): Baseline {
  const { projection, reference, calibration } = file;
  const { k, streams, windowSize: size } = reference;
  const means = new Float64Array(streams.length * k);
  const rows = new Float32Array(streams.length * size * k);
  streams.forEach(({ mean, window }, s) => {
    means.set(mean, s * k);
    rows.set(window, s * size * k);
  });
  return {
    projection: {
      dimension: projection.dimension,
      k: projection.k,
      mean: Float64Array.from(projection.mean),
      axes: Float64Array.from(projection.axes),
      eigenvalues: Float64Array.from(projection.eigenvalues),
    },
    reference: {
      range: { from: 0, to: 0 },
      retrospective: false,
      streams: streams.map(({ name }) => name),
      k,
      hasLatency: reference.hasLatency,
      windowReference: reference.windowReference,
      pooledMean: Float64Array.from(reference.pooledMean),
      means,
      referenceEvents: Int32Array.from(streams, (s) => s.referenceEvents),
      referenceEmbedded: Int32Array.from(streams, (s) => s.referenceEmbedded),
      streamEvents: Int32Array.from(streams, (s) => s.events),
      windows: { size, rows, counts: Int32Array.from(streams, ({ window }) => window.length / k) },
    },
    calibration,
    embedder: file.embedder,
    ...referencesOf(file),
  };
}

/**
 * The text of a baseline file: numbers to the last bit, NaN as null. Where the reference lay in its ledger is not kept.
 */
export const baselineToJson = (baseline: Baseline): string => JSON.stringify(baselineToObject(baseline));

/** What a baseline file holds, in plain objects and lists, with NaN if the file has null. */
export function baselineToObject(baseline: Baseline): v.InferInput<typeof fileSchema> {
  const { projection, reference, calibration, embedder } = baseline;
  const { k, windows, pooledMean, means, hasLatency, windowReference } = reference;
  const streams = reference.streams.map((name, s) => ({
    name,
    events: reference.streamEvents[s],
    referenceEvents: reference.referenceEvents[s],
    referenceEmbedded: reference.referenceEmbedded[s],
    mean: [...means.subarray(s * k, (s + 1) * k)],
    window: [...windows.rows.subarray(s * windows.size * k, (s * windows.size + windows.counts[s]) * k)],
  }));
  return {
    format: BASELINE.format,
    version: newestVersion(BASELINE),
    projection: {
      ...projection,
      mean: [...projection.mean],
      axes: [...projection.axes],
      eigenvalues: [...projection.eigenvalues],
    },
    reference: { k, hasLatency, windowReference, windowSize: windows.size, pooledMean: [...pooledMean], streams },
    calibration: { ...calibration },
    ...referencesToFile(baseline),
    ...(embedder && { embedder }),
  };
}

/**
 * Reads a baseline file.
 * @param file its name, for messages
 * @param say is told what of a file of an earlier version is gone
 * @throws TautlineFailure of kind file that names the field
 */
export const baselineFromJson = (content: string, file: string, say?: Say): Baseline =>
  readText(BASELINE_FORMAT, content, file, say);
