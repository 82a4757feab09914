import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import type { EventColumns } from '../core/columns.ts';
import { isDecided, SERIES_NAMES } from '../detection/channels/table.ts';
import { EVENT_STATES, SIGNAL_NAMES, type Decisions, type Signals } from '../detection/types.ts';
import { signalsToArrow } from './signalsTable.ts';

const DECIDED = SERIES_NAMES.filter(isDecided);

describe('signalsToArrow', () => {
  it('writes one row per event under the names of the golden files, NaN as NULL', () => {
    const n = 11;
    const column = (scale: number) =>
      Float64Array.from({ length: n }, (_, i) => (i % 4 === 1 ? Number.NaN : i * scale));
    const events = {
      n,
      streams: ['x', 'y'],
      stream: Int32Array.from({ length: n }, (_, i) => i % 2),
      row: Int32Array.from({ length: n }, (_, i) => 2 * i),
      eventId: BigInt64Array.from({ length: n }, (_, i) => BigInt(100 + i)),
    } as Partial<EventColumns> as EventColumns;
    const signals = {
      n,
      seq: Int32Array.from({ length: n }, (_, i) => 1 + (i >> 1)),
      ...Object.fromEntries(SIGNAL_NAMES.map((name, i) => [name, column(i + 1)])),
    } as unknown as Signals;
    const decisions = {
      eventState: Uint8Array.from({ length: n }, (_, i) => i % EVENT_STATES.length),
      ...Object.fromEntries(DECIDED.map((name, i) => [name, column(101 + i)])),
    } as Partial<Decisions> as Decisions;
    const table = tableFromIPC(signalsToArrow(events, signals, decisions));
    const names = table.schema.fields.map((field) => field.name);
    // Those that files have had from the start stay in their places; what came later follows.
    expect(names.slice(0, 16)).toEqual([
      'row',
      'event_id',
      'stream',
      'seq',
      'route',
      'friction',
      'trace',
      'kl',
      'entropy',
      'p95',
      'window',
      'rho',
      'tension',
      'shift',
      'z',
      'cusum',
    ]);
    expect(names.slice(16)).toEqual(SERIES_NAMES.filter((name) => !names.slice(0, 16).includes(name)));
    const rows = table.toArray().map((row) => row!.toJSON());
    expect(rows).toHaveLength(n);
    expect(rows[3]).toMatchObject({
      row: 6,
      event_id: 103n,
      stream: 'y',
      seq: 2,
      route: EVENT_STATES[3],
      friction: 3,
      trace: 6,
      kl: 9,
      entropy: 12,
      p95: 15,
      window: 18,
      rho: 21,
      tension: 24,
      shift: 27,
      z: 303,
      cusum: 306,
      style: 30,
    });
    for (const [i, name] of SIGNAL_NAMES.entries()) expect([name, rows[3][name]]).toEqual([name, 3 * (i + 1)]);
    expect(rows[5]).toMatchObject({ stream: 'y', kl: null, z: null, style: null });
    expect(rows.filter((row) => row.kl === null)).toHaveLength(3);
  });
});
