import { describe, expect, test } from 'vitest';
import { piecesOf, replicatesOf } from './blocks.ts';
import { inStreams } from './testing.ts';

/** Two streams of 600 values that speak in turn, in conversations of so many values of each. */
function conversations(length: number) {
  const series = inStreams(new Float64Array(1200), 2);
  return { ...series, thread: series.event.map((event) => Math.floor(event / (2 * length))) };
}

describe('blocks of the bootstrap', () => {
  test('are whole conversations, short ones together', () => {
    const spans = (length: number) => piecesOf(conversations(length))?.spans.slice(0, 4);
    expect(spans(100)).toEqual(Int32Array.of(0, 100, 100, 100));
    expect(spans(20)).toEqual(Int32Array.of(0, 60, 60, 60));
    expect(piecesOf(conversations(100))!.starts).toEqual(Int32Array.of(0, 6, 12));
  });

  test('move where there are too few conversations, or none', () => {
    expect(piecesOf(conversations(250))).toBeNull();
    expect(piecesOf(inStreams(new Float64Array(1200), 2))).toBeNull();
    // One stream has them, the other has not.
    const half = conversations(100);
    const pieces = piecesOf({ ...half, thread: half.thread.map((thread, i) => (i < 600 ? thread : -1)) })!;
    expect(pieces.starts).toEqual(Int32Array.of(0, 6, 606));
    expect(pieces.spans.slice(-2)).toEqual(Int32Array.of(599, 50));
  });

  test.each([
    ['conversations', conversations(50)],
    ['slices of time', inStreams(new Float64Array(1200), 2)],
  ])('are drawn for all streams at once: %s', (_, series) => {
    const replicates = replicatesOf(series, 5, 1);
    for (const { spans, starts } of replicates) {
      expect(starts).toEqual(Int32Array.of(0, 12, 24));
      expect(spans.slice(24)).toEqual(spans.slice(0, 24));
    }
    expect(replicates[0].spans).not.toEqual(replicates[1].spans);
    expect(replicatesOf(series, 2, 1)).toEqual(replicates.slice(0, 2));
  });

  test('are not drawn from what is too short', () => {
    expect(replicatesOf(inStreams(new Float64Array(3), 1), 5, 1)).toEqual([]);
    expect(replicatesOf(inStreams(new Float64Array(0), 2), 5, 1)).toEqual([]);
  });
});
