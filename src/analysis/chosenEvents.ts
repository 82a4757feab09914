import type { EventColumns } from '../core/columns.ts';
import type { EventIndex } from '../core/units.ts';

/** Some events alone, as readers of features take them. */
export const chosenEvents = (events: EventColumns, wanted: readonly EventIndex[]): EventColumns => ({
  ...events,
  n: wanted.length,
  row: Int32Array.from(wanted, (i) => events.row[i]),
  stream: Int32Array.from(wanted, (i) => events.stream[i]),
  isVoid: Uint8Array.from(wanted, (i) => events.isVoid[i]),
});
