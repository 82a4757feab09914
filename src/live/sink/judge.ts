import { NO_STREAM } from '../../core/streamKey.ts';
import { bundleFromJson, bundleToJson, type Bundle } from '../../detection/lab/bundle.ts';
import { openJudge, type Judged, type JudgeState } from '../../detection/liveJudge.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { sha256 } from '../../ledger/sha256.ts';
import { isNumber, RECORD_COLUMNS, valueOf } from '../columns.ts';
import type { Row } from './order.ts';
import { embeddingOf, msOf } from './table.ts';

export interface BundleInForce {
  readonly bundle: Bundle;
  readonly hash: string;
}

/** As its file will be read: the order of fields, and so the hash, is that of the format. */
export async function withHash(made: Bundle): Promise<BundleInForce> {
  const bundle = bundleFromJson(bundleToJson(made), 'the bundle');
  return { bundle, hash: await sha256(new TextEncoder().encode(bundleToJson(bundle))) };
}

/** The detector of a group, fed with rows. */
export function openRowJudge(
  kernels: KernelModule,
  { bundle }: BundleInForce,
  group: string,
  saved: JudgeState | null,
) {
  const judge = openJudge(kernels, bundle, group, saved);
  return {
    ...judge,
    /** @returns null for a stream that the bundle does not know */
    push: ({ id, micros, event }: Row): Judged | null =>
      judge.push({
        id,
        stream: streamOf(event, bundle.parameters.stream),
        time: msOf(micros),
        thread: event.threadId ?? null,
        instantiation: event.instantiationId ?? null,
        latency: event.latencyMs ?? Number.NaN,
        embedding: embeddingOf(event),
        text: event.text ?? null,
        role: event.role ?? null,
        values: valuesOf(event),
      }),
  };
}

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
