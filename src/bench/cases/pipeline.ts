import { DETECTOR_LIMITS, STAGE_IDS, STAGE_TABLE, type StageId } from '../../detection/channels/table.ts';
import type { OutputBlocks } from '../../detection/channels/stage.ts';
import { REFERENCE_IMPLEMENTATIONS } from '../../detection/channels/generated/referenceImplementations.ts';
import { STAGES } from '../../detection/channels/generated/stages.ts';
import { detectorInputs, detectorOptions } from '../../detection/decide.ts';
import { isChangeSignal } from '../../detection/changes.ts';
import { SIGNAL_NAMES, type Decisions, type Signals } from '../../detection/types.ts';
import { detectorState, runDetectors, type DetectorOptions } from '../../kernels/detectors.ts';
import { createDetectorState, detectorStep, type Episode } from '../../kernels/reference/detectors.ts';
import { native, type Bench, type Case, type Runner, type ReferenceRunner } from '../bench.ts';
import type { Outputs, Tolerances } from '../compare.ts';
import type { Columns } from '../records.ts';
import { referencePipeline, type ReferencePipeline } from '../referencePipeline.ts';

/** Sums of the Earth Mover's Distance are taken in float32, and coordinates differ in float32 (wasm/transport.ts). */
const TOLERANCES: Tolerances = { tension: 1e-6, shift: 1e-6, rho: 1e-6, other: 1e-8 };
/** Those that stages compute. */
const STAGE_SIGNALS = SIGNAL_NAMES.filter((name) => !isChangeSignal(name));
const textbook = (id: string): Case['native'] => [
  { id, label: '' },
  { id: `${id}-textbook`, label: ', textbook' },
];

/** The reference implementation of the first events: past the reference, and as many as take a second or so. */
function referenceOf(
  { input, wasm }: Bench,
  events: number,
): { readonly referenceImplementation: ReferencePipeline; readonly units: number } {
  const units = Math.min(input.events.n, Math.max(input.range.to + 200, Math.floor(events)));
  return { referenceImplementation: referencePipeline(input, units, wasm), units };
}

const pick = <N extends string>(columns: Readonly<Record<N, ArrayLike<number>>>, names: readonly N[]): Outputs =>
  Object.fromEntries(names.map((name) => [name, columns[name]]));

/** Stages with another C beside the usual one. */
const NATIVE: Partial<Record<StageId, Case['native']>> = { tracker: textbook('tracker') };

/** A kernel of the signals stage by itself. */
function stageCase(id: StageId): Case {
  const { reads, columns, rows, coordinates } = STAGE_TABLE[id];
  const read: readonly string[] = reads;
  const { eventsPerSecond } = REFERENCE_IMPLEMENTATIONS[id];
  const isRows = (name: string) =>
    STAGE_IDS.some((other) => (STAGE_TABLE[other].rows as readonly string[]).includes(name));
  const isWhole = (name: string) => name === 'instantiation' || name === 'previous';
  // Columns of k float32 and of one float64 that it reads and writes.
  const floats = Number(coordinates) + read.filter(isRows).length + rows.length;
  const doubles = read.filter((name) => !isRows(name) && !isWhole(name)).length + columns.length;
  return {
    id,
    title: STAGES[id].title,
    varies: floats > 0 ? ['n', 'k'] : ['n'],
    group: 'kernel',
    unit: 'event',
    native: NATIVE[id] ?? native(id),
    tolerances: TOLERANCES,
    bytes: ({ events, coordinates: { k } }) => events.n * (5 + 4 * k * floats + 8 * doubles),
    wasm: ({ wasm }) => ({
      run: () => wasm.run(id),
      outputs: () => Object.fromEntries(columns.map((name) => [name, wasm.columns[name].view().slice()])),
    }),
    referenceImplementation(bench) {
      const { referenceImplementation, units } = referenceOf(bench, (eventsPerSecond * 8) / bench.input.coordinates.k);
      return {
        units,
        run: () => referenceImplementation.run(id),
        outputs: () => pick(referenceImplementation.columns, columns),
      };
    },
  };
}

/** What the detectors compare with. */
function optionsOf(bench: Bench): DetectorOptions {
  const {
    input: { range, parameters },
    detector,
    wasm,
  } = bench;
  bench.signals(0);
  return { ...detectorOptions(detector.calibrate(parameters), parameters, wasm), referenceTo: range.to };
}

