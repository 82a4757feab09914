import type { IndexRange } from '../../core/columns.ts';
import { TautlineFailure } from '../../core/errors.ts';
import type { EventIndex, Seq, StreamIndex } from '../../core/units.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { fromBase64, toBase64 } from '../base64.ts';
import { elsewhere, type ChangeSignal, type FittedReference } from '../changes.ts';
import { CHANGE_CHANNELS, type ChangeChannel } from '../channels/table.ts';
import { behaviourFeatures, type EventValues } from './behaviour.ts';
import { openConversations, type StreamConversations } from './conversations.ts';
import { openChange } from './machine.ts';
import { countsForStyle } from './style.ts';
import { styleFeatures } from './styleKernel.ts';
import { CHANGE_SETTINGS, CHANGE_WINDOWS, changeLimit, type Onset } from './types.ts';

/** What the channels take of an event. */
export interface ChangeEvent {
  readonly index: EventIndex;
  readonly stream: StreamIndex;
  readonly seq: Seq;
  readonly thread: string | null;
  readonly text: string | null;
  readonly role: string | null;
  /** On all axes of the baseline's projection; null is a void event. */
  readonly coordinates: Float32Array | null;
  /** Columns of the ledger by name. */
  readonly values: Readonly<Record<string, number | string | null>>;
}

export interface ChangeStreamOptions {
  /** For the streams at hand; null of a channel that is out of action. */
  readonly references: Readonly<Record<ChangeChannel, FittedReference | null>>;
  readonly streams: number;
  readonly cut: number;
  readonly budget: number;
  /** Where the reference lies in the events; empty where it lies elsewhere. */
  readonly range: IndexRange;
  /** Threads that are remembered, those spoken in last. */
  readonly mostThreads: number;
}

/** What a channel has to remember: plain JSON. */
interface ChannelState {
  /** The machine's, base64. */
  readonly machine: string;
  readonly conversations: readonly StreamConversations[];
  /** By stream: the newest counted events and their numbers. */
  readonly newest: readonly (readonly Onset[])[];
}
export interface ChangeState {
  /** Threads by their codes, in the order of their newest events. */
  readonly threads: readonly string[];
  readonly channels: Readonly<Partial<Record<ChangeChannel, ChannelState>>>;
}

/** The channels of lasting change one event at a time, with the result of the batch over the same events. */
export interface ChangeStream {
  push(event: ChangeEvent): Readonly<Record<ChangeSignal, number>>;
  /** Where the change began that fired at the event that was pushed last. */
  onset(channel: ChangeChannel): Onset | undefined;
  save(): ChangeState;
  restore(state: ChangeState): void;
}

/** As many counted events as the longest window reaches back. */
const REACH = CHANGE_WINDOWS[CHANGE_WINDOWS.length - 1] + 1;

export function openChangeStream(kernels: KernelModule, options: ChangeStreamOptions): ChangeStream {
  /** Codes of threads, that of the newest event last. */
  const codes = new Map<string, number>();
  let next = 0;
  const channels = CHANGE_CHANNELS.flatMap((id) => {
    const reference = options.references[id];
    if (!reference) return [];
    const isElsewhere = options.range.from === options.range.to;
    return [openChannel(kernels, id, isElsewhere ? elsewhere(reference) : reference, options)];
  });
  const threadOf = (thread: string | null): number => {
    if (thread === null) return -1;
    const code = codes.get(thread) ?? next++;
    codes.delete(thread);
    codes.set(thread, code);
    if (codes.size > options.mostThreads) {
      const [oldest, gone] = codes.entries().next().value!;
      codes.delete(oldest);
      for (const channel of channels) channel.forget(gone);
    }
    return code;
  };
  return {
    push(event) {
      const thread = threadOf(event.thread);
      const signals: Record<ChangeSignal, number> = { style: Number.NaN, meaning: Number.NaN, behaviour: Number.NaN };
      for (const channel of channels) signals[channel.id] = channel.push(event, thread);
      return signals;
    },
    onset: (id) => channels.find((channel) => channel.id === id)?.onset(),
    save() {
      const places = new Map([...codes.values()].map((code, i) => [code, i]));
      const codeOf = (thread: number): number => places.get(thread)!;
      return {
        threads: [...codes.keys()],
        channels: Object.fromEntries(channels.map((channel) => [channel.id, channel.save(codeOf)])),
      };
    },
    restore(state) {
      state.threads.forEach((thread, code) => codes.set(thread, code));
      next = state.threads.length;
      for (const channel of channels) {
        const saved = state.channels[channel.id];
        if (saved) channel.restore(saved);
      }
    },
  };
}

