import { CHOICES } from '../../harness/profiles.ts';
import { GENERATOR_DIMENSION, GENERATOR_PROVIDERS, SCHEDULE_FIELDS } from '../../kernels/generator.ts';
import { generateReference } from '../../kernels/reference/generator.ts';
import { jacobiEigen, projectRows, withinCovariance } from '../../kernels/reference/projection.ts';
import { native, scalars, type Bench, type Case } from '../bench.ts';
import { scheduleFor, SEED } from '../input.ts';

/** Kernels over embeddings. At most 50,000 of those are in memory: more events go through them again. */
const held = ({ input }: Bench): number => input.embeddings.length / input.dimension;

/** Lets `work` loose on as many of the held rows as are left, until `count` were taken. */
function rounds(count: number, at: number, work: (rows: number) => void): void {
  for (let left = count; left > 0; left -= at) work(Math.min(left, at));
}

/** Reference implementations of dense products: events that take a second or so. */
const TWIN_PRODUCTS = 20_000_000;
const TWIN_GENERATED = 2000;

/** Covariance of the embeddings by the kernel, D x D. */
function covarianceInWasm(bench: Bench) {
  const {
    input: { embeddings, dimension: d, events },
  } = bench;
  const own = bench.kernels.fork();
  const { arena, exports } = own;
  const streams = events.streams.length;
  const rows = held(bench);
  const padded = (d + 3) & ~3;
  const [seen, shifts, sums, scatter, panel] = [
    arena.i32(streams),
    arena.f64(streams * d),
    arena.f64(streams * d),
    arena.f64(padded * padded),
    arena.f64(padded * 64),
  ];
  const vectors = arena.f32From(embeddings);
  const stream = arena.i32From(events.stream.subarray(0, rows));
  return {
    run() {
      for (const block of [seen, sums, scatter]) block.view().fill(0);
      rounds(events.n, rows, (count) =>
        exports.covarianceAccumulate(
          vectors.ptr,
          stream.ptr,
          count,
          d,
          seen.ptr,
          shifts.ptr,
          sums.ptr,
          scatter.ptr,
          panel.ptr,
        ),
      );
      exports.covarianceFinish(scatter.ptr, d, seen.ptr, sums.ptr, streams, events.n - streams, panel.ptr);
    },
    covariance: () => scatter.view().slice(0, d * d),
  };
}

const covarianceOf = (bench: Bench): Float64Array => {
  const kernel = covarianceInWasm(bench);
  kernel.run();
  return kernel.covariance();
};

