import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latencyState, runLatency } from './kernel.ts';
import { testKernels } from '../../../kernels/testing.ts';
import { pieces } from '../../../kernels/testEvents.ts';
import { createLatencyState, dynamicWindow, latencyStep } from './referenceImplementation.ts';

const kernels = testKernels();
const fixture = JSON.parse(
  readFileSync(new URL('../../../kernels/fixtures/kernels.json', import.meta.url), 'utf8'),
) as {
  p95_nearest_rank: { values: number[]; p95: number }[];
};

function wasm(
  values: readonly number[],
  size: number,
  adaptive = true,
  cuts: readonly number[] = [],
): { p95: number[]; window: number[] } {
  const { arena } = kernels;
  return arena.scope(() => {
    const latency = arena.f64From(values);
    const out = { p95: arena.f64(values.length), window: arena.f64(values.length) };
    const state = latencyState(kernels, size);
    for (const [from, to] of pieces(values.length, cuts))
      runLatency(kernels, latency, { size, factor: 1.2, minimum: 120, adaptive }, state, out, from, to);
    return { p95: [...out.p95.view()], window: [...out.window.view()] };
  });
}

describe('latency kernel', () => {
  it('equals its reference implementation, ties and gaps included, however the run is cut', () => {
    const latencies = fc.array(
      fc.oneof(fc.constant(Number.NaN), fc.integer({ min: 0, max: 9 }), fc.double({ min: 0, max: 1e4, noNaN: true })),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(
        latencies,
        fc.constantFrom(1, 2, 16, 100),
        fc.boolean(),
        fc.array(fc.nat(300), { maxLength: 3 }),
        (values, size, adaptive, cuts) => {
          const state = createLatencyState();
          const p95 = values.map((value) => latencyStep(state, value, size));
          expect(wasm(values, size, adaptive, cuts)).toEqual({
            p95,
            window: p95.map((p) => (adaptive ? dynamicWindow(p, 1.2, 120) : 120)),
          });
        },
      ),
    );
  });

  it('gives the golden percentiles', () => {
    for (const { values, p95 } of fixture.p95_nearest_rank)
      expect(wasm(values, Math.max(256, values.length)).p95.at(-1)).toBe(p95);
  });

  it('gives 384 ms for a P95 of 320 ms', () => {
    expect(
      wasm(
        Array.from({ length: 100 }, () => 320),
        256,
      ).window.at(-1),
    ).toBe(384);
  });
});
