import { readFileSync } from 'node:fs';
import { ScalarType } from '@bufbuild/protobuf';
import Ajv2020 from 'ajv/dist/2020.js';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { jsonSchemas } from '../../../scripts/schemas.mjs';
import { explain, TautlineFailure } from '../../core/errors.ts';
import { testKernels } from '../../kernels/testing.ts';
import { openMulberry32 } from '../../core/random.ts';
import { alertsToJson } from '../alertJson.ts';
import type { FittedReference } from '../changes.ts';
import { calibrateAll, type ChannelReferences } from '../channels/reference.ts';
import type { Parameters } from '../parameters.ts';
import { createDetector, referenceRange } from '../pipeline.ts';
import { parameters, randomLedger } from '../testing.ts';
import { ALERT_KINDS, type Projection } from '../types.ts';
import {
  bundleFromJson,
  bundleFromObject,
  bundleToJson,
  bundleToObject,
  NOTHING_RETIRED,
  type Bundle,
  type BundleCharacteristics,
} from './bundle.ts';
import { BundleSchema, file_bundle } from './bundle_pb.ts';
import { bundleFromProtobuf, bundleToProtobuf } from './bundleProtobuf.ts';
import { baselineRefusal, fitBundle, replayDifference } from './replay.ts';
import { adviceOf, rolloutAdvice } from './rollout.ts';

const bundleSchema = jsonSchemas()['bundle.schema.json'];
const projection: Projection = {
  dimension: 3,
  k: 2,
  mean: Float64Array.of(0.1, 1 / 3, -2e-9),
  axes: Float64Array.of(1, 2, 3, 4, 5, Math.PI),
  eigenvalues: Float64Array.of(2, 1),
};
const ofOneAxis = { dimension: 3, k: 1, mean: [0, 0, 0], axes: [1, 0, 0], eigenvalues: [1] };
const measured: BundleCharacteristics = {
  source: 'ledger',
  inControlEvents: 900,
  arl0: 1234.5,
  arl0Method: 'extrapolated',
  arl0Interval: [800, Number.NaN],
  eventsPerDay: 4000,
  falseAlertsPerDay: 3.24,
  falseAlertsPerDayInterval: [0, 5],
  naiveSiegmund: 1e9,
  naiveCapped: Number.NaN,
  delays: [
    {
      kind: 'STYLE_SHIFT',
      change: 'mean',
      size: 1.5,
      replicates: 20,
      detected: 18,
      medianDelay: 7,
      delayInterval: [5, Number.NaN],
    },
  ],
};

/** As a channel of lasting change would take it; the numbers mean nothing. */
function referenceOf(
  axes: number,
  streams: number,
  seed: number,
  features: FittedReference['features'] = null,
): FittedReference {
  const random = openMulberry32(seed);
  const numbers = (n: number): Float64Array => Float64Array.from({ length: n }, () => random() + 1e-9);
  return {
    axes,
    root: numbers(axes * axes),
    within: numbers(axes),
    between: numbers(axes),
    wander: random(),
    wanderKnown: true,
    features,
    inBlocks: Uint8Array.from({ length: streams }, (_, s) => s % 2),
    streams: Array.from({ length: streams }, (_, s) => ({
      messages: 20 + s,
      conversations: 3 + s,
      mean: numbers(axes),
      information: numbers(axes),
      centre: numbers(axes),
      newest: {
        conversation: Int32Array.from({ length: s }, (_, j) => j + 1),
        messages: new Int32Array(s).fill(2),
        sums: numbers(s * axes),
      },
    })),
  };
}

