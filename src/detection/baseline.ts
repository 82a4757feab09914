import { TautlineFailure } from '../core/errors.ts';
import type { EpisodeCounts } from '../kernels/bootstrap.ts';
import type { ResolvedReference } from './reference.ts';
import type { ShiftFalseAlarms } from './shiftLimit.ts';
import type { Calibration, Projection } from './types.ts';

/** What a reference period fixes, to be used on other ledgers and on streams (spec 2): projection, reference and calibration. */
export interface Baseline {
  readonly projection: Projection;
  readonly reference: ResolvedReference;
  readonly calibration: Calibration;
  /** Input of the SHIFT limits, by stream of `reference`; null where it could not be simulated. */
  readonly falseAlarms: ShiftFalseAlarms | null;
}

const FORMAT = 'tautline-baseline';
const VERSION = 1;

/** The text of a baseline file: numbers to the last bit, NaN as null. Where the reference lay in its ledger is not kept. */
export function baselineToJson({ projection, reference, calibration, falseAlarms }: Baseline): string {
  const { k, windows, pooledMean, means, referenceEvents, referenceEmbedded, streamEvents, hasLatency, windowReference } = reference;
  const plain = (value: unknown): unknown => (ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value);
  const streams = reference.streams.map((name, s) => ({
    name,
    events: streamEvents[s],
    referenceEvents: referenceEvents[s],
    referenceEmbedded: referenceEmbedded[s],
    mean: [...means.subarray(s * k, (s + 1) * k)],
    window: [...windows.rows.subarray(s * windows.size * k, (s * windows.size + windows.counts[s]) * k)],
  }));
  return JSON.stringify({
    format: FORMAT, version: VERSION, projection,
    reference: { k, hasLatency, windowReference, windowSize: windows.size, pooledMean, streams },
    calibration, falseAlarms,
  }, (_, value: unknown) => plain(value));
}

/**
 * Reads a baseline file.
 * @param file its name, for messages
 * @throws TautlineFailure of kind file that names the field
 */
export function baselineFromJson(text: string, file: string): Baseline {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (thrown) {
    throw refused(file, `it is not JSON (${thrown instanceof Error ? thrown.message : String(thrown)})`);
  }
  const root = new Reader(file, '', raw);
  if (root.at('format').value !== FORMAT) throw refused(file, 'it is not a baseline file');
  if (root.at('version').value !== VERSION) throw refused(file, `it is of version ${String(root.at('version').value)}, this program reads version ${VERSION}`);

  const p = root.at('projection');
  const dimension = p.at('dimension').count(1);
  const k = p.at('k').count(1);
  const projection: Projection = {
    dimension, k,
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
    if (!Number.isInteger(counts[index]) || counts[index] > size || s.at('window').numbers().length !== counts[index] * k) {
      throw s.at('window').wrong(`at most ${size} rows of ${k} numbers`);
    }
    rows.set(s.at('window').numbers(), index * size * k);
  });
  const reference: ResolvedReference = {
    range: { from: 0, to: 0 }, retrospective: false, streams: names, k,
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
    ref: c.at('ref').count(0), k: c.at('k').count(1), m: c.at('m').missing(), s: c.at('s').missing(), fm: c.at('fm').missing(), fs: c.at('fs').missing(),
    lo: c.at('lo').missing(), hi: c.at('hi').missing(), tension: c.at('tension').missing(), rho: c.at('rho').missing(), wref: c.at('wref').missing(),
    shiftLimit: c.at('shiftLimit').missing(), shiftLimits: c.at('shiftLimits').numbers(names.length, true), phaseLocked: c.at('phaseLocked').flag(),
  };

  const f = root.at('falseAlarms');
  const falseAlarms = f.value === null ? null : { pooled: f.at('pooled').episodeCounts(), streams: f.at('streams').list().map((s) => (s.value === null ? null : s.episodeCounts())) };
  if (falseAlarms && falseAlarms.streams.length !== names.length) throw f.at('streams').wrong(`a list of ${names.length}, one a stream`);
  return { projection, reference, calibration, falseAlarms };
}

/** A value of the file and where it stands; every question that it cannot answer is a failure that says so. */
class Reader {
  readonly #file: string;
  readonly #path: string;
  readonly value: unknown;

  constructor(file: string, path: string, value: unknown) {
    this.#file = file;
    this.#path = path;
    this.value = value;
  }

  at(name: string): Reader {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) throw this.wrong('an object');
    const path = this.#path ? `${this.#path}.${name}` : name;
    if (!Object.hasOwn(this.value, name)) throw refused(this.#file, `"${path}" is missing`);
    return new Reader(this.#file, path, (this.value as Record<string, unknown>)[name]);
  }

  list(): Reader[] {
    if (!Array.isArray(this.value)) throw this.wrong('a list');
    return this.value.map((value: unknown, i) => new Reader(this.#file, `${this.#path}[${i}]`, value));
  }

  /** `nullable`: null stands for NaN. */
  numbers(length?: number, nullable = false): number[] {
    const { value } = this;
    const usable = Array.isArray(value) && value.every((v) => (typeof v === 'number' && Number.isFinite(v)) || (nullable && v === null));
    if (!usable || (length !== undefined && value.length !== length)) throw this.wrong(length === undefined ? 'a list of numbers' : `a list of ${length} numbers`);
    return value.map((v: number | null) => v ?? Number.NaN);
  }

  number(): number {
    if (typeof this.value !== 'number') throw this.wrong('a number');
    return this.value;
  }

  /** A number; null stands for NaN. */
  missing(): number {
    return this.value === null ? Number.NaN : this.number();
  }

  episodeCounts(): EpisodeCounts {
    const levels = Float64Array.from(this.at('levels').numbers());
    return { levels, counts: Int32Array.from(this.at('counts').numbers(levels.length)), events: this.at('events').count(1) };
  }

  count(min: number): number {
    const { value } = this;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min) throw this.wrong(`a whole number from ${min}`);
    return value;
  }

  flag(): boolean {
    if (typeof this.value !== 'boolean') throw this.wrong('true or false');
    return this.value;
  }

  text(): string {
    if (typeof this.value !== 'string') throw this.wrong('a text');
    return this.value;
  }

  wrong(needed: string): TautlineFailure {
    return refused(this.#file, `"${this.#path}" must be ${needed}`);
  }
}

function refused(file: string, problem: string): TautlineFailure {
  return new TautlineFailure({ kind: 'file', file, problem: `the baseline cannot be used: ${problem}`, advice: 'Save it again from a ledger.' });
}
