import { NO_STREAM } from '../../core/streamKey.ts';
import { alertsToJson } from '../../detection/alertJson.ts';
import type { LiveAlert } from '../../detection/files/commit.ts';
import { bundleToJson, type Bundle } from '../../detection/lab/bundle.ts';
import { createStream, resumeStream } from '../../detection/stream.ts';
import type { StreamState } from '../../detection/streamTypes.ts';
import type { Alert } from '../../detection/types.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { sha256 } from '../../ledger/sha256.ts';
import { isNumber, RECORD_COLUMNS, valueOf } from '../columns.ts';
import type { Row } from './order.ts';
import { embeddingOf, msOf } from './table.ts';

export interface BundleInForce {
  readonly bundle: Bundle;
  readonly hash: string;
}

export const withHash = async (bundle: Bundle): Promise<BundleInForce> => ({
  bundle,
  hash: await sha256(new TextEncoder().encode(bundleToJson(bundle))),
});

/** What the detector has to remember, and the event_id of each event that it took in is `from` + its index. */
export interface JudgeState {
  readonly stream: StreamState;
  readonly ids: readonly number[];
}

export interface Judged {
  readonly opened: LiveAlert[];
  readonly closed: LiveAlert[];
}

/**
 * The detector of a group: rows in the order of the ledger. Rows of streams that the bundle does not know are left
 * alone and counted.
 */
export function openJudge(kernels: KernelModule, { bundle }: BundleInForce, group: string, saved: JudgeState | null) {
  const { baseline, parameters } = bundle;
  const stream = saved
    ? resumeStream(kernels, baseline, parameters, saved.stream)
    : createStream(kernels, baseline, parameters);
  const known = new Set(stream.streams);
  /** event_id minus index, from each index on at which it changes. */
  const ids: [number, number][] = saved ? pairs(saved.ids) : [];
  const idOf = (index: number): number => index + (ids.findLast(([from]) => from <= index)?.[1] ?? 0);
  let taken = saved?.stream.events ?? 0;

  const toLive = (alerts: readonly Alert[]): LiveAlert[] =>
    alertsToJson(alerts, stream.streams).map((alert) => {
      const [onset, fired] = [idOf(alert.onset), idOf(alert.fired)];
      const cleared = alert.cleared === null ? null : idOf(alert.cleared);
      return { ...alert, onset, fired, cleared, id: [group, alert.kind, alert.stream, onset, fired].join('/') };
    });

  return {
    /** @returns null for a stream that the bundle does not know */
    push(row: Row): Judged | null {
      const { event } = row;
      const name = streamOf(event, parameters.stream);
      if (!known.has(name)) return null;
      if (idOf(taken) !== row.id) ids.push([taken, row.id - taken]);
      taken++;
      const embedding = embeddingOf(event);
      const step = stream.push({
        stream: name,
        time: msOf(row.micros),
        thread: event.threadId ?? null,
        instantiation: event.instantiationId ?? null,
        latency: event.latencyMs ?? Number.NaN,
        coordinates: embedding && stream.project(embedding),
        text: event.text ?? null,
        role: event.role ?? null,
        values: valuesOf(event),
      });
      return { opened: toLive(step.opened), closed: toLive(step.closed) };
    },
    open: (): LiveAlert[] => toLive(stream.open()),
    save: (): JudgeState => ({ stream: stream.save(), ids: ids.flat() }),
  };
}

const pairs = (flat: readonly number[]): [number, number][] =>
  Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);

type Event = Row['event'];

function streamOf(event: Event, key: string): string {
  if (key === 'ledger') return 'ledger';
  const column = RECORD_COLUMNS.find((name) => name === key);
  return String((column && valueOf(event, column)) ?? event.attributes[key] ?? NO_STREAM);
}

/** Columns that behaviour is judged on, by their names in the ledger; NaN or null: the record says nothing. */
const valuesOf = (event: Event): Readonly<Record<string, number | string | null>> =>
  Object.fromEntries(
    RECORD_COLUMNS.map((column) => [column, valueOf(event, column) ?? (isNumber(column) ? Number.NaN : null)]),
  );
