import type { Coordinates, EventColumns, IndexRange } from '../../core/columns.ts';
import { Scheduler, type SchedulerOptions } from '../../core/scheduler.ts';
import type { EventIndex } from '../../core/units.ts';
import type { KernelModule } from '../../kernels/module.ts';
import type { Baseline } from '../baseline.ts';
import { byFired } from '../decide.ts';
import type { Parameters } from '../parameters.ts';
import { resolveSync } from '../reference.ts';
import { createStream, type StreamStep } from '../stream.ts';
import type { StreamEvent } from '../streamTypes.ts';
import { EVENT_STATES, SIGNAL_NAMES, type Alert, type Decisions, type Signals } from '../types.ts';

/** An analysis by a baseline, which a consumer that starts from the same baseline has to repeat. */
interface ReplayedAnalysis {
  readonly events: EventColumns;
  /** On all axes of the baseline's projection. */
  readonly coordinates: Coordinates;
  /** Where the baseline's own reference lies among the events; empty on another ledger. */
  readonly reference: IndexRange;
  readonly signals: Signals;
  readonly decisions: Decisions;
}

/** What events [from, to) say, in the order of the events; absent: nothing is known of it. */
export type ReadSaid = (range: IndexRange) => Promise<readonly Pick<StreamEvent, 'text' | 'role' | 'values'>[]>;

interface ConsumerRun {
  /** In the order of `Decisions.alerts`. */
  readonly alerts: readonly Alert[];
  /** The first thing that the consumer says otherwise than the analysis, as a sentence; null if there is none. */
  readonly difference: string | null;
  /** What a consumer has to be told beside the bundle to do the same, as a sentence; null: nothing. */
  readonly told: string | null;
}

/** Events between two looks at the clock. */
const STRIDE = 256;
/** Events whose texts are held at a time. */
const STRETCH = 64 * STRIDE;

/** Feeds a ledger to a consumer one event at a time, and compares what it says with the analysis, to the last bit. */
export async function runConsumer(
  kernels: KernelModule,
  baseline: Baseline,
  parameters: Parameters,
  { events, coordinates, reference: range, signals, decisions }: ReplayedAnalysis,
  options: SchedulerOptions & { readonly said?: ReadSaid } = {},
): Promise<ConsumerRun> {
  const scheduler = new Scheduler('Feeding the consumer', options);
  const from = { ...baseline, reference: { ...baseline.reference, range } };
  const { sync, told } = matching(parameters, baseline, events);
  const stream = createStream(kernels, from, { ...parameters, sync }, events.streams);
  const closed: Alert[] = [];
  const { z, cusum, J, notice, eventState } = decisions;
  let difference: string | null = null;
  let said: Awaited<ReturnType<ReadSaid>> = [];
  for (let i = 0; i < events.n; i++) {
    if (i % STRIDE === 0) await scheduler.yieldIfDue(i / events.n);
    if (i % STRETCH === 0) said = (await options.said?.({ from: i, to: Math.min(events.n, i + STRETCH) })) ?? [];
    const step = stream.push({ ...eventAt(events, coordinates, i), ...said.at(i % STRETCH) });
    closed.push(...step.closed);
    difference ??= stepDifference(step, signals, { z, cusum, J, notice, eventState });
  }
  options.onProgress?.({ phase: 'Feeding the consumer', fraction: 1 });
  const alerts = [...closed, ...stream.open()].sort(byFired);
  return { alerts, difference: difference ?? alertDifference(decisions.alerts, alerts, events.streams), told };

  function stepDifference(step: StreamStep, batch: Signals, of: Columns): string | null {
    const { index } = step;
    const say = (what: string, said: string | number, expected: string | number): string =>
      `${what} of event ${index} (event_id ${events.eventId[index]}, ${events.streams[step.stream]}) ` +
      `is ${said} from the consumer, ${expected} from the analysis`;
    if (step.seq !== batch.seq[index]) return say('the count', step.seq, batch.seq[index]);
    for (const name of SIGNAL_NAMES)
      if (!Object.is(step.signals[name], batch[name][index])) return say(name, step.signals[name], batch[name][index]);
    for (const name of ['z', 'cusum', 'J', 'notice'] as const)
      if (!Object.is(step[name], of[name][index])) return say(name, step[name], of[name][index]);
    const state = EVENT_STATES[of.eventState[index]];
    return step.eventState === state ? null : say('the state', step.eventState, state);
  }
}

/** The analysis of a whole ledger knows whether it has latencies; a consumer takes its baseline's word for it. */
function matching(
  { sync }: Parameters,
  { reference }: Baseline,
  { hasLatency }: EventColumns,
): Pick<ConsumerRun, 'told'> & Pick<Parameters, 'sync'> {
  if (sync !== 'auto' || hasLatency === reference.hasLatency) return { sync, told: null };
  const own = resolveSync({ sync }, hasLatency);
  const has = hasLatency ? 'has latencies, that of the bundle had none' : 'has no latencies, that of the bundle had';
  const way = own === 'time' ? 'time' : 'turns';
  const told = `This ledger ${has}: events are matched by ${way}, which a consumer has to be told (sync "${own}").`;
  return { sync: own, told };
}

type Columns = Pick<Decisions, 'z' | 'cusum' | 'J' | 'notice' | 'eventState'>;

function eventAt(events: EventColumns, { k, x }: Coordinates, i: EventIndex): StreamEvent {
  return {
    stream: events.streams[events.stream[i]],
    time: events.time[i],
    thread: events.thread[i] < 0 ? null : String(events.thread[i]),
    instantiation: events.instantiation[i] < 0 ? null : String(events.instantiation[i]),
    latency: events.latency[i],
    coordinates: events.isVoid[i] ? null : x.subarray(i * k, (i + 1) * k),
  };
}

function alertDifference(
  expected: readonly Alert[],
  raised: readonly Alert[],
  names: readonly string[],
): string | null {
  const at = expected.findIndex((alert, i) => {
    const own = raised.at(i);
    return !own || (Object.keys(alert) as (keyof Alert)[]).some((name) => !Object.is(alert[name], own[name]));
  });
  const text = (alert: Alert | undefined): string =>
    alert
      ? `${alert.kind} of ${names[alert.stream]}, onset ${alert.onset}, fired ${alert.fired}, ` +
        `resolved ${alert.resolved ?? 'never'}, peak ${alert.peak}`
      : 'none';
  if (at < 0 && raised.length === expected.length) return null;
  const i = at < 0 ? expected.length : at;
  return `alert ${i + 1} is ${text(raised.at(i))} from the consumer, ${text(expected.at(i))} from the analysis`;
}
