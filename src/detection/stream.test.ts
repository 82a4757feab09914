import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Coordinates, EventColumns } from '../core/columns.ts';
import { TautlineFailure } from '../core/errors.ts';
import { testKernels } from '../kernels/testing.ts';
import { baselineFromJson, baselineToJson, type Baseline } from './baseline.ts';
import type { Parameters } from './parameters.ts';
import { createDetector, referenceRange } from './pipeline.ts';
import { createStream, resumeStream, type EventStream, type StreamStep } from './stream.ts';
import type { StreamEvent, StreamState } from './streamTypes.ts';
import { parameters, randomLedger, type RandomLedger } from './testing.ts';
import { EVENT_STATES, SIGNAL_NAMES, type Alert, type Projection } from './types.ts';

const kernels = testKernels();
const projectionOf = (k: number): Projection => ({
  dimension: k,
  k,
  mean: new Float64Array(k),
  axes: new Float64Array(k * k),
  eigenvalues: new Float64Array(k).fill(1),
});

interface Batch {
  readonly baseline: Baseline;
  readonly steps: readonly StreamStep[];
  readonly alerts: readonly Alert[];
}

function batch(events: EventColumns, coordinates: Coordinates, p: Parameters, given?: Baseline): Batch {
  const detector = createDetector(kernels);
  detector.load(events, coordinates, given ?? referenceRange(events.n, p).range);
  const signals = detector.runSignals(p);
  const baseline = detector.baseline(projectionOf(coordinates.k), p);
  const { eventState: route, z, cusum, J, notice, alerts, governanceWeight } = detector.decide(p);
  governanceWeight.forEach((weight, s) => {
    const last = events.stream.lastIndexOf(s);
    if (last >= 0 && !Number.isNaN(J[last])) expect(J[last]).toBe(weight);
  });
  return {
    baseline,
    alerts,
    steps: Array.from({ length: events.n }, (_, i) => ({
      index: i,
      stream: events.stream[i],
      seq: signals.seq[i],
      signals: Object.fromEntries(SIGNAL_NAMES.map((name) => [name, signals[name][i]])) as StreamStep['signals'],
      eventState: EVENT_STATES[route[i]],
      z: z[i],
      cusum: cusum[i],
      J: J[i],
      notice: notice[i],
      opened: [],
      closed: [],
    })),
  };
}

function eventAt(events: EventColumns, { k, x }: Coordinates, i: number): StreamEvent {
  return {
    stream: events.streams[events.stream[i]],
    time: events.time[i],
    thread: events.thread[i] < 0 ? null : `thread ${events.thread[i]}`,
    instantiation: events.instantiation[i] < 0 ? null : `v${events.instantiation[i]}`,
    latency: events.latency[i],
    coordinates: events.isVoid[i] ? null : x.slice(i * k, (i + 1) * k),
  };
}

/** Pushes every event, saved to JSON and resumed before each of `cuts`. */
function streamed(
  open: () => EventStream,
  resume: (state: StreamState) => EventStream,
  events: EventColumns,
  coordinates: Coordinates,
  cuts: readonly number[],
): StreamStep[] {
  let stream = open();
  return Array.from({ length: events.n }, (_, i) => {
    if (cuts.includes(i)) stream = resume(JSON.parse(JSON.stringify(stream.save())) as StreamState);
    return stream.push(eventAt(events, coordinates, i));
  });
}

/** Alerts as the stream told of them: the last version of each. */
function alertsOf(steps: readonly StreamStep[]): Alert[] {
  const byKey = new Map<string, Alert>();
  for (const step of steps)
    for (const alert of [...step.opened, ...step.closed])
      byKey.set(`${alert.kind} ${alert.stream} ${alert.fired}`, alert);
  return [...byKey.values()];
}

const withoutPeak = (alert: Alert) => ({ ...alert, peak: null });
/** A step as the batch knows it. */
const withoutAlerts = (step: StreamStep) => ({ ...step, opened: [], closed: [] });

const ledgers: fc.Arbitrary<RandomLedger> = fc.record({
  n: fc.integer({ min: 1, max: 900 }),
  k: fc.constantFrom(1, 2, 3, 8),
  streams: fc.constantFrom(1, 2, 3, 5),
  seed: fc.integer(),
  voids: fc.constantFrom(0, 0.05, 0.5, 1),
  silent: fc.constantFrom(0, 0.3, 1),
  threads: fc.constantFrom(0, 4),
  fracture: fc.constantFrom(Infinity, 500),
});
const settings: fc.Arbitrary<Partial<Parameters>> = fc.record(
  {
    anchor: fc.constantFrom('lineage', 'reference'),
    adaptive: fc.boolean(),
    sync: fc.constantFrom('auto', 'time', 'turn'),
    emd_window: fc.constantFrom(16, 24, 64),
    turn_window: fc.constantFrom(1, 8),
    lat_window: fc.constantFrom(16, 256),
    warmup: fc.constantFrom(10, 300),
    h: fc.constantFrom(3, 8.5),
    reference_range: fc.constantFrom(null, [50, 250]),
  },
  { requiredKeys: [] },
);