const FEATURES = [
  { label: 'latency', column: 'latency_ms', kind: 'log', values: [], scale: 0.5 },
  { label: 'hand-offs', column: 'handoff_to', kind: 'indicator', values: null, scale: 0.25 },
  { label: 'tool calls', column: 'role', kind: 'indicator', values: ['tool', 'tool_call'], scale: 1 / 3 },
] as const;
const references = (seed: number): ChannelReferences => ({
  style: referenceOf(50, 3, seed),
  meaning: referenceOf(2, 3, seed + 1),
  behaviour: referenceOf(3, 3, seed + 2, FEATURES),
});
const builtIn: Bundle['embedder'] = {
  name: 'built-in',
  probe: 'cd'.repeat(32),
  frequencies: { documents: 12, buckets: [0, 7, 2 ** 18 - 1], counts: [1, 12, 3] },
  settings: null,
};
const minilm: Bundle['embedder'] = {
  name: 'minilm',
  probe: 'cd'.repeat(32),
  frequencies: null,
  settings: {
    kind: 'transformer',
    pooling: 'mean',
    limit: 256,
    limitFrom: 'sentence_bert_config.json',
    mostPieces: 16,
  },
};
const shift = { stream: 'stream 00', onset: 700, onset_seq: 9, fired: 710, fired_seq: 11, cleared: null, peak: 27.25 };
const {
  delays: [ofStyle],
} = measured;
const retired: Bundle['retired'] = {
  alerts: [{ ...shift, kind: 'SHIFT' }],
  delays: [{ ...ofStyle, kind: 'SHIFT' }],
  parameters: [{ name: 'mewma_lambda', value: 0.3 }],
};

const kernels = testKernels();
function bundleOf(
  candidate: Parameters,
  seed = 9,
  operatingCharacteristics: BundleCharacteristics | null = measured,
): Bundle {
  const { events, coordinates } = randomLedger({ n: 1500, k: 2, streams: 3, seed, fracture: 900 });
  const detector = createDetector(kernels);
  const { range } = referenceRange(events.n, candidate);
  detector.load(events, coordinates, range);
  detector.runSignals(parameters());
  const before = detector.decide(parameters()).alerts;
  detector.runSignals(candidate);
  const { alerts, governanceWeight } = detector.decide(candidate);
  const { reference, ...rest } = detector.baseline(projection, candidate);
  const derived = references(seed);
  const counts = rolloutAdvice(before, alerts, null);
  return {
    createdBy: 'tautline 0.0.0',
    parameters: candidate,
    ledger: {
      name: 'night.parquet',
      fingerprint: 'ab'.repeat(32),
      events: events.n,
      reference: range,
      embedderReference: 2000,
    },
    baseline: {
      ...rest,
      ...derived,
      calibration: { ...rest.calibration, ...calibrateAll(derived, candidate, 3) },
      // What is read back has no place in the old ledger.
      reference: { ...reference, range: { from: 0, to: 0 }, retrospective: false },
    },
    alerts: alertsToJson(alerts, events.streams),
    governanceWeight: [...governanceWeight],
    rollout: { ...adviceOf({ ...counts, kept: counts.kept + retired.alerts.length }), comparedWith: parameters() },
    operatingCharacteristics,
    embedder: builtIn,
    retired,
    health: [
      {
        channel: 'drift',
        stream: 'a',
        reason: 'the CUSUM cannot rise',
        help: 'A smaller k.',
        watched: 0,
        conversations: null,
      },
      { channel: 'style', stream: 'a', reason: null, help: null, watched: 300, conversations: 12 },
    ],
  };
}

/** The same where less is known. */
const withLess = (bundle: Bundle): Bundle => ({
  ...bundle,
  embedder: { name: 'file', probe: null, frequencies: null, settings: null },
  retired: NOTHING_RETIRED,
  health: [],
  rollout: {
    ...adviceOf({ ...bundle.rollout, kept: bundle.rollout.kept - 1 }),
    comparedWith: bundle.rollout.comparedWith,
  },
  baseline: {
    ...bundle.baseline,
    style: null,
    calibration: { ...bundle.baseline.calibration, style: null },
  },
});

