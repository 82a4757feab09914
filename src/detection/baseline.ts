import type { EpisodeCounts } from '../kernels/bootstrap.ts';
import { JsonReader, type FileKind } from './jsonReader.ts';
import type { ResolvedReference } from './reference.ts';
import type { ChannelReferences } from './channels/reference.ts';
import type { Calibration, Projection } from './types.ts';

/**
 * What a reference period fixes, to be used on other ledgers and on streams (spec 2): projection, reference and
 * calibration.
 */
export interface Baseline extends ChannelReferences {
  readonly projection: Projection;
  readonly reference: ResolvedReference;
  readonly calibration: Calibration;
}

const FORMAT = 'tautline-baseline';
const VERSION = 1;
const BASELINE_FILE: FileKind = { what: 'the baseline', advice: 'Save it again from a ledger.' };

/**
 * The text of a baseline file: numbers to the last bit, NaN as null. Where the reference lay in its ledger is not kept.
 */
export const baselineToJson = (baseline: Baseline): string => JSON.stringify(baselineToObject(baseline));

/** What a baseline file holds, in plain objects and lists. */
export function baselineToObject({
  projection,
  reference,
  calibration,
  falseAlarms,
}: Baseline): Record<string, unknown> {
  const {
    k,
    windows,
    pooledMean,
    means,
    referenceEvents,
    referenceEmbedded,
    streamEvents,
    hasLatency,
    windowReference,
  } = reference;
  const counts = ({ levels, counts: c, events }: EpisodeCounts) => ({ levels: [...levels], counts: [...c], events });
  const streams = reference.streams.map((name, s) => ({
    name,
    events: streamEvents[s],
    referenceEvents: referenceEvents[s],
    referenceEmbedded: referenceEmbedded[s],
    mean: [...means.subarray(s * k, (s + 1) * k)],
    window: [...windows.rows.subarray(s * windows.size * k, (s * windows.size + windows.counts[s]) * k)],
  }));
  return {
    format: FORMAT,
    version: VERSION,
    projection: {
      ...projection,
      mean: [...projection.mean],
      axes: [...projection.axes],
      eigenvalues: [...projection.eigenvalues],
    },
    reference: { k, hasLatency, windowReference, windowSize: windows.size, pooledMean: [...pooledMean], streams },
    calibration,
    falseAlarms: falseAlarms && {
      pooled: counts(falseAlarms.pooled),
      streams: falseAlarms.streams.map((own) => own && counts(own)),
    },
  };
}

/**
 * Reads a baseline file.
 * @param file its name, for messages
 * @throws TautlineFailure of kind file that names the field
 */
export function baselineFromJson(text: string, file: string): Baseline {
  return readBaseline(JsonReader.parse(text, file, BASELINE_FILE));
}

/** Reads what `baselineToObject` gave. */
export function readBaseline(root: JsonReader): Baseline {
  if (root.at('format').value !== FORMAT) throw root.at('format').refused('it is not a baseline file');
  if (root.at('version').value !== VERSION)
    throw root
      .at('version')
      .refused(`it is of version ${String(root.at('version').value)}, this program reads version ${VERSION}`);

  const p = root.at('projection');
  const dimension = p.at('dimension').count(1);
  const k = p.at('k').count(1);
  const projection: Projection = {
    dimension,
    k,
    mean: Float64Array.from(p.at('mean').numbers(dimension)),
    axes: Float64Array.from(p.at('axes').numbers(k * dimension)),
    eigenvalues: Float64Array.from(p.at('eigenvalues').numbers(k)),
  };

  const r = root.at('reference');
  if (r.at('k').count(1) !== k) throw r.at('k').wrong(`${k}, as the projection has`);
  const size = r.at('windowSize').count(1);
  const streams = r.at('streams').list();
  const names = streams.map((s) => s.at('name').text());
  if (new Set(names).size !== names.length) throw r.at('streams').wrong('different names');
  const counts = Int32Array.from(streams, (s) => s.at('window').numbers().length / k);
  const means = new Float64Array(names.length * k);
  const rows = new Float32Array(names.length * size * k);
  streams.forEach((s, index) => {
    means.set(s.at('mean').numbers(k, true), index * k);
    if (
      !Number.isInteger(counts[index]) ||
      counts[index] > size ||
      s.at('window').numbers().length !== counts[index] * k
    ) {
      throw s.at('window').wrong(`at most ${size} rows of ${k} numbers`);
    }
    rows.set(s.at('window').numbers(), index * size * k);
  });
  const reference: ResolvedReference = {
    range: { from: 0, to: 0 },
    retrospective: false,
    streams: names,
    k,
    hasLatency: r.at('hasLatency').flag(),
    windowReference: r.at('windowReference').number(),
    pooledMean: Float64Array.from(r.at('pooledMean').numbers(k, true)),
    means,
    referenceEvents: Int32Array.from(streams, (s) => s.at('referenceEvents').count(0)),
    referenceEmbedded: Int32Array.from(streams, (s) => s.at('referenceEmbedded').count(0)),
    streamEvents: Int32Array.from(streams, (s) => s.at('events').count(-1)),
    windows: { size, rows, counts },
  };

  const c = root.at('calibration');
  const calibration: Calibration = {
    ref: c.at('ref').count(0),
    k: c.at('k').count(1),
    m: c.at('m').missing(),
    s: c.at('s').missing(),
    fm: c.at('fm').missing(),
    fs: c.at('fs').missing(),
    lo: c.at('lo').missing(),
    hi: c.at('hi').missing(),
    tension: c.at('tension').missing(),
    rho: c.at('rho').missing(),
    wref: c.at('wref').missing(),
    shiftLimit: c.at('shiftLimit').missing(),
    shiftLimits: c.at('shiftLimits').numbers(names.length, true),
    phaseLocked: c.at('phaseLocked').flag(),
  };

  const f = root.at('falseAlarms');
  const falseAlarms =
    f.value === null
      ? null
      : {
          pooled: episodeCounts(f.at('pooled')),
          streams: f
            .at('streams')
            .list()
            .map((s) => (s.value === null ? null : episodeCounts(s))),
        };
  if (falseAlarms && falseAlarms.streams.length !== names.length)
    throw f.at('streams').wrong(`a list of ${names.length}, one a stream`);
  return { projection, reference, calibration, falseAlarms };
}

function episodeCounts(value: JsonReader): EpisodeCounts {
  const levels = Float64Array.from(value.at('levels').numbers());
  return {
    levels,
    counts: Int32Array.from(value.at('counts').numbers(levels.length)),
    events: value.at('events').count(1),
  };
}
