import type { RunLengthCounts } from '../../kernels/runLength.ts';
import { downsample } from '../../kernels/reference/downsample.ts';
import { assign } from '../../kernels/reference/assignment.ts';
import { runLengthCounts } from '../../kernels/reference/runLength.ts';
import { native, scalars, type Bench, type Case } from '../bench.ts';

/** Kernels of charts, drill-down and laboratory. */

const BUCKETS = 1200;
/** The reference implementation's buckets grow by copying. */
const TWIN_DOWNSAMPLED = 50_000;
const POINTS = 256;
const BLOCK = 50;
const SEED = 20_261;
const LEVELS = Float64Array.from({ length: 32 }, (_, i) => 2 + 0.25 * i);
const TWIN_RUN = 250_000;

/** The first POINTS events with an embedding of two streams, n x k. */
function windows({
  input: {
    events,
    coordinates: { k, x },
  },
}: Bench): readonly [Float64Array, Float64Array] {
  const of = (stream: number) => {
    const rows: number[] = [];
    for (let i = 0; rows.length < POINTS; i++) if (events.stream[i] === stream && !events.isVoid[i]) rows.push(i);
    return Float64Array.from({ length: POINTS * k }, (_, j) => x[rows[Math.floor(j / k)] * k + (j % k)]);
  };
  return [of(0), of(1)];
}

/** Scores of the reference events, grouped by stream. */
function inControl({ input: { events, range }, wasm }: Bench) {
  const boxCox = wasm.columns.boxCox.view();
  const seq = wasm.seq.view();
  const rows = events.streams.map((_, s) => {
    const own: number[] = [];
    for (let i = range.from; i < range.to; i++)
      if (events.stream[i] === s && !events.isVoid[i] && seq[i] > 50) own.push(i);
    return own;
  });
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((own, s) => (starts[s + 1] = starts[s] + own.length));
  const all = rows.flat();
  const mean = all.reduce((sum, i) => sum + boxCox[i], 0) / all.length;
  const deviation = Math.sqrt(all.reduce((sum, i) => sum + (boxCox[i] - mean) ** 2, 0) / all.length);
  return {
    starts,
    scores: Float64Array.from(all, (i) => (boxCox[i] - mean) / deviation),
  };
}

