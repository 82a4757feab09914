import type { Scheduler } from '../../core/scheduler.ts';
import { fullEigenpairs } from '../../kernels/eigen.ts';
import type { KernelModule } from '../../kernels/module.ts';
import {
  CHANGE_CONVERSATIONS,
  CLIP_MESSAGE,
  information,
  type ChangeReference,
  type NewestConversations,
  type StreamReference,
} from './types.ts';

/** What the reference fixes of a channel of lasting change (docs/methods.md 14). */

/** Counted messages in the order of events. */
export interface FeatureBatch {
  readonly stream: ArrayLike<number>;
  /** Number of the conversation within the stream. */
  readonly conversation: ArrayLike<number>;
  /** One row of `axes` values a message; a value that is not finite is missing and stands for the stream's mean. */
  readonly features: ArrayLike<number>;
}

/** The reference's messages, gone through three times, so that a long reference need not be held. */
export type FeatureSource = () => Iterable<FeatureBatch> | AsyncIterable<FeatureBatch>;

export interface ReferenceShape {
  readonly axes: number;
  readonly streams: number;
  /** Messages that the identity counts for in the pooled covariance, n0. */
  readonly shrinkage: number;
  /** H, where it is known already. */
  readonly root?: Float64Array;
}

/** How much the prior of the two variances counts for, in degrees of freedom, and the share of conversations in it. */
const PRIOR_WEIGHT = 60;
const PRIOR_BETWEEN = 0.4;

export async function changeReference(
  kernels: KernelModule,
  source: FeatureSource,
  shape: ReferenceShape,
  scheduler: Scheduler,
): Promise<ChangeReference> {
  const { axes } = shape;
  const { means, messages } = await streamMeans(source, shape, scheduler);
  const root =
    shape.root ??
    (await inverseRoot(kernels, await covariance(source, means, messages, shape, scheduler), axes, scheduler));
  const sums = await conversationSums(source, means, root, shape, scheduler);
  const { within, between } = variances(sums, axes);
  return {
    axes,
    root,
    within,
    between,
    ...wanderIndex(sums, axes),
    streams: sums.map((stream, s) => ({
      messages: messages[s],
      conversations: stream.messages.length,
      mean: means.slice(s * axes, (s + 1) * axes),
      ...anchor(stream, within, between),
      newest: newestOf(stream, axes),
    })),
  };
}

/** z of one message: clip(H (f - m), +-3.5). `y` is scratch. */
export function standardise(
  features: ArrayLike<number>,
  at: number,
  mean: ArrayLike<number>,
  meanAt: number,
  root: Float64Array,
  y: Float64Array,
  z: Float64Array,
): void {
  const axes = z.length;
  for (let a = 0; a < axes; a++) {
    const value = features[at + a] - mean[meanAt + a];
    y[a] = Number.isFinite(value) ? value : 0;
  }
  // By rows of the symmetric root: no sum waits for its last term.
  z.fill(0);
  for (let b = 0; b < axes; b++) {
    const value = y[b];
    const row = b * axes;
    for (let a = 0; a < axes; a++) z[a] += root[row + a] * value;
  }
  for (let a = 0; a < axes; a++) z[a] = Math.max(-CLIP_MESSAGE, Math.min(CLIP_MESSAGE, z[a]));
}

async function streamMeans(
  source: FeatureSource,
  { axes, streams }: ReferenceShape,
  scheduler: Scheduler,
): Promise<{ means: Float64Array; messages: Int32Array }> {
  const means = new Float64Array(streams * axes);
  const present = new Int32Array(streams * axes);
  const messages = new Int32Array(streams);
  for await (const { stream, features } of source()) {
    for (let i = 0; i < stream.length; i++) {
      const at = stream[i] * axes;
      messages[stream[i]]++;
      for (let a = 0; a < axes; a++) {
        const value = features[i * axes + a];
        if (!Number.isFinite(value)) continue;
        means[at + a] += value;
        present[at + a]++;
      }
    }
    await scheduler.yieldIfDue(0.1);
  }
  for (let at = 0; at < means.length; at++) if (present[at] > 0) means[at] /= present[at];
  return { means, messages };
}

