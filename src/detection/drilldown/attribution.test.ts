import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openMulberry32 as uniform } from '../../core/random.ts';
import { createTrackerState, trackerStep } from '../channels/tracker/referenceImplementation.ts';
import { referenceMeans } from '../reference.ts';
import { parameters, randomLedger, type RandomLedger } from '../testing.ts';
import type { Parameters } from '../parameters.ts';
import { attribute, type AttributionInput } from './attribution.ts';

interface Case {
  readonly ledger: RandomLedger;
  readonly change: Partial<Parameters>;
}

/** A ledger with a dynamic window that widens in its second half, and agents of three names. */
function inputOf({ ledger, change }: Case): AttributionInput {
  const { events, coordinates } = randomLedger(ledger);
  const reference = { from: 0, to: Math.floor(events.n / 4) };
  const codes = Int32Array.from({ length: events.n }, (_, i) => (i % 4) - 1);
  return {
    events,
    coordinates,
    reference,
    windowReference: 120,
    parameters: parameters(change),
    window: Float64Array.from({ length: events.n }, (_, i) => (i > events.n / 2 ? 300 : 120)),
    referenceMeans: referenceMeans(events, coordinates, reference).means,
    agent: { codes, values: ['ann', 'bob', 'cid'] },
    thread: { codes: events.thread, values: ['t0', 't1', 't2'] },
  };
}

/** The tracker itself, run over the stream up to and with `at`. */
function replay(
  {
    events,
    coordinates: { k, x },
    reference,
    window,
    windowReference,
    parameters: p,
    referenceMeans: means,
  }: AttributionInput,
  at: number,
) {
  const state = createTrackerState(k);
  const stream = events.stream[at];
  const options = {
    k,
    lambdaFast: p.lambda_fast,
    lambdaSlow: p.lambda_slow,
    shrinkage: p.shrinkage,
    anchored: p.anchor === 'reference',
  };
  let step = { friction: 0, trace: 0, kl: 0, entropy: 0 };
  for (let i = 0; i <= at; i++) {
    if (events.stream[i] !== stream || events.isVoid[i]) continue;
    const relax = p.adaptive && i >= reference.to ? Math.min(1, windowReference / window[i]) : 1;
    step = trackerStep(
      options,
      state,
      x.subarray(i * k, (i + 1) * k),
      relax,
      events.instantiation[i],
      means.subarray(stream * k, (stream + 1) * k),
      new Float64Array(k),
    );
  }
  return { ...step, state };
}

const cases = fc.record<Case>({
  ledger: fc.record<RandomLedger>({
    n: fc.integer({ min: 4, max: 160 }),
    k: fc.integer({ min: 1, max: 5 }),
    streams: fc.integer({ min: 1, max: 3 }),
    seed: fc.integer(),
    resets: fc.constantFrom(0, 0.05, 0.3),
    voids: fc.constantFrom(0, 0.1),
  }),
  change: fc.record<Partial<Parameters>>({
    anchor: fc.constantFrom('lineage', 'reference'),
    adaptive: fc.boolean(),
    lambda_fast: fc.constantFrom(0.25, 0.6),
    shrinkage: fc.constantFrom(0.1, 0.4),
  }),
});

const lastSpoken = ({ events }: AttributionInput): number => events.isVoid.lastIndexOf(0);