const candidates = fc
  .record({
    h: fc.double({ min: 2, max: 20, noNaN: true }),
    kappa: fc.double({ min: 0.1, max: 2, noNaN: true }),
    adaptive: fc.boolean(),
    anchor: fc.constantFrom('lineage' as const, 'reference' as const),
    reference_range: fc.constantFrom(null, [0, 300] as [number, number]),
    zone: fc.constantFrom([0.5, 2], [0.1, 3.7]),
    meaning_k: fc.integer({ min: 2, max: 64 }),
    behaviour: fc.constantFrom('auto' as const, ['auto', 'cost'], ['cost, €'], ['raw:score', 'plan']),
    conversation_cut: fc.integer({ min: 2, max: 64 }),
  })
  .map((change) => parameters(change as Partial<Parameters>));
// A floor that two axes can be below.
const sample = bundleOf(parameters({ h: 4, z_band: 1, tau_min: 0.98, ent_hyst: 0.01 }));
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(bundleSchema);
const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof TautlineFailure && thrown.error.kind === 'file') return explain(thrown.error);
    throw thrown;
  }
  return '';
};

describe('a bundle', () => {
  it('has alerts to test with', () => {
    expect(sample.alerts.length).toBeGreaterThan(2);
    expect(sample.alerts.some((a) => a.cleared === null)).toBe(true);
    expect(new Set(sample.alerts.map((a) => a.kind)).size).toBeGreaterThan(1);
    expect(ALERT_KINDS).toContain(sample.alerts[0].kind);
  });

  it('reads back from JSON and from protobuf as it was, to the last bit, and fits its schema', () => {
    fc.assert(
      fc.property(
        candidates,
        fc.integer({ min: 1, max: 1000 }),
        fc.constantFrom(null, measured),
        (candidate, seed, oc) => {
          const known = bundleOf(candidate, seed, oc);
          const bundle = seed % 3 === 0 ? { ...known, embedder: minilm } : seed % 3 === 1 ? known : withLess(known);
          const json = bundleToJson(bundle);
          expect(bundleFromJson(json, 'b.json')).toEqual(bundle);
          expect(bundleFromProtobuf(bundleToProtobuf(bundle), 'b.pb')).toEqual(bundle);
          expect(validate(JSON.parse(json)), JSON.stringify(validate.errors)).toBe(true);
        },
      ),
      { numRuns: 8 },
    );
  });

  it.each<[string, string, unknown, string]>([
    ['a name', 'format', 'x', 'it is not a bundle file'],
    ['a version', 'version', 3, 'it is of version 3, this program reads version 1 to 2'],
    ['the probe', 'embedder.probe', 'abc', '"embedder.probe" must be a SHA-256'],
    ['buckets', 'embedder.frequencies.buckets', [7, 7, 9], '"embedder.frequencies.buckets" must be ascending'],
    [
      'bucket numbers',
      'embedder.frequencies.buckets',
      [0, 1, 2 ** 18],
      '"embedder.frequencies.buckets" must be ascending',
    ],
    ['counts', 'embedder.frequencies.counts', [1, 13, 3], '"embedder.frequencies.counts" must be 3 whole numbers'],
    ['a retired alert', 'retired.alerts.0.kind', 'DRIFT', '"retired.alerts[0].kind" must be one of SHIFT'],
    ['when it fired', 'retired.alerts.0.fired', 9999, '"retired.alerts[0].fired" must be below 1500'],
    ['the axes of style', 'baseline.style.axes', 49, '"baseline.style.root" must be a list of 2401 numbers'],
    ['the axes of meaning', 'baseline.projection', ofOneAxis, '"baseline.meaning.axes" must be at most 1'],
    ['a variance', 'baseline.meaning.within', [0, 1], '"baseline.meaning.within" must be numbers above 0'],
    ['what behaviour is made of', 'baseline.behaviour.features', null, '"baseline.behaviour.features" must be a list'],
    [
      'the kind of a feature',
      'baseline.behaviour.features.2.values',
      [],
      '"baseline.behaviour.features[2].values" must be a list of',
    ],
    ['a parameter', 'parameters.h', -1, '"parameters.h" is -1, must be from'],
    ['an unknown parameter', 'parameters.hh', 1, '"parameters.hh" is not a parameter'],
    ['a fingerprint', 'ledger.fingerprint', 'abc', '"ledger.fingerprint" must be a SHA-256'],
    ['the reference', 'ledger.reference', [0, 5000], '"ledger.reference" must be a range'],
    ['a vector', 'baseline.projection.mean', [1], '"baseline.projection.mean" must be a list of 3 numbers'],
    ['a window without bounds', 'baseline.reference.windowSize', 1e308, '"baseline.reference.windowSize" must be'],
    ['a count without bounds', 'ledger.events', 1e308, '"ledger.events" must be at most 2147483647, not 1e+308'],
    ['an axis without bounds', 'baseline.projection.axes.0', 1e308, '"baseline.projection.axes" must be numbers of 32'],
    ['a window of no length', 'baseline.reference.windowReference', 0, '"baseline.reference.windowReference" must be'],
    ['a weight too many', 'governanceWeight', [0, 0, 0, 0], '"governanceWeight" must be one of each of the 3 streams'],
    ['an alert', 'alerts.0.kind', 'PANIC', '"alerts[0].kind" must be one of DRIFT'],
    ['an alert beyond the ledger', 'alerts.1.cleared', 9999, '"alerts[1].cleared" must be below 1500'],
    ['an alert that fires before it begins', 'alerts.0.fired', 0, '"alerts[0].fired" must be a whole number from'],
    ['fewer alerts', 'alerts', [], '"rollout.kept" must be such that'],
    ['the share', 'rollout.share', 0.01, '"rollout.share" must be'],
    ['the advice', 'rollout.advice', 'none', '"rollout.advice" must be one of canary'],
    [
      'a delay',
      'operatingCharacteristics.delays.0.detected',
      21,
      '"operatingCharacteristics.delays[0].detected" must be at most 20',
    ],
  ])('that was tampered with is refused by name: %s', (_, path, value, problem) => {
    const object = bundleToObject(sample);
    const parts = path.split('.');
    const owner = parts.slice(0, -1).reduce((at, part) => at[part] as Record<string, unknown>, object);
    owner[parts.at(-1)!] = value;
    expect(refusal(() => bundleFromJson(JSON.stringify(object), 'b.json'))).toContain(
      `b.json: the bundle cannot be used: ${problem}`,
    );
  });

  it('that is no JSON, or no protobuf, is refused', () => {
    expect(refusal(() => bundleFromJson('{', 'b.json'))).toContain('it is not JSON');
    expect(refusal(() => bundleFromProtobuf(new TextEncoder().encode('{"format": 1}'), 'b.pb'))).toContain(
      'b.pb: the bundle cannot be used',
    );
  });

  it('cut anywhere is refused as protobuf', () => {
    const bytes = bundleToProtobuf(sample);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
        const said = refusal(() => bundleFromProtobuf(bytes.subarray(0, length), 'b.pb'));
        expect(said).not.toBe('');
        expect(said).not.toMatch(/DataView|bounds/);
      }),
    );
  });

  it('skips fields of a later program in protobuf', () => {
    const later = protobuf.Writer.create()
      .uint32((200 << 3) | 2)
      .string('more')
      .finish();
    expect(bundleFromProtobuf(Uint8Array.from([...later, ...bundleToProtobuf(sample)]), 'b.pb')).toEqual(sample);
  });
});