/** K = (sum y y' + n0 I) / (m + n0), pooled within streams. */
async function covariance(
  source: FeatureSource,
  means: Float64Array,
  messages: Int32Array,
  { axes, shrinkage }: ReferenceShape,
  scheduler: Scheduler,
): Promise<Float64Array> {
  const sum = new Float64Array(axes * axes);
  const y = new Float64Array(axes);
  for await (const { stream, features } of source()) {
    for (let i = 0; i < stream.length; i++) {
      for (let a = 0; a < axes; a++) {
        const value = features[i * axes + a] - means[stream[i] * axes + a];
        y[a] = Number.isFinite(value) ? value : 0;
      }
      for (let a = 0; a < axes; a++) {
        const own = y[a];
        const row = a * axes;
        for (let b = 0; b <= a; b++) sum[row + b] += own * y[b];
      }
    }
    await scheduler.yieldIfDue(0.4);
  }
  let degrees = shrinkage;
  for (const own of messages) degrees += Math.max(0, own - 1);
  for (let a = 0; a < axes; a++) {
    sum[a * axes + a] += shrinkage;
    for (let b = 0; b <= a; b++) sum[a * axes + b] = sum[b * axes + a] = sum[a * axes + b] / degrees;
  }
  return sum;
}

/** K^(-1/2), symmetric, so that axis a stays feature a. */
async function inverseRoot(
  kernels: KernelModule,
  matrix: Float64Array,
  axes: number,
  scheduler: Scheduler,
): Promise<Float64Array> {
  const own = kernels.fork();
  const { values, vectors } = await fullEigenpairs(own, own.arena.f64From(matrix), axes, axes, scheduler);
  const root = new Float64Array(axes * axes);
  for (let i = 0; i < axes; i++) {
    const scale = 1 / Math.sqrt(values[i]);
    const at = i * axes;
    for (let a = 0; a < axes; a++) {
      for (let b = 0; b <= a; b++) root[a * axes + b] += scale * vectors[at + a] * vectors[at + b];
    }
  }
  for (let a = 0; a < axes; a++) for (let b = 0; b < a; b++) root[b * axes + a] = root[a * axes + b];
  return root;
}

/** Conversations of a stream in order of first appearance. */
interface StreamSums {
  readonly conversation: number[];
  readonly messages: number[];
  /** Which of the stream's messages was its latest. */
  readonly latest: number[];
  /** Sums of z by conversation. */
  readonly sums: Float64Array[];
  /** Sum of z squared over all messages, by axis. */
  readonly squares: Float64Array;
}

async function conversationSums(
  source: FeatureSource,
  means: Float64Array,
  root: Float64Array,
  { axes, streams }: ReferenceShape,
  scheduler: Scheduler,
): Promise<StreamSums[]> {
  const all = Array.from({ length: streams }, () => ({
    conversation: [] as number[],
    messages: [] as number[],
    latest: [] as number[],
    sums: [] as Float64Array[],
    squares: new Float64Array(axes),
    place: new Map<number, number>(),
    counted: 0,
  }));
  const y = new Float64Array(axes);
  const z = new Float64Array(axes);
  for await (const { stream, conversation, features } of source()) {
    for (let i = 0; i < stream.length; i++) {
      const own = all[stream[i]];
      standardise(features, i * axes, means, stream[i] * axes, root, y, z);
      let j = own.place.get(conversation[i]);
      if (j === undefined) {
        own.place.set(conversation[i], (j = own.conversation.length));
        own.conversation.push(conversation[i]);
        own.messages.push(0);
        own.latest.push(0);
        own.sums.push(new Float64Array(axes));
      }
      own.messages[j]++;
      own.latest[j] = own.counted++;
      const sums = own.sums[j];
      for (let a = 0; a < axes; a++) {
        sums[a] += z[a];
        own.squares[a] += z[a] * z[a];
      }
    }
    await scheduler.yieldIfDue(0.9);
  }
  return all;
}

