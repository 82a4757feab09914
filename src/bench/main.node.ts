import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadKernels } from '../kernels/load.node.ts';
import { Bench, CASES } from './cases.ts';
import { requireEqual } from './compare.ts';
import { benchInput } from './input.ts';
import { interleave, type Subject } from './interleave.ts';
import { compileNative, startNative, writeRecords } from './native.node.ts';

/** Shortest run that the clock is trusted with, and time for the rounds of one subject, ms. */
const SHORTEST = 20;
const BUDGET = 2000;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: CASES.map((c) => c.id).join(',') },
    sizes: { type: 'string', default: '50000x8,50000x64' },
    runs: { type: 'string', default: '9' },
    twin: { type: 'boolean', default: false },
  },
});
const out = resolve('build/bench');
await mkdir(out, { recursive: true });
const kernels = await loadKernels();
const compiled = await compileNative(out);
for (const note of compiled.notes) console.error(note);
const natives = compiled.builds.map(startNative);
for (const [n, k] of values.sizes.split(',').map((size) => size.split('x').map(Number))) {
  const bench = new Bench(kernels, await benchInput(kernels, n, k));
  const file = join(out, 'inputs.bin');
  await writeRecords(file, bench.nativeInputs());
  for (const native of natives) await native.open(file);
  for (const c of CASES.filter(({ id }) => values.cases.split(',').includes(id))) {
    const wasm = c.wasm(bench);
    const subjects: Subject[] = [{ name: 'wasm', least: 3, run: timed(wasm) }];
    wasm.run();
    const wanted = wasm.outputs();
    if (values.twin) {
      const twin = c.twin(bench);
      twin.run();
      requireEqual(c.title, 'twin', twin.outputs(), wanted, c.tolerances);
      subjects.push({ name: 'twin', least: 0, run: timed(twin) });
    }
    for (const native of natives) {
      for (const { id, label } of c.native) {
        await native.run(id, 1);
        requireEqual(c.title, native.name + label, await native.outputs(id), wanted, c.tolerances);
        subjects.push({ name: native.name + label, least: 3, run: (times) => native.run(id, times) });
      }
    }
    const timings = await interleave(subjects, { runs: Number(values.runs), shortest: SHORTEST, budget: BUDGET });
    const wasmMs = timings[0].ms;
    const row = timings.map(({ name, ms, fastest }) => `${name} ${((1e6 * ms) / n).toFixed(0)} ns (least ${((1e6 * fastest) / n).toFixed(0)}), wasm/it ${(wasmMs / ms).toFixed(2)}`);
    console.log(`n=${n} k=${k} ${c.title}: ${row.join('; ')}`);
  }
}
for (const native of natives) await native.close();

function timed(runner: { run(): void }): Subject['run'] {
  return (times) => {
    const start = performance.now();
    for (let i = 0; i < times; i++) runner.run();
    return performance.now() - start;
  };
}
