import { standardise } from './reference.ts';
import {
  CHANGE_CONVERSATIONS,
  CHANGE_REARM,
  CHANGE_WEIGHTS,
  CHANGE_WINDOWS,
  changeDegrees,
  changeEvidence,
  CLIP_CONVERSATION,
  FEWEST_MESSAGES,
  information,
  type ChangeAlert,
  type ChangeReference,
  type ChangeSettings,
  type ChangeWindow,
} from './types.ts';

/** The machine of lasting change in plain TypeScript, straight from docs/methods.md 14: the kernel's test oracle. */

export interface ChangeRun {
  /** S of every event; NaN = none. */
  readonly statistic: Float64Array;
  /** The same with every window against all before it, whatever alert is open. */
  readonly rolling: Float64Array;
  readonly alerts: readonly ChangeAlert[];
  /** By alert: its heaviest window when it fired. */
  readonly windows: readonly ChangeWindow[];
}

interface Stream {
  readonly conversations: Map<number, { messages: number; sum: Float64Array }>;
  /** U, I and the event after every counted message since the reference, from their start at 0. */
  readonly path: { readonly sum: Float64Array; readonly information: Float64Array; readonly event: number }[];
  /** The open alert, and what was before its heaviest window. */
  open: { alert: ChangeAlert; index: number; before: Stream['path'][number] } | null;
}

/** Events after the reference. @param conversation -1 = not counted @param origin position of the first event */
export function changeRunReference(
  reference: ChangeReference,
  settings: ChangeSettings,
  limit: number,
  events: {
    readonly stream: ArrayLike<number>;
    readonly conversation: ArrayLike<number>;
    readonly features: ArrayLike<number>;
  },
  origin = 0,
): ChangeRun {
  const { axes, root, within, between } = reference;
  const degrees = changeDegrees(reference.wander);
  const n = events.stream.length;
  const run = { statistic: new Float64Array(n).fill(NaN), rolling: new Float64Array(n).fill(NaN) };
  const alerts: ChangeAlert[] = [];
  const windows: ChangeWindow[] = [];
  const streams = reference.streams.map((of) => openStream(of.newest, axes));
  const [y, z] = [new Float64Array(axes), new Float64Array(axes)];

  for (let i = 0; i < n; i++) {
    const s = events.stream[i];
    const of = reference.streams[s];
    if (events.conversation[i] < 0 || of.messages < FEWEST_MESSAGES) continue;
    const stream = streams[s];
    standardise(events.features, i * axes, of.mean, 0, root, y, z);

    const key = events.conversation[i];
    const spoken = stream.conversations.get(key) ?? { messages: 0, sum: new Float64Array(axes) };
    stream.conversations.delete(key);
    stream.conversations.set(key, spoken);
    if (stream.conversations.size > CHANGE_CONVERSATIONS)
      stream.conversations.delete(stream.conversations.keys().next().value!);
    const last = stream.path[stream.path.length - 1];
    const now = { sum: last.sum.slice(), information: last.information.slice(), event: origin + i };
    const share = (a: number): readonly [u: number, i: number] => {
      const own = information(spoken.messages, within[a], between[a]);
      if (own === 0) return [0, 0];
      const score = (spoken.sum[a] / spoken.messages - of.centre[a]) * Math.sqrt(own);
      return [Math.max(-CLIP_CONVERSATION, Math.min(CLIP_CONVERSATION, score)) * Math.sqrt(own), own];
    };
    const before = z.map((_, a) => share(a)[0]);
    const known = z.map((_, a) => share(a)[1]);
    spoken.messages++;
    for (let a = 0; a < axes; a++) spoken.sum[a] += z[a];
    for (let a = 0; a < axes; a++) {
      const [u, own] = share(a);
      now.sum[a] += u - before[a];
      now.information[a] += own - known[a];
    }
    stream.path.push(now);

    const from = CHANGE_WINDOWS.map((g) => Math.max(0, stream.path.length - 1 - g));
    const pairs = from.map((start) => windowOf(now, stream.path[start], stream.open?.before));
    const logs = pairs.map((pair, g) => weightOf(pair, g, of));
    const s_ = logSumExp(logs);
    run.statistic[i] = s_;
    run.rolling[i] = stream.open
      ? logSumExp(from.map((start, g) => weightOf(windowOf(now, stream.path[start]), g, of)))
      : s_;
    if (stream.open) {
      const { index, alert } = stream.open;
      alerts[index] = stream.open.alert = { ...alert, peak: Math.max(alert.peak, s_) };
      if (s_ < CHANGE_REARM * limit) {
        alerts[index] = { ...alerts[index], cleared: origin + i };
        stream.open = null;
      }
    } else if (s_ > limit) {
      const heaviest = logs.reduce((best, own, g) => (own >= logs[best] ? g : best), 0);
      const onset = stream.path[from[heaviest] + 1].event;
      const alert = { stream: s, onset, fired: origin + i, cleared: null, peak: s_ };
      stream.open = { alert, index: alerts.push(alert) - 1, before: stream.path[from[heaviest]] };
      windows.push(pairs[heaviest]);
    }
  }
  return { ...run, alerts, windows };

  function weightOf(pair: ChangeWindow, g: number, of: ChangeReference['streams'][number]): number {
    return changeEvidence(pair, of, settings, degrees).weight.reduce(
      (sum, own) => sum + own,
      Math.log(CHANGE_WEIGHTS[g]),
    );
  }
}

function openStream({ conversation, messages, sums }: ChangeReference['streams'][number]['newest'], axes: number) {
  const zero = { sum: new Float64Array(axes), information: new Float64Array(axes), event: -1 };
  const stream: Stream = { conversations: new Map(), path: [zero], open: null };
  conversation.forEach((key, row) =>
    stream.conversations.set(key, {
      messages: messages[row],
      sum: sums.slice(row * axes, (row + 1) * axes),
    }),
  );
  return stream;
}

type Point = Pick<Stream['path'][number], 'sum' | 'information'>;

const windowOf = (now: Point, lo: Point, before: Point = lo): ChangeWindow => ({
  sum: now.sum.map((value, a) => value - lo.sum[a]),
  information: now.information.map((value, a) => value - lo.information[a]),
  sumBefore: before.sum.slice(),
  informationBefore: before.information.slice(),
});

function logSumExp(values: readonly number[]): number {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}
