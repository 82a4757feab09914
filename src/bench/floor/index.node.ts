import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fitProjection } from '../../analysis/projection.ts';
import { createDetector } from '../../detection/pipeline.ts';
import { SIGNAL_NAMES } from '../../detection/types.ts';
import { isChangeSignal } from '../../detection/changes.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { projectRows } from '../../kernels/project.ts';
import { Bench } from '../bench.ts';
import { CASES } from '../cases/index.ts';
import { requireEqual, WrongResult, type Outputs, type Tolerances } from '../compare.ts';
import { inMemory, type BenchInput } from '../input.ts';
import { interleave, type Subject } from '../interleave.ts';
import type { Floor } from '../model.ts';
import { writeRecords, type NativeProcess } from '../native.node.ts';
import { decodedLedger } from './decoded.node.ts';
import { nativeDuckdb, type Sums } from './duckdb.node.ts';

/**
 * Axes that the C fits itself agree to rounding, coordinates to that of float32, of which the signals are; a CUSUM adds
 * up to 2 h of them.
 */
const TOLERANCES: Tolerances = { cusum: 1e-3, other: 1e-4 };
/** Cases whose inputs the C of the whole pipeline reads. */
const READ_OF = ['project', 'detectors'];

/**
 * Times what native programs need for the ledger in `folder`, in turn: DuckDB for its files, the C and our kernels in
 * Node from its decoded columns on. Throws `WrongResult` where they find something else in it.
 */
export async function measureFloor(
  folder: string,
  natives: readonly NativeProcess[],
  kernels: KernelModule,
  { runs, scratch }: { readonly runs: number; readonly scratch: string },
  progress: (text: string) => void,
): Promise<Floor> {
  progress(`decoding ${folder}`);
  const { input, sums } = await decodedLedger(kernels, folder);
  const bench = new Bench(kernels, input);
  const ours = async () => pipelineInWasm(kernels, input);
  const wanted = await ours();
  if (natives.length > 0) {
    const file = join(scratch, 'decoded.bin');
    const cases = CASES.filter(({ id }) => READ_OF.includes(id));
    const inputs = [bench.inputs(), ...cases.map((c) => c.inputs?.(bench) ?? {})];
    await writeRecords(file, Object.assign({}, ...inputs) as Parameters<typeof writeRecords>[1]);
    for (const native of natives) {
      progress(`${native.name}: the pipeline over ${folder}`);
      await native.open(file);
      await native.run('pipeline', 1);
      requireEqual('the pipeline', native.name, await native.outputs('pipeline'), wanted, TOLERANCES);
    }
    await rm(file);
  }
  const database = await nativeDuckdb(folder);
  try {
    if (database) requireSameSums(await database.aggregate(), sums);
    progress('DuckDB, C and kernels in turn');
    const timed = async (run: () => Promise<unknown>, times: number): Promise<number> => {
      const start = performance.now();
      for (let i = 0; i < times; i++) await run();
      return performance.now() - start;
    };
    const subjects: Subject[] = [
      ...(database ? [{ name: 'DuckDB', least: runs, run: (times: number) => timed(database.aggregate, times) }] : []),
      ...natives.map((native) => ({
        name: native.name,
        least: runs,
        run: (times: number) => native.run('pipeline', times),
      })),
      { name: 'wasm', least: runs, run: (times: number) => timed(ours, times) },
    ];
    const timings = await interleave(subjects, { runs, shortest: 1, budget: Infinity });
    return {
      events: sums.events,
      dimension: input.dimension,
      k: input.coordinates.k,
      duckdb: database?.version ?? null,
      sides: timings.map(({ name: side, ms, fastest, rounds }) => ({ side, ms, fastest, rounds })),
    };
  } finally {
    database?.close();
  }
}

async function pipelineInWasm(kernels: KernelModule, input: BenchInput): Promise<Outputs> {
  const { events, range, embeddings, dimension, parameters } = input;
  const rows = { stream: events.stream, isVoid: events.isVoid };
  const source = inMemory(embeddings.subarray(0, range.to * dimension), dimension);
  const { projection } = await fitProjection(kernels, rows, source, range, parameters.k);
  const x = projectRows(kernels, projection, embeddings, events.n);
  const detector = createDetector(kernels);
  detector.load(events, { k: projection.k, x }, range);
  const signals = detector.runSignals(parameters);
  const { cusum, eventState, alerts } = detector.decide(parameters);
  const names = SIGNAL_NAMES.filter((name) => !isChangeSignal(name));
  return {
    ...Object.fromEntries(names.map((name) => [name, signals[name]])),
    cusum,
    eventState,
    closed: [alerts.filter(({ resolved }) => resolved !== null).length],
  };
}

/** Sums of float32 in another order differ in their last digits. */
function requireSameSums(got: Sums, wanted: Sums): void {
  const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
  if (got.events !== wanted.events || got.characters !== wanted.characters || !near(got.embedding, wanted.embedding))
    throw new WrongResult(
      `DuckDB finds ${JSON.stringify(got)} in the ledger, the app ${JSON.stringify(wanted)}. Nothing was timed.`,
    );
}
