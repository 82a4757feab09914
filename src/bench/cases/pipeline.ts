import { detectorLimits } from '../../detection/calibration.ts';
import { warmupOf } from '../../detection/reference.ts';
import { SIGNAL_NAMES, type Decisions, type Signals } from '../../detection/types.ts';
import { detectorState, runDetectors } from '../../kernels/detectors.ts';
import { createDetectorState, detectorStep, type Episode } from '../../kernels/twin/detectors.ts';
import { native, type Bench, type Case, type Runner, type TwinRunner } from '../bench.ts';
import type { Outputs, Tolerances } from '../compare.ts';
import { twinPipeline, type TwinPipeline } from '../twinPipeline.ts';
import type { PipelineColumn, WasmPipeline } from '../wasmPipeline.ts';

type Part = 'latency' | 'tracker' | 'coupling' | 'transport' | 'displacement';

/** Sums of the Earth Mover's Distance are taken in float32, and coordinates differ in float32 (wasm/transport.ts). */
const TOLERANCES: Tolerances = { tension: 1e-6, shift: 1e-6, rho: 1e-6, other: 1e-8 };
const textbook = (id: string): Case['native'] => [
  { id, label: '' },
  { id: `${id}-textbook`, label: ', textbook' },
];

/** The twin of the first events: past the reference, and as many as take a second or so. */
function twinOf({ input, wasm }: Bench, events: number): { readonly twin: TwinPipeline; readonly units: number } {
  const { columns, fixed, windowReference } = wasm;
  const units = Math.min(input.events.n, Math.max(input.range.to + 200, Math.floor(events)));
  const given = {
    window: columns.window.view().slice(0, units),
    residual: columns.residual.view().slice(0, units * input.coordinates.k),
  };
  return { twin: twinPipeline(input, units, fixed, windowReference, given), units };
}

const pick = <N extends string>(columns: Readonly<Record<N, ArrayLike<number>>>, names: readonly N[]): Outputs =>
  Object.fromEntries(names.map((name) => [name, columns[name]]));

/**
 * A kernel of the signals stage by itself.
 * @param floats, doubles columns of k float32 and of one float64 that it reads and writes an event
 * @param twinEvents events that its twin takes a second for at k = 8
 */
function part(
  id: Part,
  title: string,
  varies: Case['varies'],
  names: readonly PipelineColumn[],
  floats: number,
  doubles: number,
  twinEvents: number,
  c = native(id),
): Case {
  return {
    id,
    title,
    varies,
    group: 'kernel',
    unit: 'event',
    native: c,
    tolerances: TOLERANCES,
    bytes: ({ events, coordinates: { k } }) => events.n * (5 + 4 * k * floats + 8 * doubles),
    wasm: ({ wasm }) => ({
      run: wasm[id],
      outputs: () => Object.fromEntries(names.map((name) => [name, wasm.columns[name].view().slice()])),
    }),
    twin(bench) {
      const { twin, units } = twinOf(bench, (twinEvents * 8) / bench.input.coordinates.k);
      return { units, run: twin[id], outputs: () => pick(twin.columns, names) };
    },
  };
}

/** What the detectors read besides signals. */
function detectorOptions(bench: Bench) {
  const {
    input: { events, range, parameters },
    detector,
  } = bench;
  bench.signals(0);
  const calibration = detector.calibrate(parameters);
  const counts = new Int32Array(events.streams.length);
  for (const s of events.stream) counts[s]++;
  return {
    limits: detectorLimits(calibration, parameters),
    shiftLimits: calibration.shiftLimits,
    warmup: counts.map((count) => warmupOf(parameters.warmup, count)),
    referenceTo: range.to,
  };
}

function detectorsInWasm(bench: Bench): Runner {
  const { events } = bench.input;
  const { n } = events;
  const { columns, fixed } = bench.wasm;
  const own = bench.kernels.fork();
  const { arena } = own;
  arena.reserve(n * (4 * 2 + 8 * 8 + 3) + (1 << 20));
  const copied = (name: keyof WasmPipeline['columns']) => arena.f64From(columns[name].view());
  const inputs = {
    stream: arena.i32From(events.stream),
    seq: arena.i32From(fixed.seq),
    isVoid: arena.u8From(events.isVoid),
    kl: copied('kl'),
    boxCox: copied('boxCox'),
    friction: copied('friction'),
    entropy: copied('entropy'),
    rho: copied('rho'),
    tension: copied('tension'),
    mewma: copied('mewma'),
  };
  const out = { cusum: arena.f64(n), route: arena.u8(n), notice: arena.u8(n) };
  const options = detectorOptions(bench);
  let closed = 0;
  return {
    run: () =>
      arena.scope(
        () =>
          (closed = runDetectors(own, inputs, options, detectorState(own, events.streams.length), out, 0, n).length),
      ),
    outputs: () => ({
      ...pick({ cusum: out.cusum.view().slice(), route: out.route.view().slice(), notice: out.notice.view().slice() }, [
        'cusum',
        'route',
        'notice',
      ]),
      closed: [closed],
    }),
  };
}

