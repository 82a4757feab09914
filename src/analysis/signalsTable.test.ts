import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import type { EventColumns } from '../core/columns.ts';
import { EVENT_STATES, SIGNAL_NAMES, type Decisions, type Signals } from '../detection/types.ts';
import { signalsToArrow } from './signalsTable.ts';

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
      z: column(20),
      cusum: column(21),
    } as Partial<Decisions> as Decisions;
    const table = tableFromIPC(signalsToArrow(events, signals, decisions));
    expect(table.schema.fields.map((field) => field.name)).toEqual([
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
      'mewma',
    ]);
    const rows = table.toArray().map((row) => row!.toJSON());
    expect(rows).toHaveLength(n);
    expect(rows[3]).toEqual({
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
      z: 60,
      cusum: 63,
      mewma: 30,
    });
    expect(rows[5]).toMatchObject({ stream: 'y', kl: null, z: null, mewma: null });
    expect(rows.filter((row) => row.kl === null)).toHaveLength(3);
  });
});