describe('schema/bundle.schema.json', () => {
  it('and the reader refuse the same: each field missing, and each of another type', () => {
    const object = bundleToObject(sample);
    for (const path of fieldPaths(object)) {
      for (const change of ['remove', 'mistype'] as const) {
        // Bundles of before do not state it.
        if (change === 'remove' && path.join() === 'governanceWeight') continue;
        const broken = structuredClone(object);
        const owner = path
          .slice(0, -1)
          .reduce<Record<string | number, unknown>>((at, part) => at[part] as Record<string | number, unknown>, broken);
        const name = path.at(-1)!;
        if (change === 'remove') delete owner[name];
        // Of no field.
        else owner[name] = { unlikely: true };
        const where = `${path.join('.')} ${change}`;
        expect(validate(broken), where).toBe(false);
        const message = refusal(() => bundleFromObject(broken, 'b.json'));
        const field = path
          .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`))
          .join('');
        // What is no bundle or baseline, or of no version, is refused as such.
        const asSuch = change === 'mistype' && ['format', 'version'].includes(String(name));
        expect(message, where).toContain(asSuch ? 'the bundle cannot be used: it is ' : `"${field}`);
      }
    }
  });
});

/** Every field of every object; of lists the first entry stands for all. */
function fieldPaths(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (Array.isArray(value))
    return typeof value[0] === 'object' && value[0] !== null ? fieldPaths(value[0], [...path, 0]) : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => [[...path, name], ...fieldPaths(part, [...path, name])]);
}

