import { openMulberry32 } from '../../core/random.ts';
import type { Scheduler } from '../../core/scheduler.ts';
import { nearestRank } from '../../core/statistics.ts';
import type { KernelModule } from '../../kernels/module.ts';
import type { ChangeChannel } from '../channels/table.ts';
import { openChange } from './machine.ts';
import { POWER, type ChannelPower } from './powerTypes.ts';
import { changeReference, type FeatureBatch } from './reference.ts';
import { CHANGE_SETTINGS, FEWEST_MESSAGES, type ChangeReference, type StreamReference } from './types.ts';

/** What size of change could have been found, by trying it on the ledger's own reference (docs/methods.md 15). */

/** The counted messages of a channel's reference, in the order of events, and what it goes by. */
export interface PowerInput {
  readonly channel: ChangeChannel;
  readonly axes: number;
  readonly streams: number;
  readonly stream: Int32Array;
  /** Number of the conversation within the stream. */
  readonly conversation: Int32Array;
  /** A row of `axes` a message. */
  readonly features: Float32Array;
  /** The limit in force and the wander of topics that it follows from. */
  readonly limit: number;
  readonly wander: number;
}

const SEED = 20_260_917;
/** Messages that all references together have: of a long one fewer are drawn, and it knows its means better. */
const DRAWN_MESSAGES = 250_000;
const FEWEST_REFERENCES = 8;
/** References that are drawn from one half of the conversations, with one H: the root is what takes long. */
const PER_HALF = 4;

/** Positions of the messages of each conversation, by stream. */
function conversationsByStream({ streams, stream, conversation }: PowerInput): number[][][] {
  const all = Array.from({ length: streams }, () => new Map<number, number[]>());
  for (let i = 0; i < stream.length; i++) {
    const own = all[stream[i]];
    const known = own.get(conversation[i]);
    if (known) known.push(i);
    else own.set(conversation[i], [i]);
  }
  return all.map((own) => [...own.values()]);
}

type Random = () => number;
const below = (random: Random, n: number): number => Math.min(n - 1, Math.floor(random() * n));

/** In two halves, drawn at random. */
function halves<T>(items: readonly T[], random: Random): readonly [T[], T[]] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = below(random, i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  const half = Math.ceil(order.length / 2);
  return [order.slice(0, half), order.slice(half)];
}

interface Resampled {
  /** Positions of messages. */
  readonly messages: number[];
  /** Which of the drawn conversations each is in. */
  readonly conversation: number[];
}

/** Whole conversations with replacement, the last one cut, until there are so many messages. */
function resample(conversations: readonly (readonly number[])[], length: number, random: Random): Resampled {
  const messages: number[] = [];
  const conversation: number[] = [];
  for (let drawn = 0; messages.length < length; drawn++)
    for (const i of conversations[below(random, conversations.length)].slice(0, length - messages.length)) {
      messages.push(i);
      conversation.push(drawn);
    }
  return { messages, conversation };
}

/** The smallest change of every stream that would have been found within 30 own messages in nine of ten cases. */
export async function changePower(
  kernels: KernelModule,
  input: PowerInput,
  scheduler: Scheduler,
): Promise<ChannelPower> {
  const { channel, axes, streams } = input;
  const random = openMulberry32(SEED);
  const conversations = conversationsByStream(input);
  const messages = conversations.map((own) => own.reduce((sum, { length }) => sum + length, 0));
  const longEnough = conversations.map(
    (own, s) => messages[s] >= FEWEST_MESSAGES && own.length >= POWER.fewestConversations,
  );
  const drawn = Math.max(
    FEWEST_REFERENCES,
    Math.min(POWER.draws, Math.floor(DRAWN_MESSAGES / Math.max(1, input.stream.length))),
  );
  const sizes = conversations.map((): number[] => []);
  const own = kernels.fork();
  // One instance for every fit: each takes its turn.
  const shared: KernelModule = { ...own, fork: () => own };
  const trial = openTrial(own, input);
  let split: (readonly [number[][], number[][]])[] = [];
  let root: Float64Array | undefined;
  for (let at = 0; at < drawn && longEnough.includes(true); at++) {
    if (at % PER_HALF === 0) {
      split = conversations.map((all, s) => (longEnough[s] ? halves(all, random) : ([all, all] as const)));
      root = undefined;
    }
    const resampled = split.map(([fitted], s) => resample(fitted, messages[s], random));
    const mark = own.arena.mark();
    const reference: ChangeReference = await changeReference(
      shared,
      () => resampled.map((one, s) => batchOf(input, one, s)),
      { axes, streams, shrinkage: CHANGE_SETTINGS[channel].shrinkage, root },
      scheduler,
    );
    own.arena.release(mark);
    ({ root } = reference);
    for (let draw = at; draw < POWER.draws; draw += drawn)
      for (let s = 0; s < streams; s++)
        if (longEnough[s])
          sizes[s].push(trial.smallest(reference, s, resample(split[s][1], POWER.within, random), random));
    await scheduler.yieldIfDue((at + 1) / drawn);
  }
  return {
    channel,
    changed: Math.min(POWER.changed, axes),
    streams: conversations.map((own, stream) => {
      const size = longEnough[stream] ? nearestRank(sizes[stream], POWER.share) : Infinity;
      return {
        stream,
        messages: messages[stream],
        conversations: own.length,
        size: Number.isFinite(size) ? size : null,
        tooShort: !longEnough[stream],
      };
    }),
  };
}

