import { describe, expect, it } from 'vitest';
import type { Commit, LiveAlert } from '../../detection/files/commit.ts';
import { DEFAULT_VIEW } from '../view.ts';
import { rolled } from './extended.ts';
import { readTarget } from './source.ts';
import { NOTHING_YET, tallied } from './tally.ts';
import { beginningOf, mergeable, MERGED_FROM, newest, withMerged, type Unit } from './window.ts';

const unit = (from: number, to: number, files = 1): Unit => ({
  ...{ from, to, merged: false },
  files: Array.from({ length: files }, (_, i) => ({ path: `${from}-${i}`, blob: new Blob() })),
});

describe('the address of a live ledger', () => {
  it('is what the command line prints, a server with a token, or a folder', () => {
    expect(readTarget('http://localhost:4173/#live=default&token=abc')).toEqual({
      ...{ kind: 'server', url: 'http://localhost:4173' },
      ...{ ledger: 'default', token: 'abc' },
    });
    expect(readTarget('http://localhost:4173/v1/ledgers/a%20b/commits?after=-1', ' abc ')).toEqual({
      ...{ kind: 'server', url: 'http://localhost:4173' },
      ...{ ledger: 'a b', token: 'abc' },
    });
    expect(readTarget('https://host.example/ledgers/one/_log/')).toEqual({
      ...{ kind: 'host', url: 'https://host.example/ledgers/one' },
    });
  });
  it('is refused in words where it is none', () => {
    expect(readTarget('localhost')).toMatch(/http/);
    expect(readTarget('ftp://x/y')).toMatch(/ftp:/);
    expect(readTarget('http://localhost:4173/#live=default')).toMatch(/token is missing/);
  });
});

describe('the window', () => {
  const units = [unit(0, 100), unit(100, 250), unit(250, 300)];
  it('keeps the newest units that fit, and the last one always', () => {
    expect(newest(units, 300)).toEqual(units);
    expect(newest(units, 299)).toEqual(units.slice(1));
    expect(newest(units, 10)).toEqual(units.slice(2));
    expect(newest([], 10)).toEqual([]);
  });
  it('merges small files where they are many, in the place of those that they were made of', () => {
    expect(mergeable([unit(0, 10, MERGED_FROM - 1)])).toEqual([]);
    const small = [unit(0, 10, 30), unit(10, 20, 30)];
    expect(mergeable(small)).toEqual(small);
    const merged = withMerged([...small, unit(20, 30)], small, [{ path: 'merged', blob: new Blob() }]);
    expect(merged.map(({ from, to }) => [from, to])).toEqual([
      [0, 20],
      [20, 30],
    ]);
    expect(mergeable(merged)).toEqual([]);
    expect(withMerged([unit(20, 30)], small, [])).toEqual([unit(20, 30)]);
  });
});

describe('the view', () => {
  const view = { ...DEFAULT_VIEW, selected: 90, evidence: { event: 40, kind: null, tab: 'words' as const } };
  it('goes on with the newest events, and stays with its own where it was scrolled back', () => {
    expect(rolled({ ...view, range: { from: 50, to: 100 } }, 100, 130, 0).range).toEqual({ from: 80, to: 130 });
    expect(rolled({ ...view, range: { from: 50, to: 99 } }, 100, 130, 0).range).toEqual({ from: 50, to: 99 });
    expect(rolled({ ...view, range: { from: 50, to: 99 } }, 100, 130, 20).range).toEqual({ from: 30, to: 79 });
    expect(rolled({ ...view, range: null }, 100, 130, 20).range).toBeNull();
  });
  it('moves what is selected with its event, and drops what is gone', () => {
    expect(rolled(view, 100, 130, 50)).toMatchObject({ selected: 40, evidence: null });
    expect(rolled(view, 100, 130, 40)).toMatchObject({ selected: 50, evidence: { event: 0, tab: 'words' } });
  });
});