describe('attribution', () => {
  test("shares add up to 1; friction and KL are the tracker's through resets, cold starts, a stretched memory", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const input = inputOf(one);
        const at = lastSpoken(input);
        fc.pre(at >= 0);
        const found = attribute(input, at);
        const expected = replay(input, at);
        expect(found.friction).toBeCloseTo(expected.friction, 9);
        // Without a reference mean there is no KL against it.
        if (Number.isNaN(expected.kl)) expect(found.kl).toBeNaN();
        else expect(found.kl).toBeCloseTo(expected.kl, 9);
        const first = found.events.length === 0;
        const sum = (parts: readonly { readonly share: number }[]) =>
          parts.reduce((total, { share }) => total + share, 0);
        if (first || found.friction < 1e-9) return;
        expect(sum(found.events) + found.rest.share + found.initial.share).toBeCloseTo(1, 9);
        expect(sum(found.agents) + found.initial.share).toBeCloseTo(1, 9);
        expect(sum(found.threads) + found.initial.share).toBeCloseTo(1, 9);
        if (found.kl > 1e-9) {
          expect(found.directions).toHaveLength(input.coordinates.k);
          expect(sum(found.directions)).toBeCloseTo(1, 9);
          expect(found.directions.reduce((total, { nats }) => total + nats, 0)).toBeCloseTo(expected.kl, 9);
        }
      }),
      { numRuns: 150, seed: 5 },
    );
  });

  test('events of a lone burst carry the friction, and stand out along the leading direction', () => {
    const ledger = randomLedger({ n: 400, k: 4, streams: 1, seed: 3, resets: 0, voids: 0 });
    const x = ledger.coordinates.x;
    // The last two events lie far out along axis 2, on either side.
    x[398 * 4 + 2] += 9;
    x[399 * 4 + 2] -= 9;
    const input = {
      ...inputOf({ ledger: { n: 400, k: 4, streams: 1, seed: 3, resets: 0, voids: 0 }, change: {} }),
      coordinates: { k: 4, x },
    };
    const found = attribute(input, 399);
    expect(new Set(found.events.slice(0, 2).map((e) => e.index))).toEqual(new Set([398, 399]));
    expect(found.events[0].share + found.events[1].share).toBeGreaterThan(0.9);
    const [leading] = found.directions;
    expect(leading.share).toBeGreaterThan(0.8);
    expect(Math.abs(leading.axis[2])).toBeGreaterThan(0.9);
    expect(new Set([leading.high[0].index, leading.low[0].index])).toEqual(new Set([398, 399]));
    expect(leading.high[0].share + leading.low[0].share).toBeGreaterThan(0.8);
    // Old events hold only slow weight: they pull the other way, and the notes say so.
    expect(found.notes.join(' ')).toMatch(/negative share/);
  });

  test('agents are summed by name; events without one are a group of their own', () => {
    const input = inputOf({ ledger: { n: 120, k: 3, streams: 2, seed: 9 }, change: {} });
    const at = lastSpoken(input);
    const found = attribute(input, at);
    const events = [...found.events];
    expect(found.rest.share).toBeCloseTo(0, 12);
    for (const group of found.agents) {
      const own = events.filter((e) => e.agent === group.name);
      expect(own).toHaveLength(group.events);
      expect(own.reduce((sum, e) => sum + e.share, 0)).toBeCloseTo(group.share, 12);
    }
    expect(found.agents.some((group) => group.name === null)).toBe(true);
  });

  test('a pause is refused, a first event has nothing to attribute', () => {
    const input = inputOf({ ledger: { n: 60, k: 3, streams: 1, seed: 2, voids: 0.4 }, change: {} });
    expect(() => attribute(input, input.events.isVoid.indexOf(1))).toThrow('is a pause');
    const first = attribute(input, input.events.isVoid.indexOf(0));
    expect(first).toMatchObject({ friction: 0, kl: 0, events: [], directions: [] });
    expect(first.notes.join(' ')).toContain('first event');
  });

  test('a stream that repeats itself says that KL has no directions, or has finite ones', () => {
    const input = inputOf({ ledger: { n: 300, k: 2, streams: 1, seed: 2, voids: 0, resets: 0 }, change: {} });
    const x = input.coordinates.x.fill(0.5);
    const random = uniform(1);
    x[0] = random();
    const found = attribute(input, 299);
    if (found.directions.length === 0) expect(found.notes.join(' ')).toContain('singular');
    else expect(found.directions.every((d) => Number.isFinite(d.nats))).toBe(true);
  });
});