interface ChannelStream {
  readonly id: ChangeChannel;
  push(event: ChangeEvent, thread: number): number;
  onset(): Onset | undefined;
  forget(thread: number): void;
  save(codeOf: (thread: number) => number): ChannelState;
  restore(state: ChannelState): void;
}

function openChannel(
  kernels: KernelModule,
  id: ChangeChannel,
  reference: FittedReference,
  { streams, cut, budget, range }: ChangeStreamOptions,
): ChannelStream {
  const own = kernels.fork();
  const { axes } = reference;
  const machine = openChange(own, reference, CHANGE_SETTINGS[id], changeLimit(reference.wander, budget));
  const { arena } = own;
  const columns = {
    stream: arena.i32(1),
    conversation: arena.i32(1),
    features: arena.f32(axes),
    statistic: arena.f64(1),
  };
  const rule = { cut, inBlocks: reference.inBlocks };
  let conversations = openConversations(rule);
  let newest: Onset[][] = Array.from({ length: streams }, () => []);
  let began: Onset | undefined;
  return {
    id,
    push(event, thread) {
      began = undefined;
      const out = columns.features.view();
      if (!FILL[id](own, event, reference, out)) return Number.NaN;
      const conversation = conversations.next(event.stream, thread);
      if (event.index < range.to) return Number.NaN;
      const recent = newest[event.stream];
      recent.push({ event: event.index, seq: event.seq });
      if (recent.length > REACH) recent.shift();
      columns.stream.view()[0] = event.stream;
      columns.conversation.view()[0] = conversation;
      columns.statistic.view()[0] = Number.NaN;
      const steps = machine.run(columns, 0, 1, event.index);
      const fired = steps.find(({ window }) => window !== null);
      if (fired) began = recent.find(({ event: index }) => index === fired.alert.onset);
      return columns.statistic.view()[0];
    },
    onset: () => began,
    forget: (thread) => conversations.forget(thread),
    save: (codeOf) => ({
      ...{ machine: toBase64(machine.state.view()), conversations: conversations.save(codeOf), newest },
    }),
    restore(state) {
      const bytes = fromBase64(state.machine);
      if (bytes.length !== machine.state.length || state.newest.length !== streams)
        throw new TautlineFailure({
          kind: 'ledger',
          problem: `the saved stream state cannot be used: its ${id} state does not fit the baseline`,
          advice: 'Start a new stream from the baseline.',
        });
      machine.state.view().set(bytes);
      conversations = openConversations(rule, state.conversations);
      newest = state.newest.map((recent) => [...recent]);
    },
  };
}

/** Writes the features of an event that counts, and says whether it does. */
const FILL: Readonly<
  Record<
    ChangeChannel,
    (kernels: KernelModule, event: ChangeEvent, reference: FittedReference, out: Float32Array) => boolean
  >
> = {
  style(kernels, { role, text }, _, out) {
    if (!countsForStyle(role, text)) return false;
    out.set(styleFeatures(kernels, [text!]));
    return true;
  },
  meaning(_, { coordinates }, { axes }, out) {
    if (!coordinates) return false;
    out.set(coordinates.subarray(0, axes));
    return true;
  },
  behaviour(_, { coordinates, text, role, values }, { features }, out) {
    if (!coordinates && !text) return false;
    const columns: Record<string, readonly (number | string | null)[]> = {};
    for (const { column } of features!) columns[column] = [column === 'role' ? role : (values[column] ?? null)];
    behaviourFeatures(features!, columns as EventValues, 0, out, 0);
    return true;
  },
};