/** Variance of a message within a conversation, w, and of conversations, b, by axis. */
function variances(streams: readonly StreamSums[], axes: number): { within: Float64Array; between: Float64Array } {
  const inside = new Float64Array(axes);
  const among = new Float64Array(axes);
  let [insideDegrees, amongDegrees, effective] = [0, 0, 0];
  for (const { messages, sums, squares } of streams) {
    if (messages.length === 0) continue;
    const n = messages.reduce((sum, own) => sum + own, 0);
    insideDegrees += n - messages.length;
    amongDegrees += messages.length - 1;
    effective += n - messages.reduce((sum, own) => sum + own ** 2, 0) / n;
    for (let a = 0; a < axes; a++) {
      const ofMeans = sums.reduce((sum, own, j) => sum + own[a] ** 2 / messages[j], 0);
      const mean = sums.reduce((sum, own) => sum + own[a], 0) / n;
      inside[a] += Math.max(0, squares[a] - ofMeans);
      among[a] += sums.reduce((sum, own, j) => sum + messages[j] * (own[a] / messages[j] - mean) ** 2, 0);
    }
  }
  const within = inside.map((sum) => (sum + PRIOR_WEIGHT * (1 - PRIOR_BETWEEN)) / (insideDegrees + PRIOR_WEIGHT));
  const between = among.map((sum, a) =>
    effective > 0
      ? (amongDegrees * Math.max(0, (sum - amongDegrees * within[a]) / effective) + PRIOR_WEIGHT * PRIOR_BETWEEN) /
        (amongDegrees + PRIOR_WEIGHT)
      : PRIOR_BETWEEN,
  );
  return { within, between };
}

/** What the reference knows of a stream's mean: its information A_s, and the mean mu_s. */
function anchor(
  { messages, sums }: StreamSums,
  within: Float64Array,
  between: Float64Array,
): Pick<StreamReference, 'information' | 'centre'> {
  const total = new Float64Array(within.length);
  const centre = new Float64Array(within.length);
  sums.forEach((sum, j) => {
    for (let a = 0; a < total.length; a++) {
      const own = information(messages[j], within[a], between[a]);
      total[a] += own;
      centre[a] += (own * sum[a]) / messages[j];
    }
  });
  return { information: total, centre: centre.map((sum, a) => (total[a] > 0 ? sum / total[a] : 0)) };
}

/**
 * The wander index: how like a conversation is to the next and the one after, as a share of what conversations differ
 * by. Independent conversations give 0; topics that come in spells give more.
 */
function wanderIndex(streams: readonly StreamSums[], axes: number): Pick<ChangeReference, 'wander' | 'wanderKnown'> {
  const likeness = [0, 0];
  const scale = [0, 0];
  for (const { messages, sums } of streams) {
    const count = sums.length;
    if (count < 3) continue;
    const scores = sums.map((sum, j) => {
      const factor = Math.sqrt(messages[j] / (PRIOR_BETWEEN * messages[j] + 1 - PRIOR_BETWEEN)) / messages[j];
      return sum.map((value) => value * factor);
    });
    for (let a = 0; a < axes; a++) {
      const mean = scores.reduce((sum, own) => sum + own[a], 0) / count;
      for (const own of scores) own[a] -= mean;
    }
    const variance = scores.reduce((sum, own) => sum + product(own, own), 0) / (count - 1);
    for (const lag of [1, 2]) {
      if (count <= lag + 1) continue;
      let sum = ((count - lag) / count) * variance;
      for (let j = 0; j + lag < count; j++) sum += product(scores[j], scores[j + lag]);
      likeness[lag - 1] += sum;
      scale[lag - 1] += (count - lag) * variance;
    }
  }
  return {
    wander: likeness.reduce((sum, own, k) => sum + (scale[k] > 0 ? own / scale[k] : 0), 0),
    wanderKnown: scale.every((own) => own > 0),
  };
}

function product(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let a = 0; a < x.length; a++) sum += x[a] * y[a];
  return sum;
}

function newestOf({ conversation, messages, latest, sums }: StreamSums, axes: number): NewestConversations {
  const order = Array.from(latest.keys())
    .sort((p, q) => latest[p] - latest[q])
    .slice(-CHANGE_CONVERSATIONS);
  const rows = new Float64Array(order.length * axes);
  order.forEach((j, row) => rows.set(sums[j], row * axes));
  return {
    conversation: Int32Array.from(order, (j) => conversation[j]),
    messages: Int32Array.from(order, (j) => messages[j]),
    sums: rows,
  };
}
