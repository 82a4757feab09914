import { join } from 'node:path';
import type { Case } from './bench.ts';
import { requireEqual, WrongResult } from './compare.ts';
import { nodeEngine, type Engine } from './engine.node.ts';
import { interleave, type Subject } from './interleave.ts';
import type { GrowthPoint, Measurement, PoolMeasurement, Size } from './model.ts';
import { writeRecords, type NativeProcess } from './native.node.ts';
import type { Columns } from './records.ts';
import type { Session } from './session.ts';
import { median } from '../core/statistics.ts';

export interface Plan {
  readonly sizes: readonly Size[];
  /** The size that all cases are run at. */
  readonly base: Size;
  readonly cases: readonly Case[];
  readonly runs: number;
  /** Share of the usual time for the rounds. */
  readonly patience: number;
  /** Folder for the inputs of the C. */
  readonly folder: string;
}

/** Shortest run that the clock is trusted with, ms. */
const SHORTEST = 10;
/** Time for all rounds of one implementation, ms. */
const BUDGET: Readonly<Record<Case['group'], number>> = { stage: 3000, kernel: 700 };
/** Rounds of an implementation however slow. */
const LEAST = 3;

/** Cases that say something at a size. */
export function casesAt({ cases, base }: Pick<Plan, 'cases' | 'base'>, { n, k }: Size): Case[] {
  return cases.filter(({ varies }) => (n === base.n || varies.includes('n')) && (k === base.k || varies.includes('k')));
}

/**
 * Checks and times every case at every size in every engine, beside the C. Throws `WrongResult` before anything of a
 * wrong case is timed.
 * @param session Node's, also where Node is not among the engines: its wasm is what all others are compared with
 */
export async function measure(
  plan: Plan,
  session: Session,
  engines: readonly Engine[],
  natives: readonly NativeProcess[],
  progress: (text: string) => void,
): Promise<Measurement[]> {
  const found: Measurement[] = [];
  const node = engines.find(({ name }) => name === 'Node') ?? nodeEngine(session);
  const steps = plan.sizes.reduce((sum, size) => sum + casesAt(plan, size).length, 0);
  let step = 0;
  for (const size of plan.sizes) {
    const { n, k } = size;
    const cases = casesAt(plan, size);
    const sized = `${n.toLocaleString('en')} events, k = ${k}`;
    progress(`making ${sized}`);
    await session.prepare(n, k);
    if (natives.length > 0) {
      const inputs = [session.bench.inputs(), ...cases.map((c) => c.inputs?.(session.bench) ?? {})].reduce<Columns>(
        (all, columns) => ({ ...all, ...columns }),
        {},
      );
      const file = join(plan.folder, 'inputs.bin');
      await writeRecords(file, inputs);
      for (const native of natives) await native.open(file);
    }
    for (const engine of engines) if (engine !== node) await engine.prepare(n, k);
    for (const c of cases) {
      const what = `${c.title}, ${sized}`;
      progress(`[${++step}/${steps}] ${what}`);
      const reference = await node.open(c.id);
      const wanted = session.outputs('wasm');
      const units = c.unit === 'event' ? n : 1;
      const bytes = c.bytes(session.bench.input);
      const differences = new Map<string, number>();
      for (const native of natives) {
        for (const { id, label } of c.native) {
          await native.run(id, 1);
          const outputs = await native.outputs(id);
          differences.set(
            native.name + label,
            requireEqual(
              what,
              native.name + label,
              c.comparable ? c.comparable(outputs) : outputs,
              wanted,
              c.tolerances,
            ),
          );
        }
      }
      for (const engine of engines) {
        const { digest, referenceImplementation } = engine === node ? reference : await engine.open(c.id);
        if (digest !== reference.digest)
          throw new WrongResult(
            `${what}: the wasm gives other bits in ${engine.name} than in Node. Nothing was timed.`,
          );
        const subjects: Subject[] = [{ name: 'wasm', least: LEAST, run: (times) => engine.run('wasm', times) }];
        for (const native of natives) {
          // What a textbook says is timed once.
          const timed = c.native.filter(({ label }) => label === '' || engine === engines[0]);
          for (const { id, label } of timed)
            subjects.push({
              name: native.name + label,
              least: label === '' ? LEAST : 0,
              run: (times) => native.run(id, times),
            });
        }
        if (referenceImplementation)
          subjects.push({
            name: 'reference',
            least: 0,
            first: referenceImplementation.ms,
            run: (times) => engine.run('reference', times),
          });
        for (const { name, ...timing } of await interleave(subjects, {
          runs: plan.runs,
          shortest: SHORTEST,
          budget: plan.patience * BUDGET[c.group],
        })) {
          const isReference = name === 'reference';
          found.push({
            engine: engine.name,
            case: c.id,
            n,
            k,
            side: name,
            ...timing,
            units: isReference ? referenceImplementation!.units : units,
            bytes,
            difference: isReference ? referenceImplementation!.difference : (differences.get(name) ?? null),
          });
        }
      }
    }
    for (const engine of engines) if (engine !== node) await engine.release();
    session.close();
  }
  return found;
}

/** Rounds of `measureGrowth`; in each every size does as many events as the largest has. */
const GROWTH_ROUNDS = 3;

/** Cost of an event in the signals stage at all sizes, run in turn: A B C A B C ... over sizes. */
export async function measureGrowth(
  ns: readonly number[],
  k: number,
  engine: Engine,
  progress: (text: string) => void,
): Promise<GrowthPoint[]> {
  progress(`${engine.name}: signals stage, ${ns.map((n) => n.toLocaleString('en')).join(', ')} events in turn`);
  await engine.prepareGrowth(ns, k);
  const samples = new Map(ns.map((n) => [n, [] as number[]]));
  const most = Math.max(...ns);
  for (let round = 0; round < GROWTH_ROUNDS; round++) {
    for (const n of ns) {
      const times = Math.max(1, Math.round(most / n));
      samples.get(n)!.push((1e6 * (await engine.runGrowth(n, times))) / (times * n));
    }
  }
  await engine.release();
  return ns.map((n) => ({ engine: engine.name, n, k, ns: median(samples.get(n)!), rounds: GROWTH_ROUNDS }));
}

const POOL_WORKERS = [0, 1, 2];
const POOL_ROUNDS = 5;

/** Time of the signals stage by the number of workers that share it, run in turn. */
export async function measurePool(
  sizes: readonly Size[],
  engine: Engine,
  progress: (text: string) => void,
): Promise<PoolMeasurement[]> {
  const { pool } = engine;
  if (!pool) return [];
  const found: PoolMeasurement[] = [];
  for (const { n, k } of sizes) {
    progress(
      `${engine.name}: signals stage over ${POOL_WORKERS.join(', ')} workers, ` +
        `${n.toLocaleString('en')} events, k = ${k}`,
    );
    await pool.prepare(n, k, POOL_WORKERS);
    const samples = POOL_WORKERS.map((): number[] => []);
    for (let round = 0; round < POOL_ROUNDS; round++)
      for (const [i, workers] of POOL_WORKERS.entries()) samples[i].push(await pool.run(workers));
    found.push(
      ...POOL_WORKERS.map((workers, i) => ({
        engine: engine.name,
        n,
        k,
        workers,
        ms: median(samples[i]),
        rounds: POOL_ROUNDS,
      })),
    );
    await engine.release();
  }
  return found;
}
