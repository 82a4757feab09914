import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { downsample, type DownsampleRequest } from './downsample.ts';
import { testKernels } from './testing.ts';
import { downsample as reference } from './reference/downsample.ts';

const kernels = testKernels();
const value = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(NaN) },
);

const requests: fc.Arbitrary<DownsampleRequest> = fc
  .tuple(
    fc.array(
      fc.record({
        step: fc.double({ min: 0, max: 50, noNaN: true }),
        y: value,
        stream: fc.integer({ min: -1, max: 3 }),
      }),
      { maxLength: 200 },
    ),
    fc.boolean(),
    fc.integer({ min: 1, max: 40 }),
    fc.nat(200),
    fc.nat(200),
    fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }),
  )
  .map(([events, timed, buckets, p, q, streams]) => {
    let x = 0;
    const from = Math.min(p, q, events.length);
    return {
      x: timed ? Float64Array.from(events, ({ step }) => (x += step)) : null,
      y: Float64Array.from(events, (event) => event.y),
      stream: Int32Array.from(events, (event) => event.stream),
      from,
      to: Math.max(from, Math.min(Math.max(p, q), events.length)),
      buckets,
      streams,
    };
  });

describe('downsample', () => {
  it('agrees with its reference implementation to the bit', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(downsample(kernels, request)).toEqual(reference(request));
      }),
      { numRuns: 400 },
    );
    expect(kernels.arena.used).toBe(0);
  });

  it('reads what lies in the kernels’ memory where it lies, even when that memory grows for it', () => {
    const own = kernels.fork();
    const { arena } = own;
    const n = 200_000;
    const y = arena.f64From(Float64Array.from({ length: n }, (_, i) => Math.sin(i)));
    const stream = arena.i32From(Int32Array.from({ length: n }, (_, i) => i % 3));
    const of = (from: number, buckets: number) => ({
      x: null,
      y: y.view(),
      stream: stream.view(),
      from,
      to: n - 5,
      buckets,
      streams: [0, 2],
    });
    const expected = reference({ ...of(7, 40), y: y.view().slice(), stream: stream.view().slice() });
    expect(downsample(own, of(7, 40))).toEqual(expected);
    const before = y.view();
    expect(downsample(own, of(0, 400_000)).map((points) => points.length / 2)).toEqual([66_665, 66_665]);
    expect(before.length).toBe(0);
    expect(downsample(own, of(7, 40))).toEqual(expected);
  });

  it('keeps the extremes and the ends of every stream, in x order, with at most 2 points a bucket', () => {
    fc.assert(
      fc.property(requests, (request) => {
        downsample(kernels, request).forEach((points, slot) => {
          const { x, y, stream, from, to, buckets, streams } = request;
          const own = Array.from({ length: to - from }, (_, i) => from + i).filter((i) => stream[i] === streams[slot]);
          const present = own.filter((i) => !Number.isNaN(y[i]));
          const xs = [...points].filter((_, i) => i % 2 === 0);
          const ys = [...points].filter((_, i) => i % 2 === 1);
          expect(xs.length).toBeLessThanOrEqual(2 * buckets + 2);
          expect(xs).toEqual(xs.toSorted((a, b) => a - b));
          if (present.length > 0) {
            const finite = ys.filter((value) => !Number.isNaN(value));
            expect(Math.min(...finite)).toBe(Math.min(...present.map((i) => y[i])));
            expect(Math.max(...finite)).toBe(Math.max(...present.map((i) => y[i])));
          }
          if (own.length > 0) {
            expect([xs[0], ys[0]]).toEqual([x ? x[own[0]] : own[0], y[own[0]]]);
            expect(ys.at(-1)).toBe(y[own.at(-1)!]);
          }
          for (let i = 1; i < ys.length; i++) expect(Number.isNaN(ys[i]) && Number.isNaN(ys[i - 1])).toBe(false);
        });
      }),
    );
  });

  it('changes nothing when run on its own output', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 2, maxLength: 300 }),
        fc.integer({ min: 1, max: 30 }),
        (y, buckets) => {
          const stream = new Int32Array(y.length);
          const [once] = downsample(kernels, {
            x: null,
            y: Float64Array.from(y),
            stream,
            from: 0,
            to: y.length,
            buckets,
            streams: [0],
          });
          const x = once.filter((_, i) => i % 2 === 0);
          const [twice] = downsample(kernels, {
            x,
            y: once.filter((_, i) => i % 2 === 1),
            stream: new Int32Array(x.length),
            from: 0,
            to: x.length,
            buckets,
            streams: [0],
          });
          expect(twice).toEqual(once);
        },
      ),
    );
  });
});

describe('downsample at its limits', () => {
  it('keeps every event, gaps in a row as one, where there are no more than two a bucket', () => {
    const y = Float64Array.of(1, 2, NaN, NaN, 5, NaN, 7);
    const [points] = downsample(kernels, {
      x: null,
      y,
      stream: new Int32Array(7),
      from: 0,
      to: 7,
      buckets: 6,
      streams: [0],
    });
    expect([...points]).toEqual([0, 1, 1, 2, 2, NaN, 4, 5, 5, NaN, 6, 7]);
  });

  it('does not let scattered gaps break a dense line, but shows a gap that fills a bucket', () => {
    const y = Float64Array.from({ length: 1000 }, (_, i) => (i % 7 === 3 || (i >= 400 && i < 600) ? NaN : Math.sin(i)));
    const [points] = downsample(kernels, {
      x: null,
      y,
      stream: new Int32Array(1000),
      from: 0,
      to: 1000,
      buckets: 20,
      streams: [0],
    });
    expect([...points].filter(Number.isNaN).length).toBe(1);
  });

  it('never writes beyond its room, whatever x is', () => {
    const n = 5000;
    const x = Float64Array.from({ length: n }, (_, i) => (i % 3 === 0 ? NaN : Math.cos(i) * 100));
    const y = Float64Array.from(x.keys());
    const [points] = downsample(kernels, {
      x,
      y,
      stream: new Int32Array(n),
      from: 0,
      to: n,
      buckets: 10,
      streams: [0],
    });
    expect(points.length).toBeLessThanOrEqual(2 * 22);
  });

  it('refuses lengths and ranges that do not fit', () => {
    const good = {
      x: null,
      y: new Float64Array(4),
      stream: new Int32Array(4),
      from: 0,
      to: 4,
      buckets: 3,
      streams: [0],
    };
    expect(() => downsample(kernels, { ...good, stream: new Int32Array(3) })).toThrow('stream has 3 elements');
    expect(() => downsample(kernels, { ...good, to: 5 })).toThrow('events up to 5 of 4');
    expect(() => downsample(kernels, { ...good, from: 3, to: 2 })).toThrow('to is 2');
    expect(() => downsample(kernels, { ...good, buckets: 0 })).toThrow('buckets');
    expect(() => downsample(kernels, { ...good, streams: [1, 1] })).toThrow('asked for twice');
  });
});
