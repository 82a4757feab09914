import type { Coordinates, EventColumns } from '../core/columns.ts';
import type { Baseline } from '../detection/baseline.ts';
import type { ReadSaid } from '../detection/lab/consumer.ts';
import type { Projection } from '../detection/types.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { OpenedLedger } from '../ledger/types.ts';
import { Places } from './places.ts';
import { embeddingsOf, gatherCoordinates, projectLedger } from './projection.ts';

/** What a consumer is fed of a ledger beside the columns of its events. */

/** Coordinates of the events on every axis of a projection. */
export const coordinatesOn = async (
  kernels: KernelModule,
  projection: Projection,
  ledger: OpenedLedger,
  events: EventColumns,
): Promise<Coordinates> =>
  gatherCoordinates(await projectLedger(kernels, projection, embeddingsOf(ledger), ledger.columns.n), events.row);

/** Reads what events say, and the columns that their behaviour is judged on. */
export function readSaid({ messages, columns }: OpenedLedger, events: EventColumns, { behaviour }: Baseline): ReadSaid {
  const known = new Set(messages.columns.map(({ name }) => name));
  const asked = ['text', 'role', ...(behaviour?.features ?? []).map(({ column }) => column)];
  const names = [...new Set(asked)].filter((name) => known.has(name));
  const places = new Places(events, columns.n);
  return async ({ from, to }) => {
    const said: Awaited<ReturnType<ReadSaid>>[number][] = Array.from({ length: to - from }, () => ({}));
    if (names.length === 0) return said;
    for await (const { rows, values } of messages.read(names, { only: places.only(from, to) }))
      rows.forEach((row, i) => {
        const of = Object.fromEntries(names.map((name) => [name, values[name][i]]));
        said[places.eventAt(row) - from] = {
          text: (of.text as string | null | undefined) ?? null,
          role: (of.role as string | null | undefined) ?? null,
          values: of,
        };
      });
    return said;
  };
}
