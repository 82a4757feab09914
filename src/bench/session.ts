import type { KernelModule } from '../kernels/module.ts';
import type { SignalPool } from '../workers/signalPool.ts';
import { Bench, type Case, type Runner, type ReferenceRunner } from './bench.ts';
import { CASES } from './cases/index.ts';
import { requireEqual, type Outputs } from './compare.ts';
import { benchInput } from './input.ts';

export type Side = 'wasm' | 'reference';

/** What came of running both sides of a case once. */
export interface Opened {
  /** SHA-256 of the results of the wasm: they are the same bits in every engine. */
  readonly digest: string;
  /**
   * Units that a run of the reference implementation does, milliseconds that it took, largest difference from the
   * wasm; null if there is no reference implementation.
   */
  readonly referenceImplementation: { readonly units: number; readonly ms: number; readonly difference: number } | null;
}

/** The cases of one engine over inputs of one size at a time: the same in Node and in a page. */
export class Session {
  readonly #kernels: KernelModule;
  #bench: Bench | null = null;
  readonly #poolOf: ((workers: number) => SignalPool) | null;
  #pool: { readonly bench: Bench; readonly pools: ReadonlyMap<number, SignalPool>; turn: number } | null = null;
  readonly #growth = new Map<number, { readonly bench: Bench; turn: number }>();
  #case: {
    readonly id: string;
    readonly wasm: Runner;
    readonly referenceImplementation: ReferenceRunner | null;
  } | null = null;

  /** @param poolOf makes the threads that share the signals, where there are such */
  constructor(kernels: KernelModule, poolOf: ((workers: number) => SignalPool) | null = null) {
    this.#kernels = kernels;
    this.#poolOf = poolOf;
  }

  get bench(): Bench {
    if (!this.#bench) throw new Error('prepare a size first');
    return this.#bench;
  }

  async prepare(n: number, k: number): Promise<void> {
    this.close();
    this.#bench = new Bench(this.#kernels, await benchInput(this.#kernels, n, k));
  }

  /** Makes both sides of a case, runs each once and compares them: throws `WrongResult` where they differ. */
  async open(id: string): Promise<Opened> {
    const c = caseNamed(id);
    const wasm = c.wasm(this.bench);
    const referenceImplementation = c.referenceImplementation(this.bench);
    wasm.run();
    this.#case = { id, wasm, referenceImplementation };
    const digest = await this.#digest();
    if (!referenceImplementation) return { digest, referenceImplementation: null };
    const ms = this.run('reference', 1);
    const { n } = this.bench.input.events;
    const fewer = c.unit === 'event' && referenceImplementation.units < n;
    const difference = requireEqual(
      `${c.title}, ${n} events`,
      'reference',
      this.outputs('reference'),
      this.outputs('wasm'),
      c.tolerances,
      fewer,
    );
    return { digest, referenceImplementation: { units: referenceImplementation.units, ms, difference } };
  }

  /** Milliseconds that `times` runs of the open case took. */
  run(side: Side, times: number): number {
    const runner = this.#runner(side);
    const start = performance.now();
    for (let i = 0; i < times; i++) runner.run();
    return performance.now() - start;
  }

  /** Results of the last run. */
  outputs(side: Side): Outputs {
    const { comparable } = caseNamed(this.#case!.id);
    const outputs = this.#runner(side).outputs();
    return comparable ? comparable(outputs) : outputs;
  }

  async #digest(): Promise<string> {
    const columns = Object.values(this.#runner('wasm').outputs()).map(
      (column) => new Uint8Array(Float64Array.from(column).buffer),
    );
    const all = new Uint8Array(columns.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const column of columns) {
      all.set(column, at);
      at += column.length;
    }
    return [...new Uint8Array(await crypto.subtle.digest('SHA-256', all))]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('');
  }

  /**
   * Makes inputs of several sizes at once and runs the signals stage of each, so that their costs can be compared run
   * by run.
   */
  async prepareGrowth(ns: readonly number[], k: number): Promise<void> {
    this.close();
    for (const n of ns) {
      const bench = new Bench(this.#kernels, await benchInput(this.#kernels, n, k));
      bench.signals(0);
      this.#growth.set(n, { bench, turn: 0 });
    }
  }

  /** Milliseconds of `times` runs of the signals stage over n events. */
  runGrowth(n: number, times: number): number {
    const held = this.#growth.get(n)!;
    const start = performance.now();
    for (let i = 0; i < times; i++) held.bench.signals(++held.turn);
    return performance.now() - start;
  }

  /**
   * The signals stage with each number of workers (0: without any), all of them started and run once: throws
   * `WrongResult` where their signals differ.
   */
  async preparePool(n: number, k: number, workers: readonly number[]): Promise<void> {
    this.close();
    const pools = new Map(workers.filter((count) => count > 0).map((count) => [count, this.#poolOf!(count)]));
    this.#pool = { bench: new Bench(this.#kernels, await benchInput(this.#kernels, n, k)), pools, turn: 0 };
    let first: Outputs | null = null;
    for (const count of workers) {
      this.#pool.turn = 0;
      await this.runPool(count);
      const { bench } = this.#pool;
      const outputs = { ...bench.detector.runSignals(bench.varied(1)) } as unknown as Outputs;
      const copies = Object.fromEntries(
        Object.entries(outputs)
          .filter(([, column]) => ArrayBuffer.isView(column))
          .map(([name, column]) => [name, Float64Array.from(column)]),
      );
      if (first) requireEqual(`signals stage, ${n} events`, `${count} workers`, copies, first, { other: 0 });
      else first = copies;
      bench.forget();
    }
  }

  /** Milliseconds of one run of the signals stage over so many workers. */
  async runPool(workers: number): Promise<number> {
    const measured = this.#pool!;
    const parameters = measured.bench.varied(++measured.turn);
    const pool = measured.pools.get(workers) ?? null;
    const start = performance.now();
    await measured.bench.detector.prepare(parameters, {
      signal: new AbortController().signal,
      onProgress: () => undefined,
      pool,
      poolThreshold: 0,
      onWorkerFailure: fail,
    });
    measured.bench.detector.runSignals(parameters);
    return performance.now() - start;
  }

  /** Forgets inputs and results, so that the next size has the memory. */
  close(): void {
    this.#bench = null;
    this.#case = null;
    this.#growth.clear();
    for (const pool of this.#pool?.pools.values() ?? []) pool.dispose();
    this.#pool = null;
  }

  #runner(side: Side): Runner {
    const runner = side === 'wasm' ? this.#case?.wasm : this.#case?.referenceImplementation;
    if (!runner) throw new Error(`no ${side} is open`);
    return runner;
  }
}

const fail = (problem: string): never => {
  throw new Error(`a signal worker failed: ${problem}`);
};

function caseNamed(id: string): Case {
  const found = CASES.find((c) => c.id === id);
  if (!found) throw new Error(`no case ${id}; there are ${CASES.map((c) => c.id).join(', ')}`);
  return found;
}
