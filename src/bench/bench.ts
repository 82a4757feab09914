import { PARAMETER_NAMES, type Parameters } from '../detection/parameters.ts';
import { createDetector, type Detector } from '../detection/pipeline.ts';
import { outputsOf } from '../detection/channels/stage.ts';
import { STAGE_IDS } from '../detection/channels/table.ts';
import type { Signals } from '../detection/types.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { Outputs, Tolerances } from './compare.ts';
import type { BenchInput } from './input.ts';
import type { Columns } from './records.ts';
import { wasmPipeline, type WasmPipeline } from './wasmPipeline.ts';

/** One implementation of a case over the inputs at hand. */
export interface Runner {
  run(): void;
  /** Results of the last run. */
  outputs(): Outputs;
}

/** The reference implementation takes hundreds of times as long, so it may take the first events only. */
export interface ReferenceRunner extends Runner {
  /** Of the case's `units`, how many a run does. With fewer its results are the first of all. */
  readonly units: number;
}

/** Something that is timed: a stage of the pipeline or one of its kernels. */
export interface Case {
  /** Also the name of its C. */
  readonly id: string;
  readonly title: string;
  readonly group: 'stage' | 'kernel';
  /** What the cost is given for: an event, or something whose size is in the title. */
  readonly unit: 'event' | 'run';
  /**
   * What its cost depends on; it is run at the sizes that differ in it, and at the one that all sizes have in common.
   */
  readonly varies: readonly ('n' | 'k')[];
  /** Bytes that a run reads and writes, of inputs and results; 0 where that says nothing. */
  bytes(input: BenchInput): number;
  wasm(bench: Bench): Runner;
  /** Null if it would take too long. */
  referenceImplementation(bench: Bench): ReferenceRunner | null;
  /** The C that it is compared with, and what to call it besides the build. */
  readonly native: readonly { readonly id: string; readonly label: string }[];
  /** Columns that the C reads besides those of `Bench.inputs`. */
  inputs?(bench: Bench): Columns;
  readonly tolerances: Tolerances;
  /** Puts results whose order means nothing in order. */
  comparable?(outputs: Outputs): Outputs;
}

/** Inputs of one size in all the forms that implementations want; made when first asked for. */
export class Bench {
  readonly kernels: KernelModule;
  readonly input: BenchInput;
  #wasm: WasmPipeline | null = null;
  #detector: Detector | null = null;

  constructor(kernels: KernelModule, input: BenchInput) {
    this.kernels = kernels;
    this.input = input;
  }

  /** The kernels of the signals stage one by one, all of them run once. */
  get wasm(): WasmPipeline {
    if (!this.#wasm) {
      this.#wasm = wasmPipeline(this.kernels, this.input);
      this.#wasm.all();
    }
    return this.#wasm;
  }

  /** The pipeline as the app runs it. */
  get detector(): Detector {
    if (!this.#detector) {
      const { events, coordinates, range } = this.input;
      this.#detector = createDetector(this.kernels);
      this.#detector.load(events, coordinates, range);
    }
    return this.#detector;
  }

  /**
   * All kernels of the signals stage, in the pipeline: parameters differ from run to run (from the first ones by next
   * to nothing), so that none finds its signals there.
   */
  signals(turn: number): Signals {
    return this.detector.runSignals(this.varied(turn));
  }

  varied(turn: number): Parameters {
    return varied(this.input.parameters, turn);
  }

  /** The next run finds no signals. */
  forget(): void {
    const { events, coordinates, range } = this.input;
    this.detector.load(events, coordinates, range);
  }

  /** What the C reads whatever the case. */
  inputs(): Columns {
    const { events, coordinates, range, parameters: p } = this.input;
    const { columns, reference, seq } = this.wasm;
    const windows = reference.windows(p.emd_window);
    const numbers = PARAMETER_NAMES.flatMap((name) => {
      const value = p[name];
      return typeof value === 'number' ? [[name, value] as const] : [];
    });
    const given = STAGE_IDS.flatMap(outputsOf).map((name) => [`${name}In`, columns[name].view()] as const);
    return {
      ...scalars({
        ...Object.fromEntries(numbers),
        n: events.n,
        k: coordinates.k,
        streams: events.streams.length,
        referenceFrom: range.from,
        referenceTo: range.to,
        windowReference: reference.windowReference,
        turns: 0,
      }),
      x: coordinates.x,
      stream: events.stream,
      isVoid: events.isVoid,
      instantiation: events.instantiation,
      time: events.time,
      latency: events.latency,
      seq: seq.view(),
      previous: columns.previous.view(),
      means: reference.means,
      referenceRows: windows.rows,
      referenceCounts: windows.counts,
      ...Object.fromEntries(given),
    };
  }
}

/** Numbers as columns of one. */
export const scalars = (values: Readonly<Record<string, number>>): Columns =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Float64Array.of(value)]));

/** The C of the same name, as it is. */
export const native = (id: string): Case['native'] => [{ id, label: '' }];

/** Sets of signals that the pipeline keeps. */
const KEPT = 2;

function varied(p: Parameters, turn: number): Parameters {
  const by = turn % (KEPT + 1);
  return {
    ...p,
    win_min: p.win_min * (1 + by * 1e-12),
    emd_min: p.emd_min - by,
  };
}
