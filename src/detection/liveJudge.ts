import type { KernelModule } from '../kernels/module.ts';
import { alertsToJson } from './alertJson.ts';
import type { LiveAlert } from './files/commit.ts';
import type { Bundle } from './lab/bundle.ts';
import { createStream, resumeStream } from './stream.ts';
import type { StreamEvent, StreamState } from './streamTypes.ts';
import type { Alert } from './types.ts';

/** What the detector has to remember, and the event_id of each event that it took in is `from` + its index. */
export interface JudgeState {
  readonly stream: StreamState;
  readonly ids: readonly number[];
}

/** Gaps of events of other streams that are remembered: an onset before them is said as far back as they reach. */
const MOST_GAPS = 100_000;

/** What an event opens and closes. */
export interface Judged {
  readonly opened: LiveAlert[];
  readonly closed: LiveAlert[];
}

export interface JudgedEvent extends Omit<StreamEvent, 'coordinates'> {
  readonly id: number;
  /** Null: a void event. */
  readonly embedding: Float32Array | null;
}

/**
 * The detector of a group: events in the order of the ledger, of which those of streams that the bundle does not know
 * are left alone.
 */
export function openJudge(
  kernels: KernelModule,
  { baseline, parameters }: Pick<Bundle, 'baseline' | 'parameters'>,
  group: string,
  saved: JudgeState | null,
) {
  const stream = saved
    ? resumeStream(kernels, baseline, parameters, saved.stream)
    : createStream(kernels, baseline, parameters);
  const known = new Set(stream.streams);
  /** event_id minus index, from each index on at which it changes. */
  const ids: [number, number][] = saved ? pairs(saved.ids) : [];
  const idOf = (index: number): number =>
    index + (ids.findLast(([from]) => from <= index) ?? (hasForgotten ? ids[0] : [0, 0]))[1];
  let hasForgotten = ids.length >= MOST_GAPS;
  let taken = saved?.stream.events ?? 0;

  const toLive = (alerts: readonly Alert[]): LiveAlert[] =>
    alertsToJson(alerts, stream.streams).map((alert) => {
      const [onset, fired] = [idOf(alert.onset), idOf(alert.fired)];
      const cleared = alert.cleared === null ? null : idOf(alert.cleared);
      return { ...alert, onset, fired, cleared, id: [group, alert.kind, alert.stream, onset, fired].join('/') };
    });

  return {
    /** @returns null for a stream that the bundle does not know */
    push({ id, embedding, ...event }: JudgedEvent): Judged | null {
      if (!known.has(event.stream)) return null;
      if (idOf(taken) !== id) ids.push([taken, id - taken]);
      if (ids.length > MOST_GAPS) {
        ids.shift();
        hasForgotten = true;
      }
      taken++;
      const step = stream.push({ ...event, coordinates: embedding && stream.project(embedding) });
      return { opened: toLive(step.opened), closed: toLive(step.closed) };
    },
    open: (): LiveAlert[] => toLive(stream.open()),
    save: (): JudgeState => ({ stream: stream.save(), ids: ids.flat() }),
  };
}

const pairs = (flat: readonly number[]): [number, number][] =>
  Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