/** Scalar types as bundle.proto names them. */
const SCALARS: Readonly<Record<number, string>> = {
  [ScalarType.DOUBLE]: 'double',
  [ScalarType.FLOAT]: 'float',
  [ScalarType.INT32]: 'int32',
  [ScalarType.INT64]: 'int64',
  [ScalarType.BOOL]: 'bool',
  [ScalarType.STRING]: 'string',
};

describe('schema/bundle.proto', () => {
  const text = readFileSync(new URL('../../../public/schema/bundle.proto', import.meta.url), 'utf8');
  const { root } = protobuf.parse(text, { keepCase: true });
  root.resolveAll();
  const messages = (root.lookup('tautline.bundle.v1') as protobuf.Namespace).nestedArray as protobuf.Type[];
  const jsonName = (field: protobuf.Field): string =>
    (field.options?.json_name as string | undefined) ??
    field.name.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase());

  it('is what the generated code was made from (else: npm run proto)', () => {
    const generated = file_bundle.messages.map((message) => ({
      name: message.name,
      fields: message.fields.map((field) => ({
        number: field.number,
        name: field.jsonName,
        type: field.message?.name ?? SCALARS[field.scalar as number],
        repeated: field.fieldKind === 'list',
      })),
    }));
    expect(generated).toEqual(
      messages.map((message) => ({
        name: message.name,
        fields: message.fieldsArray.map((field) => ({
          number: field.id,
          name: jsonName(field),
          type: field.type,
          repeated: field.repeated,
        })),
      })),
    );
    expect(BundleSchema.typeName).toBe('tautline.bundle.v1.Bundle');
  });

  it('has every field of the schema, and no other', () => {
    const names = (schema: { properties?: Record<string, unknown> }) => Object.keys(schema.properties ?? {}).sort();
    interface Part {
      properties: Record<string, Part>;
      items: Part;
      anyOf: Part[];
    }
    const s = bundleSchema as unknown as Part & { $defs: Record<string, Part> };
    const behaviour = s.$defs.baseline.properties.behaviour.anyOf[0];
    const of: Record<string, Part> = {
      Bundle: s,
      Parameters: s.$defs.parameters,
      Ledger: s.properties.ledger,
      Baseline: s.$defs.baseline,
      Projection: s.$defs.baseline.properties.projection,
      Reference: s.$defs.baseline.properties.reference,
      ReferenceStream: s.$defs.baseline.properties.reference.properties.streams.items,
      Calibration: s.$defs.baseline.properties.calibration,
      ChangeCalibration: s.$defs.baseline.properties.calibration.properties.meaning.anyOf[0],
      ChangeReference: behaviour,
      BehaviourFeature: behaviour.properties.features.anyOf[0].items,
      ChangeStream: behaviour.properties.streams.items,
      Conversation: behaviour.properties.streams.items.properties.newest.items,
      Embedder: s.properties.embedder,
      DocumentFrequencies: s.properties.embedder.properties.frequencies.anyOf[0],
      EmbedderSettings: s.properties.embedder.properties.settings.anyOf[0],
      ChannelHealth: s.properties.health.items,
      Retired: s.properties.retired,
      RetiredParameter: s.properties.retired.properties.parameters.items,
      Alert: s.$defs.alert,
      Rollout: s.properties.rollout,
      Labelled: s.properties.rollout.properties.labelled.anyOf[0],
      OperatingCharacteristics: s.$defs.operatingCharacteristics,
      Delay: s.$defs.operatingCharacteristics.properties.delays.items,
    };
    expect(messages.map((m) => m.name).sort()).toEqual(Object.keys(of).sort());
    for (const message of messages)
      expect(message.fieldsArray.map(jsonName).sort(), message.name).toEqual(names(of[message.name]));
  });

  it('decodes what the program encodes with another implementation of protobuf', () => {
    const decoded = root.lookupType('Bundle').decode(bundleToProtobuf(sample)) as unknown as Record<
      string,
      Record<string, unknown>
    >;
    expect(decoded.parameters).toMatchObject({ h: 4, stream: 'provider_id', adaptive: true, behaviour: ['auto'] });
    expect(decoded.baseline.projection).toMatchObject({ dimension: 3, axes: [1, 2, 3, 4, 5, Math.PI] });
    expect((decoded.alerts as unknown as unknown[]).length).toBe(sample.alerts.length);
    // And the other way round: what it encodes is read.
    expect(
      bundleFromProtobuf(
        root
          .lookupType('Bundle')
          .encode(decoded as unknown as protobuf.Message)
          .finish(),
        'b.pb',
      ),
    ).toEqual(sample);
  });
});

