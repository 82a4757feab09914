import type { EventColumns, IndexRange } from '../core/columns.ts';
import type { OnProgress } from '../core/progress.ts';
import { Scheduler } from '../core/scheduler.ts';
import {
  fitBehaviour,
  planBehaviour,
  behaviourFeatures,
  type BehaviourFeature,
  type EventValues,
} from '../detection/change/behaviour.ts';
import {
  conversationRule,
  openConversations,
  type Conversations,
  type ConversationRule,
} from '../detection/change/conversations.ts';
import { openChange, type ChangeStep } from '../detection/change/machine.ts';
import { changeReference, type FeatureBatch } from '../detection/change/reference.ts';
import { countsForStyle } from '../detection/change/style.ts';
import { styleFeatures, STYLE_WIDTH } from '../detection/change/styleKernel.ts';
import { CHANGE_SETTINGS, changeLimit, FEWEST_MESSAGES, type ChangeReference } from '../detection/change/types.ts';
import { firedChanges, outOfAction, type ChannelChange, type FittedReference } from '../detection/changes.ts';
import type { ChangeChannel } from '../detection/channels/table.ts';
import type { Parameters } from '../detection/parameters.ts';
import type { Projection } from '../detection/types.ts';
import type { KernelModule } from '../kernels/module.ts';
import { projectRows } from '../kernels/project.ts';
import type { OpenedLedger } from '../ledger/types.ts';
import { Places } from './places.ts';
import { emptyStretch, type FeatureReader, type Stretch, type Stretches } from './stretches.ts';

/**
 * The channels of lasting change over a ledger (docs/methods.md 14): what they are made of is read in the order of the
 * events, a stretch at a time, judged and dropped; of a ledger that is small enough it is kept, so that another limit
 * is judged at once.
 */

