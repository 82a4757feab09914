import { createDetector, type Detector } from '../detection/pipeline.ts';
import { SIGNAL_NAMES, type Signals } from '../detection/types.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { Outputs, Tolerances } from './compare.ts';
import type { BenchInput } from './input.ts';
import type { Columns } from './records.ts';
import { twinPipeline, type TwinPipeline } from './twinPipeline.ts';
import { wasmPipeline, type PipelineColumn, type WasmPipeline } from './wasmPipeline.ts';

/** One implementation of a case over the inputs at hand. */
export interface Runner {
  run(): void;
  /** Results of the last run. */
  outputs(): Outputs;
}

/** Something that is timed: a stage of the pipeline or one of its kernels. */
export interface Case {
  readonly id: string;
  readonly title: string;
  readonly group: 'stage' | 'kernel';
  /** Bytes of columns that a run reads and writes. */
  bytes(input: BenchInput): number;
  wasm(bench: Bench): Runner;
  twin(bench: Bench): Runner;
  /** Cases of the C side with what to call them besides the build. */
  readonly native: readonly { readonly id: string; readonly label: string }[];
  readonly tolerances: Tolerances;
}

/** Inputs of one size in all the forms that implementations want; made when first asked for. */
export class Bench {
  readonly kernels: KernelModule;
  readonly input: BenchInput;
  #wasm: WasmPipeline | null = null;
  #twin: TwinPipeline | null = null;
  #detector: Detector | null = null;

  constructor(kernels: KernelModule, input: BenchInput) {
    this.kernels = kernels;
    this.input = input;
  }

  /** The kernels one by one, all of them run once. */
  get wasm(): WasmPipeline {
    if (!this.#wasm) {
      this.#wasm = wasmPipeline(this.kernels, this.input);
      this.#wasm.all();
    }
    return this.#wasm;
  }

  get twin(): TwinPipeline {
    const { fixed, windowReference, columns } = this.wasm;
    this.#twin ??= twinPipeline(this.input, fixed, windowReference, { window: columns.window.view().slice(), residual: columns.residual.view().slice() });
    return this.#twin;
  }

  /** The pipeline as the app runs it, signals run once (which simulates the limits of SHIFT: later runs find them). */
  get detector(): Detector {
    if (!this.#detector) {
      const { events, coordinates, range, parameters } = this.input;
      this.#detector = createDetector(this.kernels);
      this.#detector.load(events, coordinates, range);
      this.#detector.runSignals(parameters);
    }
    return this.#detector;
  }

  /** What the C side reads. */
  nativeInputs(): Columns {
    const { events, coordinates, range, parameters: p } = this.input;
    const { columns, fixed, windowReference } = this.wasm;
    const numbers = {
      n: events.n, k: coordinates.k, streams: events.streams.length, referenceFrom: range.from, referenceTo: range.to, windowReference,
      lambdaFast: p.lambda_fast, lambdaSlow: p.lambda_slow, shrinkage: p.shrinkage, latencySize: p.lat_window, windowFactor: p.win_factor, windowMinimum: p.win_min,
      couplingLambda: p.lambda_slow, turns: 0, emdSize: p.emd_window, emdMinimum: p.emd_min, mewmaLambda: p.mewma_lambda,
    };
    return {
      ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Float64Array.of(value)])),
      x: coordinates.x, stream: events.stream, isVoid: events.isVoid, instantiation: events.instantiation, time: events.time, latency: events.latency,
      previous: fixed.previous, means: fixed.means, referenceRows: fixed.referenceRows, referenceCounts: fixed.referenceCounts,
      windowIn: columns.window.view(), residualIn: columns.residual.view(),
    };
  }
}

type Part = 'latency' | 'tracker' | 'coupling' | 'transport' | 'displacement';

/** A kernel of the signals stage by itself. */
function part(id: Part, title: string, names: readonly PipelineColumn[], floats: number, doubles: number, native: Case['native'] = [{ id, label: '' }]): Case {
  const read = (columns: Readonly<Record<PipelineColumn, ArrayLike<number>>>): Outputs => Object.fromEntries(names.map((name) => [name, columns[name]]));
  return {
    id, title, group: 'kernel', native, tolerances: PIPELINE_TOLERANCES,
    bytes: ({ events, coordinates: { k } }) => events.n * (5 + 4 * k * floats + 8 * doubles),
    wasm: ({ wasm }) => ({ run: wasm[id], outputs: () => Object.fromEntries(names.map((name) => [name, wasm.columns[name].view().slice()])) }),
    twin: ({ twin }) => ({ run: twin[id], outputs: () => read(twin.columns) }),
  };
}

/** Sums of the Earth Mover's Distance are taken in float32, and coordinates differ in float32 (wasm/transport.ts). */
const PIPELINE_TOLERANCES: Tolerances = { tension: 1e-6, shift: 1e-6, rho: 1e-6, other: 1e-8 };

const textbook = (id: string) => [{ id, label: '' }, { id: `${id}-textbook`, label: ', textbook' }];

export const CASES: readonly Case[] = [
  {
    id: 'signals', title: 'signals stage', group: 'stage', native: textbook('signals'), tolerances: PIPELINE_TOLERANCES,
    bytes: ({ events, coordinates: { k } }) => events.n * (5 + 4 + 8 * 2 + 4 * k + 8 * SIGNAL_NAMES.length),
    wasm({ detector, input }) {
      let signals: Signals | null = null;
      return {
        run: () => void (signals = detector.runSignals(input.parameters)),
        outputs: () => Object.fromEntries(SIGNAL_NAMES.map((name) => [name, signals![name].slice()])),
      };
    },
    twin: ({ twin }) => ({ run: twin.all, outputs: () => Object.fromEntries(SIGNAL_NAMES.map((name) => [name, twin.columns[name]])) }),
  },
  part('latency', 'latency and window', ['p95', 'window'], 0, 3),
  part('tracker', 'tracker', ['friction', 'trace', 'kl', 'boxCox', 'entropy'], 2, 6, textbook('tracker')),
  part('coupling', 'coupling', ['rho'], 1, 3),
  part('transport', 'tension and shift (EMD)', ['tension', 'shift'], 1, 2),
  part('displacement', 'displacement', ['mewma'], 1, 1),
];
