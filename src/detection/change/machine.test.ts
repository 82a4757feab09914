import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxMuller, openMulberry32 } from '../../core/random.ts';
import { Scheduler } from '../../core/scheduler.ts';
import { deviation, pieces } from '../../kernels/testEvents.ts';
import { testKernels } from '../../kernels/testing.ts';
import { alertsOf, openChange, type ChangeStep } from './machine.ts';
import { changeReference } from './reference.ts';
import { changeRunReference } from './referenceImplementation.ts';
import { CHANGE_SETTINGS, CHANGE_WEIGHTS, changeDegrees, changeEvidence, type ChangeReference } from './types.ts';

const shared = testKernels();
const scheduler = new Scheduler('Reference of a test', {});

interface Shape {
  readonly axes: number;
  readonly seed: number;
  readonly events: number;
  /** Messages of a conversation, on average. */
  readonly length: number;
  /** By how many standard deviations half the axes move, for the middle third of what follows the reference. */
  readonly change: number;
  readonly missing: number;
}

const STREAMS = 4;

/** Messages of four streams, the last of which is too rare in the reference to have a statistic. */
function messages({ axes, seed, events, length, change, missing }: Shape, from: number, shifted: boolean) {
  const random = openMulberry32(seed + from);
  const normal = (): number => boxMuller(random(), random());
  const talks = Array.from({ length: STREAMS }, () => ({ number: -1, mood: new Float64Array(axes) }));
  let next = from;
  const stream = Int32Array.from({ length: events }, (_, i) => (i % 97 === 5 ? 3 : Math.floor(3 * random())));
  const conversation = new Int32Array(events);
  const features = new Float64Array(events * axes);
  for (let i = 0; i < events; i++) {
    const talk = talks[stream[i]];
    if (talk.number < 0 || random() < 1 / length) {
      talk.number = next++;
      talk.mood = talk.mood.map(() => 0.6 * normal());
    }
    const counted = from === 0 || random() > 0.1;
    conversation[i] = counted ? (random() < 0.02 && next > 3 ? next - 3 : talk.number) : -1;
    const moved = shifted && i > events / 3 && i < (2 * events) / 3 && stream[i] === 0 ? change : 0;
    for (let a = 0; a < axes; a++) {
      const value = talk.mood[a] + normal() + stream[i] + (a % 2 === 0 ? moved : 0);
      features[i * axes + a] = random() < missing ? NaN : value;
    }
  }
  return { stream, conversation, features };
}

type Messages = ReturnType<typeof messages>;

const settings = CHANGE_SETTINGS.style;

async function case_(shape: Shape): Promise<{ reference: ChangeReference; after: Messages }> {
  const before = messages({ ...shape, events: 300 }, 0, false);
  const reference = await changeReference(
    shared,
    () => [before],
    { axes: shape.axes, streams: STREAMS, shrinkage: 100 },
    scheduler,
  );
  return { reference, after: messages(shape, 1000, true) };
}

interface RunOptions {
  readonly limit: number;
  readonly cuts?: readonly number[];
  readonly only?: Uint8Array;
  /** The state goes to a machine of its own at every cut. */
  readonly carried?: boolean;
  readonly wide?: boolean;
}

function wasm(reference: ChangeReference, { stream, conversation, features }: Messages, o: RunOptions) {
  let kernels = shared.fork();
  let machine = openChange(kernels, reference, settings, o.limit);
  const statistic = new Float64Array(stream.length).fill(-1);
  const rolling = new Float64Array(stream.length).fill(-1);
  const steps: ChangeStep[] = [];
  for (const [from, to] of pieces(stream.length, o.cuts ?? [])) {
    if (o.carried) {
      const saved = machine.state.view().slice();
      kernels = shared.fork();
      machine = openChange(kernels, reference, settings, o.limit);
      machine.state.view().set(saved);
    }
    const { arena } = kernels;
    arena.scope(() => {
      const rows = features.subarray(from * reference.axes, to * reference.axes);
      const events = {
        stream: arena.i32From(stream.subarray(from, to)),
        conversation: arena.i32From(conversation.subarray(from, to)),
        features: o.wide === false ? arena.f32From(rows) : arena.f64From(rows),
        statistic: arena.f64From(statistic.subarray(from, to)),
        rolling: arena.f64From(rolling.subarray(from, to)),
        ...(o.only && { only: arena.u8From(o.only) }),
      };
      steps.push(...machine.run(events, 0, to - from, 300 + from));
      statistic.set(events.statistic.view(), from);
      rolling.set(events.rolling.view(), from);
    });
  }
  return { statistic, rolling, steps, alerts: alertsOf(steps, machine.open()), windows: machine.windows(0) };
}

const shapes = fc.record({
  axes: fc.constantFrom(1, 2, 3, 8, 13, 50),
  seed: fc.nat(1e6),
  events: fc.constantFrom(0, 5, 400, 900),
  length: fc.constantFrom(1, 4, 40),
  change: fc.constantFrom(0, 1.5, 5, 1e6),
  missing: fc.constantFrom(0, 0.2),
});

/** A change that comes and goes, one axis, and one so large that the product of the factors overflows. */
const CHANGED: [Shape, number][] = [
  [{ axes: 13, seed: 1, events: 1500, length: 4, change: 2, missing: 0 }, 6],
  [{ axes: 1, seed: 2, events: 1500, length: 4, change: 5, missing: 0.2 }, 6],
  [{ axes: 50, seed: 3, events: 1500, length: 1, change: 1e6, missing: 0 }, 9.2],
];