describe('rollout', () => {
  const counts = (kept: number, added: number, removed = 0, moved = 0) =>
    adviceOf({ kept, added, removed, moved, labelled: null });
  it.each([
    [counts(0, 0), 0, 'canary'],
    [counts(19, 1), 0.05, 'canary'],
    [counts(18, 1), 1 / 19, 'blue-green'],
    [counts(8, 1, 1, 0), 0.2, 'blue-green'],
    [counts(7, 1, 1, 1), 0.3, 'full'],
    [counts(0, 0, 1), 1, 'full'],
  ])('%o is of share %d: %s', (advice, share, name) => {
    expect(advice.share).toBeCloseTo(share, 12);
    expect(advice.advice).toBe(name);
  });

  it.each([
    [{ changes: 2, found: 2 }, 'canary'],
    [{ changes: 2, found: 1 }, 'hold'],
    [{ changes: 1, found: 0 }, 'hold'],
  ])('of the same alerts, with labels %o, is %s', (labelled, advice) => {
    expect(rolloutAdvice([], [], labelled)).toMatchObject({ share: 0, labelled, advice });
    // It is written only where there is something to write, so that files of before stay as they were.
    expect(bundleToJson(sample)).not.toContain('labelled');
    const held = { ...sample, rollout: { ...sample.rollout, labelled, advice: 'hold' as const } };
    if (advice === 'hold') {
      expect(bundleFromJson(bundleToJson(held), 'b.json')).toEqual(held);
      expect(bundleFromProtobuf(bundleToProtobuf(held), 'b.pb')).toEqual(held);
    } else expect(refusal(() => bundleFromJson(bundleToJson(held), 'b.json'))).toContain('"rollout.advice" must be');
  });

  it('of the same alerts is a canary', () => {
    expect(rolloutAdvice([], [], null)).toMatchObject({ share: 0, advice: 'canary' });
    expect(bundleOf(parameters()).rollout).toMatchObject({
      share: 0,
      advice: 'canary',
      added: 0,
      removed: 0,
      moved: 0,
    });
  });
});