function batchOf({ axes, features }: PowerInput, { messages, conversation }: Resampled, stream: number): FeatureBatch {
  const own = new Float64Array(messages.length * axes);
  messages.forEach((i, row) => own.set(features.subarray(i * axes, (i + 1) * axes), row * axes));
  return { stream: new Int32Array(messages.length).fill(stream), conversation, features: own };
}

/** Tries changes of growing size on the messages after a reference. */
function openTrial(own: KernelModule, { channel, axes, features, limit, wander }: PowerInput) {
  const identity = new Float64Array(axes * axes);
  for (let a = 0; a < axes; a++) identity[a * axes + a] = 1;
  const zeros = new Float64Array(axes);
  const base = new Float64Array(POWER.within * axes);

  /** H y of the messages, not clipped: a change is added to it. */
  function standardised({ root, streams }: ChangeReference, stream: number, messages: readonly number[]): void {
    const { mean } = streams[stream];
    base.fill(0);
    messages.forEach((i, row) => {
      for (let b = 0; b < axes; b++) {
        const y = features[i * axes + b] - mean[b];
        if (!Number.isFinite(y)) continue;
        for (let a = 0; a < axes; a++) base[row * axes + a] += root[b * axes + a] * y;
      }
    });
  }

  function change(random: Random): Float64Array {
    const signs = new Float64Array(axes);
    for (const a of halves(Array.from(signs.keys()), random).flat().slice(0, POWER.changed))
      signs[a] = random() < 0.5 ? -1 : 1;
    return signs;
  }

  return {
    smallest(reference: ChangeReference, stream: number, after: Resampled, random: Random): number {
      standardised(reference, stream, after.messages);
      const signs = change(random);
      // What was H y is a feature now: H is the identity, and the conversations are new.
      const known: StreamReference = {
        ...reference.streams[stream],
        mean: zeros,
        newest: { conversation: new Int32Array(0), messages: new Int32Array(0), sums: new Float64Array(0) },
      };
      return own.arena.scope(() => {
        const machine = openChange(
          own,
          { ...reference, wander, root: identity, streams: [known] },
          CHANGE_SETTINGS[channel],
          limit,
        );
        const before = machine.state.view().slice();
        const values = own.arena.f64(base.length);
        const columns = {
          stream: own.arena.i32From(new Int32Array(POWER.within)),
          conversation: own.arena.i32From(after.conversation),
          features: values,
          statistic: own.arena.f64(POWER.within),
        };
        const found = (size: number): boolean => {
          machine.state.view().set(before);
          const view = values.view();
          for (let i = 0; i < base.length; i++) view[i] = base[i] + size * signs[i % axes];
          return machine.run(columns, 0, POWER.within).some(({ window }) => window !== null);
        };
        return bisect(found);
      });
    },
  };
}

/** The smallest size that is found, told to `precision`; Infinity where the largest is not. */
function bisect(found: (size: number) => boolean): number {
  if (!found(POWER.largest)) return Infinity;
  let [low, high]: [number, number] = [0, POWER.largest];
  while (high - low > POWER.precision) {
    const middle = (low + high) / 2;
    if (found(middle)) high = middle;
    else low = middle;
  }
  return high;
}