export interface ChangeRequest {
  readonly events: EventColumns;
  /** Where the reference lies in the events; empty where it lies elsewhere. */
  readonly range: IndexRange;
  readonly parameters: Parameters;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** What a change is looked for in. */
export type ChangeLedger = Pick<OpenedLedger, 'columns' | 'embeddings' | 'textLength' | 'messages'>;

/** How messages are written, on the first axes of style. Null where the ledger has no text. */
export function styleReader(
  kernels: KernelModule,
  ledger: ChangeLedger,
  events: EventColumns,
  axes: number = STYLE_WIDTH,
): FeatureReader | null {
  const { columns } = ledger.messages;
  if (!columns.some(({ name }) => name === 'text')) return null;
  const names = columns.some(({ name }) => name === 'role') ? ['text', 'role'] : ['text'];
  const places = new Places(events, ledger.columns.n);
  return {
    axes,
    async fill(stretch, options) {
      for await (const { rows, values } of ledger.messages.read(names, {
        ...options,
        only: places.only(stretch.from, stretch.from + stretch.counted.length),
      })) {
        const texts = values.text as readonly (string | null)[];
        const roles = values.role as readonly (string | null)[] | undefined;
        const counting = Array.from(rows.keys()).filter((i) => countsForStyle(roles?.[i] ?? null, texts[i]));
        const counted = counting.map((i) => texts[i]!);
        const features = styleFeatures(kernels, counted);
        counting.forEach((i, row) => {
          const at = places.eventAt(rows[i]) - stretch.from;
          stretch.counted[at] = 1;
          stretch.features.set(features.subarray(row * STYLE_WIDTH, row * STYLE_WIDTH + axes), at * axes);
        });
      }
    },
  };
}

/** What is spoken of: the coordinates on all axes of a projection. Null where the ledger has no embeddings. */
export function meaningReader(
  kernels: KernelModule,
  ledger: ChangeLedger,
  events: EventColumns,
  projection: Projection,
): FeatureReader | null {
  const { embeddings } = ledger;
  if (!embeddings) return null;
  const { k } = projection;
  const places = new Places(events, ledger.columns.n);
  return {
    axes: k,
    async fill(stretch, options) {
      for await (const { rows, vectors } of embeddings.batches({
        ...options,
        only: places.only(stretch.from, stretch.from + stretch.counted.length),
      })) {
        const x = projectRows(
          kernels,
          projection,
          vectors.subarray(0, rows.length * projection.dimension),
          rows.length,
        );
        for (let i = 0; i < rows.length; i++) {
          const at = places.eventAt(rows[i]) - stretch.from;
          stretch.counted[at] = 1;
          stretch.features.set(x.subarray(i * k, (i + 1) * k), at * k);
        }
      }
    },
  };
}

export interface BehaviourReader extends FeatureReader {
  readonly features: readonly BehaviourFeature[];
  readonly remarks: readonly string[];
}

/**
 * How streams behave. @param known what a baseline has fixed; null: fixed by the events of `range`
 * @returns why there is nothing to judge, where there is not
 */
export async function behaviourReader(
  ledger: ChangeLedger,
  { events, range, parameters, ...options }: ChangeRequest,
  known: readonly BehaviourFeature[] | null,
): Promise<BehaviourReader | string> {
  const columns = ledger.messages.columns;
  const plan = planBehaviour(parameters.behaviour, columns);
  const wanted = known ? [...new Set(known.map(({ column }) => column))] : plan.columns;
  const missing = known ? wanted.filter((name) => !columns.some((column) => column.name === name)) : plan.unknown;
  const remarks = missing.map((name) => `the ledger has no column "${name}"`);
  const names = wanted.filter((name) => !missing.includes(name));
  if (names.length === 0)
    return remarks[0] ?? 'the ledger has no output tokens, latencies, roles, hand-offs or outcomes';
  const places = new Places(events, ledger.columns.n);
  const counts = (i: number): boolean => !events.isVoid[i] || (ledger.textLength?.[events.row[i]] ?? -1) > 0;

  async function read(
    stretch: Stretch,
    reading: Pick<ChangeRequest, 'signal' | 'onProgress'>,
    take: (values: EventValues, i: number, at: number) => void,
  ): Promise<void> {
    for await (const { rows, values } of ledger.messages.read(names, {
      ...reading,
      only: places.only(stretch.from, stretch.from + stretch.counted.length),
    }))
      for (let i = 0; i < rows.length; i++) {
        const at = places.eventAt(rows[i]) - stretch.from;
        if (counts(stretch.from + at)) take(values, i, at);
      }
  }

  // A column that this ledger lacks is missing everywhere: it stands for the stream's mean.
  let features = [...(known ?? [])];
  if (!known) {
    const reference = emptyStretch(range.from, range.to, 0);
    const kept = Object.fromEntries(names.map((name) => [name, [] as (number | string | null)[]]));
    const streams: number[] = [];
    await read(reference, options, (values, i, at) => {
      streams.push(events.stream[range.from + at]);
      for (const name of names) kept[name].push(values[name][i]);
    });
    const fit = fitBehaviour(plan, streams, kept as EventValues);
    features = [...fit.features];
    remarks.push(...fit.dropped.map((label) => `${label} does not vary in the reference and is left out`));
    if (features.length === 0) return remarks.join('; ');
  }
  return {
    axes: features.length,
    features,
    remarks,
    fill: (stretch, reading) =>
      read(stretch, reading, (values, i, at) => {
        stretch.counted[at] = 1;
        behaviourFeatures(features, values, i, stretch.features, at * features.length);
      }),
  };
}

/**
 * One channel over the events.
 * @param known the reference of a baseline, for the streams at hand; null: it lies in `range`
 */
export async function judgeChange(
  kernels: KernelModule,
  channel: ChangeChannel,
  stretches: Stretches,
  request: ChangeRequest,
  known: FittedReference | null,
  {
    features = null,
    remarks = [],
  }: { readonly features?: FittedReference['features']; readonly remarks?: readonly string[] } = {},
): Promise<ChannelChange> {
  const { events, range, parameters, signal, onProgress } = request;
  const settings = CHANGE_SETTINGS[channel];
  const fit = known ? null : await fitReference(kernels, stretches, request, settings.shrinkage);
  const reference = known ?? { ...fit!.reference, features, inBlocks: Uint8Array.from(fit!.rule.inBlocks) };
  const reason = cannotJudge(reference);
  if (reason) return outOfAction(reason, ...remarks);
  const rule = { cut: parameters.conversation_cut, inBlocks: reference.inBlocks };
  const conversations = fit?.conversations ?? (await conversationsBefore(stretches, request, rule)).conversations;
  const begun = conversations.save().map((own) => own.conversations);
  const numbers = new Int32Array(events.n - Math.min(range.to, events.n)).fill(-1);
  const statistic = new Float64Array(events.n).fill(Number.NaN);
  const steps: ChangeStep[] = [];
  const own = kernels.fork();
  const machine = openChange(own, reference, settings, changeLimit(reference.wander, parameters.false_alarm_budget));
  const mark = own.arena.mark();
  let judged = 0;
  for await (const stretch of stretches.of({ from: range.to, to: events.n }, { signal, onProgress })) {
    const { from, counted } = stretch;
    const first = Math.max(0, range.to - from);
    const n = counted.length;
    const conversation = new Int32Array(n).fill(-1);
    for (let i = first; i < n; i++) {
      if (!counted[i]) continue;
      conversation[i] = conversations.next(events.stream[from + i], events.thread[from + i]);
    }
    if (first < n) numbers.set(conversation.subarray(first), from + first - range.to);
    const out = own.arena.f64(n);
    out.view().fill(Number.NaN);
    const columns = {
      stream: own.arena.i32From(events.stream.subarray(from, from + n)),
      conversation: own.arena.i32From(conversation),
      features: own.arena.f32From(stretch.features),
      statistic: out,
    };
    steps.push(...machine.run(columns, first, n, from));
    statistic.set(out.view().subarray(first), from + first);
    own.arena.release(mark);
  }
  for (let i = range.to; i < events.n; i++) if (!Number.isNaN(statistic[i])) judged++;
  const places = { stream: events.stream, numbers, begun, from: range.to };
  return { reference, statistic, judged, remarks, ...firedChanges(steps, reference, places) };
}

interface Fit {
  readonly reference: ChangeReference;
  readonly rule: ConversationRule;
  /** Having taken in every event before the end of the reference. */
  readonly conversations: Conversations;
}

/**
 * Takes in every event before the end of the reference.
 * @param known the rule of a baseline; null: it follows from the reference
 * @returns the number of each event's conversation too
 */
export async function conversationsBefore(
  stretches: Stretches,
  { events, range, parameters, signal, onProgress }: ChangeRequest,
  known: ConversationRule | null,
): Promise<{ rule: ConversationRule; conversations: Conversations; numbers: Int32Array }> {
  const counted = new Uint8Array(range.to);
  for await (const stretch of stretches.of({ from: 0, to: range.to }, { signal, onProgress }))
    counted.set(stretch.counted.subarray(0, Math.min(stretch.counted.length, range.to - stretch.from)), stretch.from);
  const before = { stream: events.stream, thread: events.thread, counted };
  const rule = known ?? conversationRule(before, range, events.streams.length, parameters.conversation_cut);
  const conversations = openConversations(rule);
  const numbers = new Int32Array(range.to).fill(-1);
  for (let i = 0; i < range.to; i++)
    if (counted[i]) numbers[i] = conversations.next(events.stream[i], events.thread[i]);
  return { rule, conversations, numbers };
}

async function fitReference(
  kernels: KernelModule,
  stretches: Stretches,
  request: ChangeRequest,
  shrinkage: number,
): Promise<Fit> {
  const { events, range, signal, onProgress } = request;
  const streams = events.streams.length;
  const options = { signal, onProgress };
  const { rule, conversations, numbers } = await conversationsBefore(stretches, request, null);
  async function* batches(): AsyncIterable<FeatureBatch> {
    for await (const { from, features, counted: counts } of stretches.of(range, options)) {
      const rows: number[] = [];
      for (let i = Math.max(0, range.from - from); i < Math.min(counts.length, range.to - from); i++)
        if (counts[i]) rows.push(i);
      const { axes } = stretches;
      const own = new Float64Array(rows.length * axes);
      rows.forEach((i, row) => own.set(features.subarray(i * axes, (i + 1) * axes), row * axes));
      yield {
        stream: rows.map((i) => events.stream[from + i]),
        conversation: rows.map((i) => numbers[from + i]),
        features: own,
      };
    }
  }
  const reference = await changeReference(
    kernels,
    batches,
    { axes: stretches.axes, streams, shrinkage },
    new Scheduler('Learning from the reference', options),
  );
  return { reference, rule, conversations };
}

function cannotJudge({ streams, wanderKnown }: ChangeReference): string | null {
  if (!streams.some(({ messages }) => messages >= FEWEST_MESSAGES))
    return `no stream has ${FEWEST_MESSAGES} messages in the reference`;
  return wanderKnown ? null : 'the reference has too few conversations to tell how topics wander';
}
