import { describe, expect, it } from 'vitest';
import { boxMuller, openMulberry32 } from '../../core/random.ts';
import { Scheduler } from '../../core/scheduler.ts';
import { testKernels } from '../../kernels/testing.ts';
import { changeReference, type FeatureBatch } from './reference.ts';
import { CHANGE_SETTINGS, changeDegrees, changeEvidence, changeLimit, information } from './types.ts';

const kernels = testKernels();
const referenceOf = (batches: readonly FeatureBatch[], axes: number, streams: number, shrinkage = 100) =>
  changeReference(kernels, () => batches, { axes, streams, shrinkage }, new Scheduler('Reference of a test', {}));

/** Conversations of four messages; axis 1 is twice axis 0, and some noise. */
function talk(n: number, axes: number, streams: number) {
  const random = openMulberry32(n);
  const normal = (): number => boxMuller(random(), random());
  const stream = Int32Array.from({ length: n }, (_, i) => i % streams);
  const features = new Float64Array(n * axes);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < axes; a++)
      features[i * axes + a] = 10 * stream[i] + (a === 1 ? 2 * features[i * axes] + 0.1 * normal() : normal());
  }
  return { stream, conversation: Int32Array.from(stream, (_, i) => Math.floor(i / streams / 4)), features };
}

const cut = ({ stream, conversation, features }: ReturnType<typeof talk>, axes: number, at: number) => [
  {
    stream: stream.subarray(0, at),
    conversation: conversation.subarray(0, at),
    features: features.subarray(0, at * axes),
  },
  { stream: stream.subarray(at), conversation: conversation.subarray(at), features: features.subarray(at * axes) },
];

describe('the reference of lasting change', () => {
  it('is the same however its messages come', async () => {
    const all = talk(200, 3, 2);
    expect(await referenceOf(cut(all, 3, 71), 3, 2)).toEqual(await referenceOf([all], 3, 2));
  });

  it('whitens: H K H = 1, H symmetric', async () => {
    const all = talk(400, 4, 2);
    const { root, streams } = await referenceOf([all], 4, 2, 7);
    const k = new Float64Array(16);
    for (let i = 0; i < 400; i++) {
      for (let a = 0; a < 4; a++) {
        for (let b = 0; b < 4; b++) {
          const { mean } = streams[all.stream[i]];
          k[a * 4 + b] += (all.features[i * 4 + a] - mean[a]) * (all.features[i * 4 + b] - mean[b]);
        }
      }
    }
    for (let a = 0; a < 4; a++) k[a * 5] += 7;
    const times = (x: ArrayLike<number>, y: ArrayLike<number>) =>
      Float64Array.from({ length: 16 }, (_, at) =>
        [0, 1, 2, 3].reduce((sum, c) => sum + x[(at >> 2) * 4 + c] * y[c * 4 + (at & 3)], 0),
      );
    const one = times(times(root, k), root).map((value) => value / (400 - 2 + 7));
    for (let at = 0; at < 16; at++) {
      expect(one[at]).toBeCloseTo(at % 5 === 0 ? 1 : 0, 10);
      expect(root[at]).toBe(root[(at & 3) * 4 + (at >> 2)]);
    }
  });

  it('knows a stream by its conversations: 50 of 4 messages weigh less than 200 messages', async () => {
    const { streams, within, between, wander, wanderKnown } = await referenceOf([talk(400, 3, 2)], 3, 2);
    const [{ information: known, conversations, messages, newest }] = streams;
    expect([messages, conversations, newest.messages.length]).toEqual([200, 50, 50]);
    expect(known[0]).toBeCloseTo(50 * information(4, within[0], between[0]), 9);
    expect(known[0]).toBeLessThan(200 / within[0]);
    expect(wanderKnown).toBe(true);
    expect(Math.abs(wander)).toBeLessThan(0.1);
  });

  it('takes what is missing for the mean of the stream', async () => {
    const all = talk(100, 2, 1);
    const gaps = all.features.map((value, at) => (at % 7 === 3 ? NaN : value));
    const { streams } = await referenceOf([{ ...all, features: gaps }], 2, 1);
    const filled = gaps.map((value, at) => (Number.isNaN(value) ? streams[0].mean[at % 2] : value));
    const again = await referenceOf([{ ...all, features: filled }], 2, 1);
    again.streams[0].mean.forEach((value, a) => expect(value).toBeCloseTo(streams[0].mean[a], 12));
  });

  it('keeps the 256 conversations whose latest message is newest, oldest first', async () => {
    const talks = talk(1200, 1, 1);
    const { streams } = await referenceOf([{ ...talks, conversation: talks.conversation.map((j) => j % 299) }], 1, 1);
    const { conversation, messages } = streams[0].newest;
    expect(streams[0].conversations).toBe(299);
    // The first one speaks again at the end.
    expect([conversation.length, conversation[0], conversation[254], conversation[255]]).toEqual([256, 44, 298, 0]);
    expect([messages[254], messages[255]]).toEqual([4, 8]);
  });

  it.each([
    ['nothing varies', { stream: [0, 0, 0, 0, 0], conversation: [0, 1, 2, 3, 4], features: [2, 2, 2, 2, 2] }],
    ['too few conversations', { stream: [0, 0, 0], conversation: [0, 0, 1], features: [1, 2, 4] }],
    ['no messages', { stream: [], conversation: [], features: [] }],
  ])('says that topics cannot be told: %s', async (_, batch) => {
    const { wander, wanderKnown, within, between, streams } = await referenceOf([batch], 1, 2);
    expect([wander, wanderKnown]).toEqual([0, false]);
    expect([...within, ...between].every((value) => value > 0)).toBe(true);
    expect(streams.every(({ centre }) => Number.isFinite(centre[0]))).toBe(true);
    expect([streams[1].messages, streams[1].conversations]).toEqual([0, 0]);
  });

  it('raises the limit where topics wander', () => {
    expect([0.04, 0.041].map(changeDegrees)).toEqual([20, 7]);
    expect(changeLimit(-0.3, 10_000)).toBe(Math.log(10_000));
    expect(changeLimit(0.12, 2000)).toBeCloseTo(Math.log(2000) + 1.6, 12);
  });
});

describe('evidence of lasting change', () => {
  it('names the axes that moved, with sign and size', () => {
    const window = {
      sum: Float64Array.of(12, -6, 0.5, 0),
      information: Float64Array.of(10, 10, 10, 0),
      sumBefore: Float64Array.of(0, 0, 5, 0),
      informationBefore: Float64Array.of(20, 20, 20, 0),
    };
    const { weight, size } = changeEvidence(
      window,
      { information: new Float64Array(4).fill(80) },
      CHANGE_SETTINGS.style,
      20,
    );
    expect([...size].map((value) => Number(value.toFixed(3)))).toEqual([1.2, -0.6, 0, 0]);
    expect(weight[0]).toBeGreaterThan(weight[1]);
    expect(weight[1]).toBeGreaterThan(0);
    expect(weight[2]).toBeLessThan(0);
    expect(weight[3]).toBe(0);
  });
});