function detectorsInWasm(bench: Bench): Runner {
  const { events } = bench.input;
  const { n } = events;
  const { columns, seq } = bench.wasm;
  const own = bench.kernels.fork();
  const { arena } = own;
  arena.reserve(n * DETECTOR_BYTES + (1 << 20));
  const copied = Object.fromEntries(
    STAGE_IDS.flatMap((id) => STAGE_TABLE[id].columns).map((name) => [name, arena.f64From(columns[name].view())]),
  ) as unknown as OutputBlocks;
  const inputs = detectorInputs(
    { stream: arena.i32From(events.stream), isVoid: arena.u8From(events.isVoid) },
    arena.i32From(seq.view()),
    copied,
  );
  const out = { cusum: arena.f64(n), eventState: arena.u8(n), notice: arena.u8(n) };
  const options = optionsOf(bench);
  let closed = 0;
  return {
    run: () =>
      arena.scope(
        () =>
          (closed = runDetectors(own, inputs, options, detectorState(own, events.streams.length), out, 0, n).length),
      ),
    outputs: () => ({
      cusum: out.cusum.view().slice(),
      eventState: out.eventState.view().slice(),
      notice: out.notice.view().slice(),
      closed: [closed],
    }),
  };
}

function detectorsInReference(bench: Bench): ReferenceRunner {
  const { events } = bench.input;
  const { columns } = bench.wasm;
  const seq = bench.wasm.seq.view();
  const units = events.n;
  const [kl, friction, entropy, rho, tension] = (['kl', 'friction', 'entropy', 'rho', 'tension'] as const).map((name) =>
    columns[name].view(),
  );
  const { limits, warmup, referenceTo } = optionsOf(bench);
  const [cusum, eventState, notice] = [new Float64Array(units), new Uint8Array(units), new Uint8Array(units)];
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
            seq: seq[i],
            isVoid: events.isVoid[i] === 1,
            warming: i < referenceTo || seq[i] <= warmup[s],
            kl: kl[i],
            friction: friction[i],
            entropy: entropy[i],
            rho: rho[i],
            tension: tension[i],
          },
          episodes,
        );
        cusum[i] = step.cusum;
        eventState[i] = step.eventState;
        notice[i] = step.notice;
      }
    },
    outputs: () => ({ cusum, eventState, notice, closed: [episodes.filter((e) => e.resolved >= 0).length] }),
  };
}

const detectorColumns = (bench: Bench): Columns => {
  const { limits, warmup } = optionsOf(bench);
  return {
    limits: Float64Array.from(DETECTOR_LIMITS, (name) => limits[name]),
    warmup,
  };
};

/** Stream, seq, six signals, CUSUM, state, notice and pause. */
const DETECTOR_BYTES = 4 * 2 + 8 * 7 + 3;

const DETECTORS = {
  unit: 'event',
  varies: ['n'],
  native: native('detectors'),
  tolerances: { other: 1e-8 },
  inputs: detectorColumns,
  referenceImplementation: detectorsInReference,
  bytes: ({ events }) => events.n * DETECTOR_BYTES,
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
    bytes: ({ events, coordinates: { k } }) => events.n * (5 + 4 + 8 * 2 + 4 * k + 8 * STAGE_SIGNALS.length),
    wasm(bench) {
      let signals: Signals | null = null;
      let turn = 0;
      return {
        run: () => void (signals = bench.signals(turn++)),
        outputs: () => Object.fromEntries(STAGE_SIGNALS.map((name) => [name, signals![name].slice()])),
      };
    },
    referenceImplementation(bench) {
      const { referenceImplementation, units } = referenceOf(bench, 0);
      return {
        units,
        run: referenceImplementation.all,
        outputs: () => pick(referenceImplementation.columns, STAGE_SIGNALS),
      };
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
          eventState: decisions!.eventState.slice(),
          notice: decisions!.notice.slice(),
          closed: [decisions!.alerts.filter((a) => a.resolved !== null).length],
        }),
      };
    },
  },
  ...STAGE_IDS.map(stageCase),
  { ...DETECTORS, id: 'detectors', title: 'detectors', group: 'kernel', wasm: detectorsInWasm },
];