function detectorsInTwin(bench: Bench): TwinRunner {
  const { events } = bench.input;
  const { fixed, columns } = bench.wasm;
  const units = events.n;
  const [kl, friction, entropy, rho, tension, mewma] = (
    ['kl', 'friction', 'entropy', 'rho', 'tension', 'mewma'] as const
  ).map((name) => columns[name].view());
  const { limits, shiftLimits, warmup, referenceTo } = detectorOptions(bench);
  const [cusum, route, notice] = [new Float64Array(units), new Uint8Array(units), new Uint8Array(units)];
  let episodes: Episode[] = [];
  return {
    units,
    run() {
      const states = events.streams.map(createDetectorState);
      episodes = [];
      for (let i = 0; i < units; i++) {
        const s = events.stream[i];
        const step = detectorStep(
          limits,
          states[s],
          {
            index: i,
            stream: s,
            seq: fixed.seq[i],
            isVoid: events.isVoid[i] === 1,
            warming: i < referenceTo || fixed.seq[i] <= warmup[s],
            kl: kl[i],
            friction: friction[i],
            entropy: entropy[i],
            rho: rho[i],
            tension: tension[i],
            mewma: mewma[i],
            shiftLimit: shiftLimits[s],
          },
          episodes,
        );
        cusum[i] = step.cusum;
        route[i] = step.route;
        notice[i] = step.notice;
      }
    },
    outputs: () => ({ cusum, route, notice, closed: [episodes.filter((e) => e.cleared >= 0).length] }),
  };
}

const detectorInputs = (bench: Bench) => {
  const { limits: l, shiftLimits, warmup } = detectorOptions(bench);
  const limits = [
    l.m,
    l.s,
    l.h,
    l.kappa,
    l.cap,
    l.tauMax,
    l.tauMin,
    l.entropyClear,
    l.lo,
    l.hi,
    l.dwell,
    l.voidOpen,
    l.voidClear,
    l.tensionLow,
    l.tensionHigh,
  ];
  return { limits: Float64Array.from(limits), shiftLimits: Float64Array.from(shiftLimits), warmup };
};

const DETECTORS = {
  unit: 'event',
  varies: ['n'],
  native: native('detectors'),
  tolerances: { other: 1e-8 },
  inputs: detectorInputs,
  twin: detectorsInTwin,
  bytes: ({ events }) => events.n * (4 * 2 + 8 * 8 + 3),
} as const satisfies Partial<Case>;

export const PIPELINE_CASES: readonly Case[] = [
  {
    id: 'signals',
    title: 'signals stage',
    group: 'stage',
    unit: 'event',
    varies: ['n', 'k'],
    native: textbook('signals'),
    tolerances: TOLERANCES,
    bytes: ({ events, coordinates: { k } }) => events.n * (5 + 4 + 8 * 2 + 4 * k + 8 * SIGNAL_NAMES.length),
    wasm(bench) {
      let signals: Signals | null = null;
      let turn = 0;
      return {
        run: () => void (signals = bench.signals(turn++)),
        outputs: () => Object.fromEntries(SIGNAL_NAMES.map((name) => [name, signals![name].slice()])),
      };
    },
    twin(bench) {
      const { twin, units } = twinOf(bench, 0);
      return { units, run: twin.all, outputs: () => pick(twin.columns, SIGNAL_NAMES) };
    },
  },
  {
    ...DETECTORS,
    id: 'decisions',
    title: 'decisions stage',
    group: 'stage',
    wasm(bench) {
      const { detector, input } = bench;
      bench.signals(0);
      let decisions: Decisions | null = null;
      return {
        run: () => void (decisions = detector.decide(input.parameters)),
        outputs: () => ({
          cusum: decisions!.cusum.slice(),
          route: decisions!.route.slice(),
          notice: decisions!.notice.slice(),
          closed: [decisions!.alerts.filter((a) => a.cleared !== null).length],
        }),
      };
    },
  },
  part('latency', 'latency and window', ['n'], ['p95', 'window'], 0, 3, 20_000),
  part(
    'tracker',
    'tracker',
    ['n', 'k'],
    ['friction', 'trace', 'kl', 'boxCox', 'entropy'],
    2,
    6,
    50_000,
    textbook('tracker'),
  ),
  part('coupling', 'coupling', ['n', 'k'], ['rho'], 1, 3, 500_000),
  part('transport', 'tension and shift (EMD)', ['n', 'k'], ['tension', 'shift'], 1, 2, 0),
  part('displacement', 'displacement', ['n', 'k'], ['mewma'], 1, 1, 1_000_000),
  { ...DETECTORS, id: 'detectors', title: 'detectors', group: 'kernel', wasm: detectorsInWasm },
];
