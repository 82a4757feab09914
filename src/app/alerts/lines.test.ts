import { describe, expect, it } from 'vitest';
import type { Incident } from '../../detection/incidents/group.ts';
import type { AlertRow } from '../../state/queries.ts';
import { ALERT_COLUMNS } from '../../state/view/fields.ts';
import { linesOf, matches, type Entry } from './lines.ts';

const entry = (alert: number, rank: number, more: Partial<AlertRow> = {}, excess = Number.NaN): Entry => ({
  row: { alert, kind: 'DRIFT', stream: 'a', onset: alert, fired: alert, resolved: null, lag: 0, ...more } as AlertRow,
  rank,
  excess,
  mark: null,
});
const incident = (onset: number, alerts: number[]): Incident =>
  ({ streams: [0], onset, alerts }) as unknown as Incident;
const incidents = [incident(5, [1, 2]), incident(0, [0])];
const entries = [entry(0, 2, { stream: 'b' }, 3), entry(1, 1, {}, 1.5), entry(2, 1, { kind: 'VOID', resolved: 9 })];
const shown = (input: Partial<Parameters<typeof linesOf>[0]>) =>
  linesOf({
    entries,
    incidents,
    sort: { by: 'severity', descending: false },
    grouped: true,
    opened: new Set(),
    ...input,
  }).map((line) => (line.type === 'incident' ? line.entries.map(({ row }) => row.alert) : line.entry.row.alert));

describe('lines of the alert table', () => {
  it('are incidents by severity, one of a single alert the alert itself', () => {
    expect(shown({})).toEqual([[1, 2], 0]);
    expect(shown({ opened: new Set(['0 at 5']) })).toEqual([[1, 2], 1, 2, 0]);
  });

  it('stand where the first of their alerts would, by any column', () => {
    expect(shown({ sort: { by: 'fired', descending: false } })).toEqual([0, [1, 2]]);
    expect(shown({ sort: { by: 'fired', descending: true } })).toEqual([[2, 1], 0]);
    expect(shown({ sort: { by: 'stream', descending: true } })).toEqual([0, [1, 2]]);
    for (const by of ALERT_COLUMNS)
      expect(
        shown({ sort: { by, descending: true } })
          .flat()
          .sort(),
      ).toEqual([0, 1, 2]);
  });

  it('are alerts alone where not grouped; what is not known comes last', () => {
    const over = (descending: boolean) => shown({ grouped: false, sort: { by: 'over', descending } });
    expect(over(true)).toEqual([0, 1, 2]);
    expect(over(false)).toEqual([1, 0, 2]);
  });

  it('are found by words in any field', () => {
    const marked: Entry = {
      ...entry(7, 1, { stream: 'provider-2', thread_id: 't9' }),
      mark: { stream: null, from: '1', to: '2', verdict: 'false', label: 'false alarm', note: 'Night shift' },
    };
    for (const search of ['', 'drift', 'PROVIDER', 'drift t9', 'night alarm'])
      expect(matches(marked, search)).toBe(true);
    expect(matches(marked, 'drift void')).toBe(false);
  });
});