describe('a stream', () => {
  it('says of every event what the batch says, bit for bit, wherever it is cut and resumed', () => {
    fc.assert(
      fc.property(ledgers, settings, fc.array(fc.nat(900), { maxLength: 4 }), (ledger, change, cuts) => {
        const { events, coordinates } = randomLedger(ledger);
        const p = parameters(change);
        const expected = batch(events, coordinates, p);
        const open = () => createStream(kernels, expected.baseline, p);
        const resume = (state: StreamState) => resumeStream(kernels, expected.baseline, p, state);
        const steps = streamed(open, resume, events, coordinates, cuts);
        // toEqual tells NaN from numbers but not 0 from -0; the bits are compared below.
        expect(steps.map(withoutAlerts)).toEqual(expected.steps);
        steps.forEach((step, i) => {
          for (const name of SIGNAL_NAMES)
            if (!Object.is(step.signals[name], expected.steps[i].signals[name]))
              throw new Error(`${name} of event ${i}`);
          if (!Object.is(step.z, expected.steps[i].z) || !Object.is(step.cusum, expected.steps[i].cusum))
            throw new Error(`z or cusum of event ${i}`);
        });
        const told = alertsOf(steps);
        expect(told.map(withoutPeak).sort(order)).toEqual(expected.alerts.map(withoutPeak).sort(order));
        // The peak of an episode that is still open has not been told yet.
        const closed = (alerts: readonly Alert[]) => alerts.filter((a) => a.resolved !== null).sort(order);
        expect(closed(told)).toEqual(closed(expected.alerts));
      }),
      { numRuns: 40 },
    );
  });

  it('outlives many times the events it has room for', () => {
    const { events, coordinates } = randomLedger({ n: 3000, k: 3, streams: 2, seed: 4 });
    const p = parameters({ emd_window: 16 });
    const expected = batch(events, coordinates, p);
    const steps = streamed(
      () => createStream(kernels, expected.baseline, p),
      (s) => resumeStream(kernels, expected.baseline, p, s),
      events,
      coordinates,
      [],
    );
    expect(steps.map(withoutAlerts)).toEqual(expected.steps);
  });

  it('remembers no more threads than it may, and says the same as long as none comes back after so many others', () => {
    const { events: made, coordinates } = randomLedger({ n: 1500, k: 3, streams: 2, seed: 6 });
    // A conversation of thirty events after the other.
    const thread = Int32Array.from({ length: made.n }, (_, i) => Math.floor(i / 30));
    const events = { ...made, thread, threadCount: 50 };
    const p = parameters({ sync: 'turn' });
    const expected = batch(events, coordinates, p);
    const few = createStream(kernels, expected.baseline, p, undefined, 2);
    const steps = Array.from({ length: events.n }, (_, i) => few.push(eventAt(events, coordinates, i)));
    expect(steps.map(withoutAlerts)).toEqual(expected.steps);
    const { threads, changes } = few.save();
    expect([threads.length, changes.threads]).toEqual([2, ['thread 48', 'thread 49']]);
    // What came back after the others begins anew: it is not remembered.
    few.push({ ...eventAt(events, coordinates, 0), thread: 'thread 0' });
    expect(few.save().changes.threads).toEqual(['thread 49', 'thread 0']);
  });

  it('starts warm from a baseline file, as the batch does', () => {
    const first = randomLedger({ n: 1200, k: 4, streams: 3, seed: 1 });
    // A floor that four axes can be below.
    const p = parameters({ warmup: 20, tau_min: 1.74 });
    const saved = batch(first.events, first.coordinates, p).baseline;
    const baseline = baselineFromJson(baselineToJson(saved), 'a.json');
    const { events, coordinates } = randomLedger({ n: 500, k: 4, streams: 3, seed: 2, fracture: 250 });
    const expected = batch(events, coordinates, p, baseline);
    expect(expected.steps.filter((step) => step.eventState === 'WARMING').length).toBeLessThan(100);
    expect(expected.steps.findIndex((step) => !Number.isNaN(step.signals.shift))).toBeLessThan(60);
    expect(expected.alerts.length).toBeGreaterThan(0);
    const steps = streamed(
      () => createStream(kernels, baseline, p),
      (s) => resumeStream(kernels, baseline, p, s),
      events,
      coordinates,
      [123],
    );
    expect(steps.map(withoutAlerts)).toEqual(expected.steps);
  });

  it('refuses what it cannot take in, and carries on', () => {
    const { events, coordinates } = randomLedger({ n: 400, k: 2, streams: 2, seed: 3 });
    const p = parameters();
    const { baseline } = batch(events, coordinates, p);
    const stream = createStream(kernels, baseline, p);
    const good = eventAt(events, coordinates, events.isVoid.indexOf(0));
    for (const bad of [
      { ...good, stream: 'nobody' },
      { ...good, coordinates: new Float32Array(3) },
      { ...good, coordinates: Float32Array.of(1, NaN) },
    ]) {
      expect(() => stream.push(bad)).toThrow(TautlineFailure);
    }
    expect(stream.push(good).index).toBe(0);
    const state = stream.save();
    expect(() => resumeStream(kernels, baseline, { ...p, h: 4 }, state)).toThrow('another h');
    expect(() => resumeStream(kernels, baseline, p, { ...state, kernels: { ...state.kernels, tracker: '' } })).toThrow(
      'tracker state',
    );
  });
});

type Fired = Pick<Alert, 'fired' | 'stream' | 'kind'>;
const order = (a: Fired, b: Fired): number => a.fired - b.fired || a.stream - b.stream || a.kind.localeCompare(b.kind);