describe('commits added up', () => {
  const alert: LiveAlert = {
    ...{ kind: 'DRIFT', stream: 'a', onset: 5, onset_seq: 1, fired: 8, fired_seq: 2, cleared: null, peak: 1 },
    id: 'g/DRIFT/a/5/8',
  };
  const commit = (number: number, from: number, to: number, more: Partial<Commit> = {}): Commit => ({
    ...{ format: 'tautline-commit', version: 1, number, kind: 'unit', owner: 'o', written: '2026-01-05T09:00:00Z' },
    source: { topic: 't', topicId: 'i', partition: 0, from: 0, to: 0, held: [] },
    ...{
      events: { from, to },
      add: [],
      opened: [],
      closed: [],
      late: 1,
      doubles: 2,
      refused: 3,
      dropped: 5,
      untracked: 4,
    },
    ...{ through: null, bundle: 'b', control: null, beside: null, taken: 0, ended: [], remove: [], compacted: null },
    hasState: false,
    ...more,
  });
  it('name the alerts that are new, and close those that end', () => {
    const before = tallied(NOTHING_YET, commit(0, 0, 10, { opened: [alert] }), false);
    expect(before).toMatchObject({ raised: 0, alerts: [], commit: 0, events: 10, late: 1, refused: 3, dropped: 5 });
    const opened = tallied(NOTHING_YET, commit(0, 0, 10, { opened: [alert] }), true);
    expect(opened).toMatchObject({ raised: 1, alerts: [{ cleared: null }] });
    const closed = tallied(opened, commit(1, 10, 20, { closed: [{ ...alert, cleared: 12 }] }), true);
    expect(closed).toMatchObject({ raised: 1, alerts: [{ cleared: 12 }], doubles: 4, gaps: [] });
  });
  it('that do not follow each other are gaps', () => {
    const first = tallied(NOTHING_YET, commit(0, 0, 10), true);
    expect(tallied(first, commit(3, 40, 50), true).gaps).toEqual(['Commits 1 to 2 are missing']);
    expect(tallied(first, commit(1, 12, 50), true).gaps).toEqual(['Commit 1 begins at event 12, 10 expected']);
  });
});

describe('what is fetched of a ledger that was compacted', () => {
  const file = (hour: number, name: string, rows: number) => ({
    ...{ path: `provider_id=a/hour=2026-01-05T0${hour}/${name}.parquet`, rows, bytes: 1, sha256: '' },
  });
  const unit = (number: number, from: number, to: number, add: Commit['add']): Commit =>
    ({ number, add, remove: [], compacted: null, events: { from, to } }) as unknown as Commit;
  const [a, b, c, d, e] = [file(1, 'a', 10), file(1, 'b', 5), file(2, 'c', 5), file(2, 'd', 10), file(2, 'e', 10)];
  const merged = file(1, 'ab', 15);
  const commits = [
    unit(0, 0, 10, [a]),
    // Over the border of two hours; files are in any order.
    unit(1, 10, 20, [c, b]),
    unit(2, 20, 30, [d]),
    { ...unit(3, 30, 30, [merged]), remove: [a.path, b.path], compacted: { from: 0, to: 15 } },
    unit(4, 30, 40, [e]),
  ];
  const partsOf = (events: number) => {
    const { parts, whole } = beginningOf(commits, events);
    return [parts.map(({ from, to, files }) => [from, to, ...files.map(({ path }) => path)]), [...whole]];
  };
  it('is each row once: files of compactions, what is left of commits, and commits', () => {
    expect(partsOf(100)).toEqual([
      [
        [0, 15, merged.path],
        [15, 20, c.path],
      ],
      [2, 4],
    ]);
    expect(partsOf(25)).toEqual([[[15, 20, c.path]], [2, 4]]);
    expect(partsOf(1)).toEqual([[], [4]]);
    expect(beginningOf([], 10)).toEqual({ parts: [], whole: new Set() });
  });
});