export const EMBEDDING_CASES: readonly Case[] = [
  {
    id: 'project',
    title: 'projection, D = 64',
    group: 'kernel',
    unit: 'event',
    varies: ['n', 'k'],
    native: native('project'),
    tolerances: { other: 2e-6 },
    bytes: ({ events, dimension, coordinates: { k } }) => events.n * 4 * (dimension + k),
    wasm(bench) {
      const {
        embeddings,
        dimension: d,
        projection: { axes, mean, k },
        events,
      } = bench.input;
      const own = bench.kernels.fork();
      const { arena, exports } = own;
      const a = arena.f64From(axes);
      const offsets = arena.f64(k);
      exports.projectOffsets(a.ptr, arena.f64From(mean).ptr, d, k, offsets.ptr);
      const e = arena.f32From(embeddings);
      const rows = held(bench);
      const x = arena.f32(rows * k);
      return {
        run: () =>
          rounds(events.n, rows, (count) => exports.projectRows(e.ptr, count, d, a.ptr, offsets.ptr, k, x.ptr)),
        outputs: () => ({ projected: x.view().slice() }),
      };
    },
    referenceImplementation(bench) {
      const {
        embeddings,
        dimension: d,
        projection: { axes, mean, k },
      } = bench.input;
      const units = Math.min(held(bench), Math.floor(TWIN_PRODUCTS / (d * k)));
      let projected: Float64Array = new Float64Array(0);
      return {
        units,
        run: () => void (projected = projectRows(embeddings, units, d, mean, axes, k)),
        outputs: () => ({ projected }),
      };
    },
    inputs(bench) {
      const {
        embeddings,
        dimension: d,
        projection: { axes, mean, k },
      } = bench.input;
      const offsets = Float64Array.from({ length: k }, (_, i) =>
        axes.subarray(i * d, (i + 1) * d).reduce((sum, v, l) => sum + v * mean[l], 0),
      );
      return { ...scalars({ dimension: d, embedded: held(bench) }), embeddings, axes, offsets };
    },
  },
  {
    id: 'covariance',
    title: 'covariance, D = 64',
    group: 'kernel',
    unit: 'event',
    varies: ['n'],
    native: native('covariance'),
    tolerances: { other: 1e-8 },
    bytes: ({ events, dimension }) => events.n * (4 * dimension + 4),
    wasm(bench) {
      const { run, covariance } = covarianceInWasm(bench);
      return { run, outputs: () => ({ covariance: covariance() }) };
    },
    referenceImplementation(bench) {
      const { embeddings, dimension: d, events } = bench.input;
      if (events.n > held(bench)) return null;
      let covariance: Float64Array = new Float64Array(0);
      return {
        units: events.n,
        run: () => void ({ covariance } = withinCovariance(embeddings, events.stream.subarray(0, events.n), d)),
        outputs: () => ({ covariance }),
      };
    },
  },
  {
    id: 'eigen',
    title: 'eigenvectors, 64 x 64',
    group: 'kernel',
    unit: 'run',
    varies: [],
    native: native('eigen'),
    tolerances: { other: 1e-8 },
    comparable: ({ eigenvalues }) => ({ eigenvalues: Float64Array.from(eigenvalues).sort() }),
    bytes: () => 0,
    wasm(bench) {
      const { dimension: n } = bench.input;
      const covariance = covarianceOf(bench);
      const own = bench.kernels.fork();
      const { arena, exports } = own;
      const [w, d, e, state] = [arena.f64(n * n), arena.f64(n), arena.f64(n), arena.f64(2)];
      return {
        run() {
          w.view().set(covariance);
          e.view().fill(0);
          state.view().fill(0);
          exports.eigenReduce(w.ptr, n, d.ptr, e.ptr, n - 1, 1);
          exports.eigenAccumulate(w.ptr, n, d.ptr, 0, n - 1);
          exports.eigenPrepare(w.ptr, n, d.ptr, e.ptr);
          exports.eigenIterate(w.ptr, n, d.ptr, e.ptr, state.ptr, 0, n);
        },
        outputs: () => ({ eigenvalues: d.view().slice() }),
      };
    },
    referenceImplementation(bench) {
      const { dimension: n } = bench.input;
      const covariance = covarianceOf(bench);
      let values: Float64Array = new Float64Array(0);
      return {
        units: 1,
        run: () => void ({ values } = jacobiEigen(covariance, n)),
        outputs: () => ({ eigenvalues: values }),
      };
    },
    inputs: (bench) => ({ covarianceIn: covarianceOf(bench) }),
  },
  {
    id: 'generator',
    title: 'generator, D = 64',
    group: 'kernel',
    unit: 'event',
    varies: ['n'],
    native: native('generator'),
    tolerances: { embedding: 1e-5, other: 0 },
    bytes: ({ events, dimension }) => events.n * (4 * dimension + 8),
    wasm(bench) {
      const rows = held(bench);
      const {
        events: { n },
        dimension,
      } = bench.input;
      const own = bench.kernels.fork();
      const { arena, exports } = own;
      const state = arena.alloc(exports.generatorStateBytes());
      const schedule = arena.f64From(scheduleFor(rows));
      const [provider, micros, embedding] = [arena.i32(rows), arena.i32(rows), arena.f32(rows * dimension)];
      return {
        run: () =>
          rounds(n, rows, (count) => {
            exports.generatorInit(state, BigInt(SEED), CHOICES.centroidSpread.value);
            exports.generateSlots(
              state,
              schedule.ptr,
              count / GENERATOR_PROVIDERS,
              CHOICES.noise.value,
              provider.ptr,
              micros.ptr,
              0,
              embedding.ptr,
            );
          }),
        outputs: () => ({
          provider: provider.view().slice(),
          latencyMicros: micros.view().slice(),
          embedding: embedding.view().slice(),
        }),
      };
    },
    referenceImplementation(bench) {
      const units = Math.min(held(bench), TWIN_GENERATED);
      const schedule = scheduleFor(units);
      let out: ReturnType<typeof generateReference> | null = null;
      return {
        units,
        run: () =>
          void (out = generateReference(
            SEED,
            CHOICES.centroidSpread.value,
            CHOICES.noise.value,
            schedule,
            schedule.length / SCHEDULE_FIELDS,
          )),
        outputs: () => ({ provider: out!.provider, latencyMicros: out!.latencyMicros, embedding: out!.embedding }),
      };
    },
    inputs: (bench) => ({
      ...scalars({
        generatorSeed: SEED,
        centroidScale: CHOICES.centroidSpread.value,
        noise: CHOICES.noise.value,
        dimension: GENERATOR_DIMENSION,
      }),
      schedule: scheduleFor(held(bench)),
    }),
  },
];