describe('replay', () => {
  it('tells the original ledger from others, and embedders from each other', () => {
    const { fingerprint } = sample.ledger;
    const plain = { ...sample, retired: NOTHING_RETIRED };
    const night = { name: 'night.parquet', fingerprint };
    const day = { name: 'day.parquet', fingerprint: 'cd'.repeat(32) };
    const said = (open: typeof night, name: string, probe: string | null, bundle: Bundle = plain): string =>
      fitBundle(bundle, { ...open, embedder: { name, probe } }).warnings.join(' ');
    const { probe } = builtIn;
    expect(fitBundle(plain, { ...night, embedder: builtIn })).toEqual({
      original: true,
      own: sample.ledger.reference,
      refusal: null,
      warnings: [],
    });
    expect(fitBundle(plain, { ...day, embedder: builtIn })).toMatchObject({ original: false, own: null });
    expect(said(day, 'built-in', probe)).toMatch(/^The bundle was made on another ledger \(night.parquet[^:]*: [^:]*$/);
    expect(said(day, 'built-in', 'ef'.repeat(32))).toContain('distances between them mean little');
    expect(said(day, 'file', null)).toContain('axes have nothing to do with each other');
    expect(said(night, 'built-in', 'ef'.repeat(32))).toContain('The texts are embedded otherwise');
    const bySomeone = { ...plain, embedder: minilm };
    const refused = (name: string, of: string | null, bundle: Bundle = bySomeone): string | null =>
      fitBundle(bundle, { ...night, embedder: { name, probe: of } }).refusal;
    expect(refused('built-in', probe)).toContain(
      'made on the model "minilm", this ledger was embedded by the built-in',
    );
    expect(refused('other', probe)).toContain('embedded by the model "other"');
    expect(refused('minilm', 'ef'.repeat(32))).toContain('another of that name (efefefefefef)');
    expect(refused('minilm', probe)).toBe(null);
    expect(refused('minilm', probe, plain)).toContain('made on the built-in embedder');
    expect(refused('file', null)).toBe(null);
    expect(said(night, 'file', null, bySomeone)).toContain('made on the model "minilm"');
    const baseline = { embedder: { name: 'minilm', probe } };
    expect(baselineRefusal(baseline, builtIn)).toContain('The baseline was made on the model "minilm"');
    expect(baselineRefusal(baseline, minilm)).toBe(null);
    expect(baselineRefusal({ embedder: null }, builtIn)).toBe(null);
  });

  it('says in a line each what of an earlier version is kept and without effect', () => {
    const { fingerprint } = sample.ledger;
    const { warnings } = fitBundle(sample, { name: 'night.parquet', fingerprint, embedder: builtIn });
    expect(warnings).toEqual([
      '1 SHIFT alert and 1 measured delay of an earlier version are kept, not replayed.',
      'mewma_lambda is without effect: SHIFT gave way to style, meaning and behaviour change.',
    ]);
  });

  it('finds what is missing, new and different', () => {
    const [first, second, ...rest] = sample.alerts;
    expect(
      replayDifference(
        sample.alerts,
        sample.alerts.map((a) => ({ ...a, peak: a.peak * (1 + 5e-5) })),
      ),
    ).toBeNull();
    expect(replayDifference(sample.alerts, [first, ...rest])).toEqual({
      missing: [second],
      unexpected: [],
      differing: [],
    });
    expect(replayDifference([first], [first, second])).toEqual({ missing: [], unexpected: [second], differing: [] });
    const { differing } = replayDifference([first], [{ ...first, onset: first.onset - 1, peak: 2 * first.peak }])!;
    expect(differing[0]).toContain(
      `${first.kind} of ${first.stream} at event ${first.fired}: ` +
        `onset ${first.onset - 1} instead of ${first.onset}, peak`,
    );
  });
});
