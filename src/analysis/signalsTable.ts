import { Dictionary, Float64, Int32, Int64, makeData, Utf8, type Data } from 'apache-arrow';
import type { EventColumns } from '../core/columns.ts';
import { isDecided, NOTICES, SERIES_NAMES } from '../detection/channels/table.ts';
import { EVENT_STATES, type Decisions, type Signals } from '../detection/types.ts';
import { noticeText } from '../detection/notices.ts';
import { ipcOf, vectorOf, type NamedData } from '../ledger/arrowVectors.ts';
import { stringData } from '../ledger/cast.ts';
import { ipcToParquet } from '../ledger/parquetTable.ts';
import type { Platform } from '../ledger/platform.ts';

/**
 * Signals and decisions of all events as one Arrow IPC stream, one row per event, in order. Columns: row, event_id,
 * stream, seq, route, those of all channels (`SERIES_NAMES`) and notice; NaN, and no notice, is NULL.
 */
export function signalsToArrow(events: EventColumns, signals: Signals, decisions: Decisions): Uint8Array {
  return ipcOf([['row', integers(events.row)], ...signalColumns(events, signals, decisions, named)], events.n);
}

/** The same without `row` as a Parquet file (zstd), strings as strings: the columns and types of a signals file. */
export function signalsToParquet(
  platform: Pick<Platform, 'parquet'>,
  events: EventColumns,
  signals: Signals,
  decisions: Decisions,
): Promise<Uint8Array> {
  const strings = (codes: Int32Array, names: readonly string[]) => stringData(Array.from(codes, (code) => names[code]));
  return ipcToParquet(platform, ipcOf(signalColumns(events, signals, decisions, strings), events.n));
}

function signalColumns(
  events: EventColumns,
  signals: Signals,
  decisions: Decisions,
  text: (codes: Int32Array, names: readonly string[]) => Data,
): NamedData[] {
  return [
    ['event_id', makeData({ type: new Int64(), length: events.n, nullCount: 0, data: events.eventId })],
    ['stream', text(events.stream, events.streams)],
    ['seq', integers(signals.seq)],
    ['route', text(Int32Array.from(decisions.eventState), EVENT_STATES)],
    ...SERIES_NAMES.map((name): NamedData => [name, numbers(isDecided(name) ? decisions[name] : signals[name])]),
    ['notice', noticeColumn(decisions.notice)],
  ];
}

/** Names of notices, of which there are few. */
const NOTICE_TEXTS = Array.from({ length: 2 ** NOTICES.length }, (_, flags) => noticeText(flags));

const noticeColumn = (flags: Uint8Array): Data => stringData(Array.from(flags, (own) => NOTICE_TEXTS[own]));

const integers = (values: Int32Array): Data =>
  makeData({ type: new Int32(), length: values.length, nullCount: 0, data: values });

/** Codes into a list of names, so that a name is written once. */
function named(codes: Int32Array, names: readonly string[]): Data {
  return makeData({
    type: new Dictionary(new Utf8(), new Int32()),
    length: codes.length,
    nullCount: 0,
    data: codes,
    dictionary: vectorOf(names, new Utf8()),
  });
}

function numbers(values: Float64Array): Data {
  const { length } = values;
  const valid = new Uint8Array((length + 7) >> 3);
  let nullCount = 0;
  for (let i = 0; i < length; i += 1) {
    if (Number.isNaN(values[i])) nullCount += 1;
    else valid[i >> 3] |= 1 << (i & 7);
  }
  return makeData({
    type: new Float64(),
    length,
    nullCount,
    nullBitmap: nullCount > 0 ? valid : undefined,
    data: values,
  });
}
