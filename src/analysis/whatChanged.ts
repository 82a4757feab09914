import { TautlineFailure } from '../core/errors.ts';
import { formatCount } from '../core/format.ts';
import type { OnProgress } from '../core/progress.ts';
import type { EventIndex } from '../core/units.ts';
import type { FittedReference } from '../detection/changes.ts';
import { changeLimitOf } from '../detection/channels/changeReference.ts';
import { changeChannelOf, type ChangeChannel } from '../detection/channels/table.ts';
import { axisEnds, polesOf } from '../detection/drilldown/changed/poles.ts';
import type { WhatChanged } from '../detection/drilldown/changed/types.ts';
import { whatChanged, type ChangeMessages } from '../detection/drilldown/changed/whatChanged.ts';
import type { Alert } from '../detection/types.ts';
import type { KernelModule } from '../kernels/module.ts';
import { behaviourReader, meaningReader, styleReader, type ChangeLedger } from './changes.ts';
import { chosenEvents } from './chosenEvents.ts';
import { truncateProjection } from './projection.ts';
import type { Analysis } from './stages.ts';
import type { FeatureReader } from './stretches.ts';

/**
 * What changed in a stream, as an alert of lasting change saw it: features are not held, so those of its window and of
 * the stream's reference are made again from the ledger.
 */

/** Messages of the stream before the change, and of all streams for the ends of an axis, at most. */
const MOST_BEFORE = 2000;
const MOST_FOR_ENDS = 4000;

type Found = Pick<Analysis, 'events' | 'reference' | 'changes' | 'fitted' | 'parameters'> & {
  readonly decisions: Pick<Analysis['decisions'], 'calibration'>;
};
interface Reading {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** @throws TautlineFailure of kind ledger where the alert is not of lasting change */
export async function findWhatChanged(
  kernels: KernelModule,
  ledger: ChangeLedger,
  { events, reference, changes, fitted, parameters, decisions }: Found,
  alert: Pick<Alert, 'kind' | 'stream' | 'onset' | 'fired'>,
  reading: Reading,
): Promise<WhatChanged> {
  const channel = changeChannelOf(alert.kind);
  const change = channel && changes[channel];
  const window = change?.window(alert.stream, alert.fired);
  const conversations = change?.conversations(alert.stream, alert.fired);
  if (!channel || !change?.reference || !window || !conversations)
    throw new TautlineFailure({
      kind: 'ledger',
      problem: `the alert at event ${formatCount(alert.fired)} is not one of style, meaning or behaviour`,
      advice: 'Choose such an alert; the others say by attribution what they are made of.',
    });
  const limit = changeLimitOf(decisions.calibration[channel], alert.stream);
  const own = (i: EventIndex): boolean => events.stream[i] === alert.stream;
  // A reference from a file lies in another ledger.
  const elsewhere = reference.from >= reference.to;
  const earlier = elsewhere ? { from: 0, to: alert.onset } : { ...reference, to: Math.min(reference.to, alert.onset) };
  const before = newest(earlier.from, earlier.to, own, MOST_BEFORE);
  const since = newest(alert.onset, alert.fired + 1, own, Infinity);
  const around = channel === 'meaning' ? spread(earlier.from, earlier.to, MOST_FOR_ENDS) : [];
  const wanted = [...new Set([...before.events, ...since.events, ...around])].sort((a, b) => a - b);
  const read = await readFeatures(
    kernels,
    ledger,
    { events, fitted, parameters },
    channel,
    change.reference,
    wanted,
    reading,
  );
  const found = whatChanged({
    channel,
    alert,
    stream: events.streams[alert.stream],
    reference: change.reference,
    window,
    conversations,
    limit,
    before: read.of(before.events),
    since: read.of(since.events),
    notes: [
      ...(elsewhere
        ? ['The reference is a file’s: messages and figures “before” are those of this ledger before the change.']
        : []),
      ...(before.cut
        ? [`Figures and messages “before” are of the last ${formatCount(MOST_BEFORE)} of the reference.`]
        : []),
    ],
  });
  return channel === 'meaning' ? withPoles(ledger, found, read.of(around), change.reference.axes, reading) : found;
}

/** The newest events in [from, to) that are wanted, oldest first. */
function newest(from: number, to: number, wanted: (i: EventIndex) => boolean, most: number) {
  const events: EventIndex[] = [];
  let i = to - 1;
  for (; i >= from && events.length < most; i--) if (wanted(i)) events.push(i);
  return { events: events.reverse(), cut: events.length === most && i >= from };
}

/** Events of [from, to), evenly, `most` at most. */
function spread(from: number, to: number, most: number): EventIndex[] {
  const count = Math.max(0, Math.min(most, to - from));
  return Array.from({ length: count }, (_, i) => from + Math.floor((i * (to - from)) / count));
}

/** Features of some events alone, `wanted` ascending. */
async function readFeatures(
  kernels: KernelModule,
  ledger: ChangeLedger,
  { events, fitted, parameters }: Pick<Found, 'events' | 'fitted' | 'parameters'>,
  channel: ChangeChannel,
  { axes, features: known }: FittedReference,
  wanted: readonly EventIndex[],
  reading: Reading,
): Promise<{ of(some: readonly EventIndex[]): ChangeMessages }> {
  const chosen = chosenEvents(events, wanted);
  const reader = async (): Promise<FeatureReader | string | null> => {
    if (channel === 'style') return styleReader(kernels, ledger, chosen);
    if (channel === 'meaning') return meaningReader(kernels, ledger, chosen, truncateProjection(fitted, axes));
    const request = { events: chosen, range: { from: 0, to: 0 }, parameters, ...reading };
    return behaviourReader(ledger, request, known);
  };
  const source = (await reader()) as FeatureReader;
  const features = new Float32Array(wanted.length * axes);
  const counted = new Uint8Array(wanted.length);
  await source.fill({ from: 0, features, counted }, reading);
  const place = new Map(wanted.map((event, i) => [event, i]));
  return {
    of(some) {
      const own = some.map((event) => place.get(event)!).filter((i) => counted[i] === 1);
      const rows = new Float32Array(own.length * axes);
      own.forEach((i, row) => rows.set(features.subarray(i * axes, (i + 1) * axes), row * axes));
      return {
        index: own.map((i) => wanted[i]),
        row: own.map((i) => chosen.row[i]),
        thread: own.map((i) => events.thread[wanted[i]]),
        features: rows,
      };
    },
  };
}

/** Words for the ends of the axes, from the messages of the reference that lie furthest out. */
async function withPoles(
  ledger: ChangeLedger,
  found: WhatChanged,
  around: ChangeMessages,
  axes: number,
  reading: Reading,
): Promise<WhatChanged> {
  if (!ledger.messages.columns.some(({ name }) => name === 'text')) return found;
  const ends = found.axes.map(({ axis }) => axisEnds(around.features, axes, axis));
  const only = new Uint8Array(ledger.columns.n);
  for (const { high, low } of ends) for (const i of [...high, ...low]) only[around.row[i]] = 1;
  const texts = new Map<number, string | null>();
  for await (const { rows, values } of ledger.messages.read(['text'], { ...reading, only }))
    rows.forEach((row, i) => texts.set(row, (values.text as readonly (string | null)[])[i]));
  const text = (i: number): string | null => texts.get(around.row[i]) ?? null;
  return { ...found, axes: found.axes.map((axis, a) => ({ ...axis, poles: polesOf(ends[a], text, axis.size) })) };
}