describe('the machine of lasting change', () => {
  it('equals its reference implementation: statistics, alerts and their windows', async () => {
    let fired = 0;
    let cleared = 0;
    let largest = 0;
    await fc.assert(
      fc.asyncProperty(shapes, fc.constantFrom(6, 9.2), async (shape, limit) => {
        const { reference, after } = await case_(shape);
        const wanted = changeRunReference(reference, settings, limit, after, 300);
        const found = wasm(reference, after, { limit });
        expect(deviation(found.statistic, wanted.statistic)).toBeLessThan(1e-10);
        expect(deviation(found.rolling, wanted.rolling)).toBeLessThan(1e-10);
        expect(found.alerts.map(({ peak, ...alert }) => [alert, peak.toFixed(6)])).toEqual(
          wanted.alerts.map(({ peak, ...alert }) => [alert, peak.toFixed(6)]),
        );
        const windows = found.steps.flatMap(({ window }) => window ?? []);
        expect(windows).toHaveLength(wanted.windows.length);
        windows.forEach((window, w) => {
          for (const part of ['sum', 'information', 'sumBefore', 'informationBefore'] as const)
            expect(deviation(window[part], wanted.windows[w][part])).toBeLessThan(1e-10);
        });
        fired += found.alerts.length;
        largest = found.statistic.reduce((most, s) => (s > most ? s : most), largest);
        cleared += found.alerts.filter((alert) => alert.cleared !== null).length;
      }),
      { numRuns: 15, examples: CHANGED },
    );
    expect(fired).toBeGreaterThan(2);
    expect(cleared).toBeGreaterThan(0);
    // Beyond what a product in double precision can hold.
    expect(largest).toBeGreaterThan(800);
  });

  it('goes on bit for bit, however the run is cut and the streams are shared out', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.array(fc.nat(400), { maxLength: 3 }), async (shape, cuts) => {
        const { reference, after } = await case_(shape);
        const whole = wasm(reference, after, { limit: 6 });
        expect(wasm(reference, after, { limit: 6, cuts, carried: true })).toEqual(whole);
        const parts = [Uint8Array.of(1, 0, 1, 0), Uint8Array.of(0, 1, 0, 1)].map((only) => ({
          only,
          ...wasm(reference, after, { limit: 6, only }),
        }));
        for (const { only, statistic, rolling } of parts) {
          after.stream.forEach((s, i) => {
            expect(statistic[i]).toBe(only[s] === 1 ? whole.statistic[i] : -1);
            expect(rolling[i]).toBe(only[s] === 1 ? whole.rolling[i] : -1);
          });
        }
        const alerts = parts.flatMap((part) => part.alerts).sort((p, q) => p.fired - q.fired);
        expect(alerts).toEqual(whole.alerts);
      }),
      { numRuns: 20 },
    );
  });

  it('drops the conversation that has not spoken for longest, and starts it again at 0', async () => {
    const shape = { axes: 3, seed: 3, events: 900, length: 1, change: 0, missing: 0 };
    const { reference, after } = await case_(shape);
    // Three hundred conversations in turn: each is dropped before it speaks again.
    const stream = new Int32Array(900);
    const conversation = Int32Array.from(stream, (_, i) => 5000 + (i % 300));
    const dropped = { ...after, stream, conversation };
    const fresh = { ...dropped, conversation: conversation.map((key, i) => key + 1000 * Math.floor(i / 300)) };
    const limit = 9.2;
    const found = wasm(reference, dropped, { limit }).statistic;
    expect(deviation(found, changeRunReference(reference, settings, limit, dropped).statistic)).toBeLessThan(1e-10);
    expect(found).toEqual(wasm(reference, fresh, { limit }).statistic);
    const fewer = { ...dropped, conversation: conversation.map((key) => key % 200) };
    expect(found).not.toEqual(wasm(reference, fewer, { limit }).statistic);
  });

  it('has the windows of the moment, whose evidence adds up to S', async () => {
    const { reference, after } = await case_({ axes: 13, seed: 5, events: 300, length: 4, change: 2, missing: 0 });
    for (const limit of [5, Infinity]) {
      const { windows, statistic, alerts } = wasm(reference, after, { limit });
      expect(alerts.some(({ stream, cleared }) => stream === 0 && cleared === null)).toBe(limit === 5);
      const products = windows.map((window, g) => {
        const { weight } = changeEvidence(window, reference.streams[0], settings, changeDegrees(reference.wander));
        return CHANGE_WEIGHTS[g] * Math.exp(weight.reduce((sum, own) => sum + own, 0));
      });
      const last = statistic.findLast((s, i) => after.stream[i] === 0 && !Number.isNaN(s))!;
      expect(Math.log(products.reduce((sum, own) => sum + own, 0))).toBeCloseTo(last, 9);
    }
  });

  it('takes features in single precision too, to six digits', async () => {
    const { reference, after } = await case_({ axes: 8, seed: 5, events: 400, length: 4, change: 2, missing: 0.1 });
    const single = wasm(reference, after, { limit: 9.2, wide: false });
    expect(deviation(single.statistic, wasm(reference, after, { limit: 9.2 }).statistic)).toBeLessThan(1e-5);
  });

  it('has S of any limit until the first event above it in `rolling`', async () => {
    const { reference, after } = await case_({ axes: 8, seed: 7, events: 600, length: 4, change: 3, missing: 0 });
    const never = wasm(reference, after, { limit: Infinity });
    expect(never.alerts).toEqual([]);
    expect(never.rolling).toEqual(never.statistic);
    const low = wasm(reference, after, { limit: 5 });
    expect(low.alerts.length).toBeGreaterThan(0);
    expect(low.rolling).toEqual(never.statistic);
    expect(low.statistic).not.toEqual(never.statistic);
  });
});
