import { describe, expect, it } from 'vitest';
import {
  countFeatures,
  EMBEDDER_DIMENSION,
  embed,
  embedBatch,
  featureCounts,
  fitIdf,
  idfOf,
  probeOf,
  referenceRows,
  type DocumentFrequencies,
} from './embedder.ts';
import { named, open, vectorsByRow } from './testing.ts';

const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);
const fitted = (texts: readonly string[]) => {
  const fit = fitIdf();
  texts.forEach((text) => fit.add(text));
  return fit.finish();
};
const words = ['refund', 'ticket', 'flight', 'delay', 'order', 'parcel', 'address', 'cancel', 'seat', 'bag'];
const sentence = (i: number) =>
  Array.from({ length: 8 }, (_, j) => words[(i * 7 + j * j * 3 + j * i) % words.length]).join(' ');
const corpus = Array.from({ length: 300 }, (_, i) => sentence(i));

describe('the built-in embedder', () => {
  it('gives unit vectors, near for like texts and apart for unlike ones', () => {
    const idf = fitted(corpus);
    const { vectors } = embedBatch(
      ['cancel my flight ticket', 'Cancel my flight tickets!', 'where is the parcel', '...'],
      Int32Array.of(0, 1, 2, 3),
      idf,
    );
    const row = (i: number) => vectors.subarray(i * EMBEDDER_DIMENSION, (i + 1) * EMBEDDER_DIMENSION);
    for (let i = 0; i < 4; i++) expect(cosine(row(i), row(i))).toBeCloseTo(1, 5);
    expect(cosine(row(0), row(1))).toBeGreaterThan(cosine(row(0), row(2)) + 0.3);
  });

  it('keeps the cosines of the weighted n-grams, up to the spread of a random projection', () => {
    const idf = fitted(corpus);
    const texts = Array.from({ length: 120 }, (_, i) => `${sentence(i)} ${i % 3 ? 'please' : 'thanks'} ${i}`);
    const { vectors } = embedBatch(texts, Int32Array.from(texts.keys()), idf);
    const exact = texts.map((text) => {
      const features = featureCounts();
      countFeatures(text, features);
      return new Map(
        Array.from(features.touched.subarray(0, features.size), (bucket) => [
          bucket,
          (1 + Math.log(features.counts[bucket])) * idf.weight[bucket],
        ]),
      );
    });
    const norm = (v: Map<number, number>) => Math.hypot(...v.values());
    let square = 0;
    let pairs = 0;
    for (let i = 0; i < texts.length; i++) {
      for (let j = 0; j < i; j++) {
        const dot = [...exact[i]].reduce((sum, [bucket, weight]) => sum + weight * (exact[j].get(bucket) ?? 0), 0);
        const projected = cosine(vectors.subarray(i * 64, i * 64 + 64), vectors.subarray(j * 64, j * 64 + 64));
        square += (projected - dot / (norm(exact[i]) * norm(exact[j]))) ** 2;
        pairs++;
      }
    }
    // The projected cosine of a cosine c has a standard deviation of (1 - c^2) / sqrt(64), at most 1/8.
    expect(Math.sqrt(square / pairs)).toBeLessThan(1 / 8);
  });

  it('embeds as it did from the document frequencies that a bundle holds, and has the same probe', async () => {
    const fit = fitIdf();
    corpus.forEach((text) => fit.add(text));
    const { documents, buckets, counts } = fit.frequencies();
    expect([documents, buckets.length]).toEqual([300, counts.length]);
    expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
    const idf = fit.finish();
    const again = idfOf(JSON.parse(JSON.stringify({ documents, buckets, counts })) as DocumentFrequencies);
    expect(again.documents).toBe(idf.documents);
    expect(Buffer.from(again.weight.buffer).equals(Buffer.from(idf.weight.buffer))).toBe(true);
    expect(await probeOf(again)).toBe(await probeOf(idf));
    expect(await probeOf(fitted(corpus.slice(0, 200)))).not.toBe(await probeOf(idf));
    // Of a version that embeds otherwise it would be another.
    expect(await probeOf(fitted(['a b', 'b c']))).toMatchInlineSnapshot(
      `"946188d885d66ca7d31ad8cc4b6c799669fa5208277bebca51fcea3c93acc843"`,
    );
  });

  it('does not change from one version to the next (the numbers of the first)', () => {
    const idf = fitted(['a b', 'b c']);
    const out = new Float32Array(64);
    embed('Größe 世界 b', idf, out, 0);
    expect(Array.from(out.subarray(0, 4))).toMatchInlineSnapshot(`
      [
        0.27669644355773926,
        -1.4637994914891516e-17,
        -0.03296183422207832,
        -4.391398639903577e-17,
      ]
    `);
  });

  it('weighs words by the reference period only, so that the future changes nothing', async () => {
    const ledger = (n: number, tail: string) =>
      named(
        'a.csv',
        ['event_id,agent_id,text']
          .concat(Array.from({ length: n }, (_, i) => `${i},a${i % 2},${i < 800 ? sentence(i) : tail}`))
          .join('\n'),
      );
    const [first, second] = [await open(ledger(1000, 'refund')), await open(ledger(1000, 'something new entirely'))];
    expect(first.report).toMatchObject({ embedder: 'built-in', dimension: 64, voidEvents: 0 });
    expect(first.report.notes.join()).toContain('the text was embedded by the built-in embedder');
    const [a, b] = [await vectorsByRow(first), await vectorsByRow(second)];
    for (let row = 0; row < 800; row++) expect(a.get(row)).toEqual(b.get(row));
    const out = new Float32Array(64);
    embed(sentence(700), fitted(corpus.slice(0, 200)), out, 0);
    expect(a.get(700)).toEqual(Array.from(out));
    expect(await vectorsByRow(first)).toEqual(a);
  });

  it('takes an event without text, or with blanks only, for a void event', async () => {
    const opened = await open(named('a.csv', 'event_id,agent_id,text\n1,a,hi\n2,a,\n3,a,"  "\n'));
    expect(Array.from(opened.columns.isVoid)).toEqual([0, 1, 1]);
    expect([...(await vectorsByRow(opened)).keys()]).toEqual([0]);
  });

  it('knows the reference rows of docs/methods.md', () => {
    expect([10, 199, 200, 999, 1500, 5000, 50_000].map((n) => referenceRows(n, 2000))).toEqual([
      10, 199, 200, 200, 300, 1000, 2000,
    ]);
  });
});