export const ANALYSIS_CASES: readonly Case[] = [
  {
    id: 'downsample',
    title: `downsample to ${BUCKETS} buckets`,
    group: 'kernel',
    unit: 'event',
    varies: ['n'],
    native: native('downsample'),
    tolerances: { other: 1e-6 },
    bytes: ({ events }) => events.n * 20,
    wasm(bench) {
      const { events } = bench.input;
      const { n } = events;
      const lines = events.streams.length;
      const own = bench.kernels.fork();
      const { arena, exports } = own;
      const [x, y, code] = [
        arena.f64From(events.time),
        arena.f64From(bench.wasm.columns.friction.view()),
        arena.i32From(events.stream),
      ];
      const slots = arena.i32From(Int32Array.from({ length: lines }, (_, s) => s));
      const [states, out, lengths] = [arena.f64(lines * 14), arena.f64(lines * (4 * BUCKETS + 4)), arena.i32(lines)];
      out.view().fill(0);
      return {
        run() {
          states.view().fill(0);
          exports.downsample(
            x.ptr,
            0,
            y.ptr,
            code.ptr,
            n,
            slots.ptr,
            lines,
            lines,
            BUCKETS,
            states.ptr,
            out.ptr,
            lengths.ptr,
          );
        },
        outputs: () => ({ points: out.view().slice(), lengths: lengths.view().slice() }),
      };
    },
    referenceImplementation(bench) {
      const { events } = bench.input;
      if (events.n > TWIN_DOWNSAMPLED) return null;
      const request = {
        x: events.time,
        y: bench.wasm.columns.friction.view().slice(),
        stream: events.stream,
        from: 0,
        to: events.n,
        buckets: BUCKETS,
        streams: events.streams.map((_, s) => s),
      };
      let lines: readonly Float64Array[] = [];
      return {
        units: events.n,
        run: () => void (lines = downsample(request)),
        outputs() {
          const points = new Float64Array(lines.length * (4 * BUCKETS + 4));
          lines.forEach((line, s) => points.set(line, s * (4 * BUCKETS + 4)));
          return { points, lengths: lines.map((line) => line.length / 2) };
        },
      };
    },
    inputs: () => scalars({ buckets: BUCKETS }),
  },
  {
    id: 'assignment',
    title: `exact transport, ${POINTS} points`,
    group: 'kernel',
    unit: 'run',
    varies: ['k'],
    native: native('assignment'),
    tolerances: { other: 1e-8 },
    bytes: () => 0,
    wasm(bench) {
      const [from, to] = windows(bench);
      const { k } = bench.input.coordinates;
      const { arena, exports } = bench.kernels.fork();
      const n = POINTS;
      const [a, b, cost, rowOf, columnOf, scratch] = [
        arena.f64From(from),
        arena.f64From(to),
        arena.f64(n * n),
        arena.i32(n),
        arena.i32(n),
        arena.alloc(n * 24),
      ];
      return {
        run() {
          exports.euclideanCosts(a.ptr, b.ptr, n, k, cost.ptr);
          exports.assign(cost.ptr, n, rowOf.ptr, columnOf.ptr, scratch);
        },
        outputs: () => ({ target: columnOf.view().slice() }),
      };
    },
    referenceImplementation(bench) {
      const [from, to] = windows(bench);
      const { k } = bench.input.coordinates;
      let target: Int32Array = new Int32Array(0);
      return {
        units: 1,
        outputs: () => ({ target }),
        run() {
          const cost = new Float64Array(POINTS * POINTS);
          for (let i = 0; i < POINTS; i++) {
            for (let j = 0; j < POINTS; j++) {
              let sum = 0;
              for (let a = 0; a < k; a++) sum += (from[i * k + a] - to[j * k + a]) ** 2;
              cost[i * POINTS + j] = Math.sqrt(sum);
            }
          }
          target = assign(cost, POINTS);
        },
      };
    },
    inputs(bench) {
      const [windowA, windowB] = windows(bench);
      return { ...scalars({ points: POINTS }), windowA, windowB };
    },
  },
  {
    id: 'runlength',
    title: `run lengths at ${LEVELS.length} limits`,
    group: 'kernel',
    unit: 'event',
    varies: ['n'],
    native: native('runlength'),
    tolerances: { other: 0 },
    bytes: () => 0,
    wasm(bench) {
      const { starts, scores } = inControl(bench);
      const {
        events: { n, streams },
        parameters: { kappa, cap },
      } = bench.input;
      const { arena, exports } = bench.kernels.fork();
      const [values, offsets, levels] = [arena.f64From(scores), arena.i32From(starts), arena.f64From(LEVELS)];
      const scratch = arena.u8(exports.runLengthScratchBytes(LEVELS.length));
      const [alarms, clear] = [arena.f64(LEVELS.length), arena.f64(LEVELS.length)];
      return {
        run() {
          alarms.view().fill(0);
          clear.view().fill(0);
          exports.runLengths(
            0,
            values.ptr,
            offsets.ptr,
            streams.length,
            BLOCK,
            0,
            0,
            n,
            SEED,
            levels.ptr,
            LEVELS.length,
            kappa,
            cap,
            scratch.ptr,
            alarms.ptr,
            clear.ptr,
          );
        },
        outputs: () => ({ alarms: alarms.view().slice(), clear: clear.view().slice() }),
      };
    },
    referenceImplementation(bench) {
      const { starts, scores } = inControl(bench);
      const {
        events: { n },
        parameters: { kappa, cap },
      } = bench.input;
      if (n > TWIN_RUN) return null;
      let counts: RunLengthCounts = { alarms: new Float64Array(0), clear: new Float64Array(0) };
      return {
        units: n,
        outputs: () => ({ alarms: counts.alarms, clear: counts.clear }),
        run: () =>
          void (counts = runLengthCounts({ values: scores, starts }, { kind: 'cusum', kappa, cap }, LEVELS, {
            block: BLOCK,
            pieces: null,
            events: n,
            seed: SEED,
          })),
      };
    },
    inputs(bench) {
      const { starts, scores } = inControl(bench);
      const {
        parameters: { kappa, cap },
      } = bench.input;
      return { ...scalars({ block: BLOCK, seed: SEED, kappa, cap }), scores, scoreStarts: starts, levels: LEVELS };
    },
  },
];
