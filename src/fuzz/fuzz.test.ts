import { describe, expect, it } from 'vitest';
import { runCampaign } from './campaign.node.ts';
import type { Decoded } from './decode.ts';
import { judgeEnd, judgeLedger } from './judge.ts';
import { KINDS, makeCase } from './kinds.node.ts';
import type { FuzzCase } from './model.ts';

const LIMITS = { seconds: 30, bytes: 2 ** 31 };
/** npm test leaves the rest to npm run test:all. */
const CASES = process.env.TAUTLINE_TESTS === 'core' ? 80 : 200;

describe('the fuzz command', () => {
  it(`finds no fault in ${CASES} cases`, async () => {
    const cases = Array.from({ length: CASES }, (_, i) => i);
    const summary = await runCampaign({ seed: 12, cases, keep: null, limits: LIMITS, sample: CASES / 2 });
    expect(summary.failures.map(({ repeat, result }) => [repeat, result.made?.what, result.fault])).toEqual([]);
    expect(summary.sampled).toBe(2);
    // Files that all open, or are all refused, would say little.
    for (const outcome of ['equal', 'refused', 'loss named', 'other values'])
      expect(summary.outcomes[outcome], outcome).toBeGreaterThan(0);
  }, 600_000);

  it('makes the same case again from its seed and number', async () => {
    for (const { name } of KINDS) {
      const [one, again, other] = [await makeCase(5, 3, name), await makeCase(5, 3, name), await makeCase(6, 3, name)];
      expect(again).toEqual(one);
      expect(other.files).not.toEqual(one.files);
    }
  });

  it('has every law among its cases', async () => {
    const made = await Promise.all(Array.from({ length: 150 }, (_, i) => makeCase(1, i)));
    expect(new Set(made.map(({ law }) => law))).toEqual(new Set(['sound', 'structure', 'values']));
    expect(new Set(made.map(({ kind }) => kind)).size).toBe(KINDS.length);
  });
});

describe('the judge', () => {
  const ended = { exit: 0, out: '3 events\n', err: '', thrown: null };
  it.each([
    [{ thrown: 'RangeError: x' }, 'stack trace'],
    [{ exit: 13 }, 'exit status 13'],
    [{ exit: 2, err: 'a\nb\n' }, 'not one line'],
    [{ exit: 2, err: '' }, 'not one line'],
    [{ exit: 2, err: 'tautline: Internal error: x\n' }, 'speaks of its inside'],
    [{ exit: 2, err: "a.csv: Cannot read properties of null (reading 'x')\n" }, 'speaks of its inside'],
    [{ out: 'note: \u001b[31mred\n' }, 'control characters'],
    [{ out: `${'x'.repeat(2001)}\n` }, 'line too long'],
    [{ err: 'warning\n' }, 'exit 0 with an error'],
  ])('refuses an end, %#', (change, kind) => {
    expect(judgeEnd({ ...ended, ...change }, [0, 2])?.fault?.kind).toBe(kind);
    expect(judgeEnd(ended, [0, 2])).toBeNull();
  });

  const row = (id: number, text = `m${id}`) => new Map(Object.entries({ event_id: String(id), text }));
  const decoded = (rows: Decoded['rows'], left = 0, notes: string[] = []): Decoded => ({
    rows,
    report: {
      rowsRead: rows.length + left,
      events: rows.length,
      leftOut: left === 0 ? [] : [{ reason: 'x', count: left, examples: [] }],
      notes,
    },
  });
  const intact = decoded([row(1), row(2), row(3)]);
  const bare = (id: number) => new Map([['event_id', String(id)]]);
  const judged = (law: FuzzCase['law'], opened: Decoded | { refused: string }, more: Partial<FuzzCase> = {}) => {
    const { outcome, fault } = judgeLedger({ law, files: [], ...more }, intact, opened);
    return fault?.kind ?? outcome;
  };

  it.each([
    ['structure', decoded([row(1), row(2), row(3)]), 'equal'],
    ['structure', { refused: 'x' }, 'refused'],
    ['structure', decoded([row(1), row(3)], 1), 'loss named'],
    ['structure', decoded([row(1), row(3)], 0, ['1 row lies outside the file.']), 'loss named'],
    ['structure', decoded([row(1), row(3)]), 'rows lost unsaid'],
    ['structure', decoded([row(1), row(2, 'x'), row(3)]), 'other values unsaid'],
    ['structure', decoded([row(2), row(1), row(3)]), 'other values unsaid'],
    ['structure', decoded([bare(1), bare(2), bare(3)]), 'column lost unsaid'],
    ['structure', decoded([bare(1), bare(2), bare(3)], 0, ['Column "text" is not kept.']), 'loss named'],
    ['structure', decoded([row(1), row(2), row(3), row(4)]), 'rows that are not there'],
    ['values', decoded([row(1), row(2, 'x\ufffd'), row(3)]), 'U+FFFD unsaid'],
    ['values', decoded([row(1), row(2, 'x'), row(3)]), 'other values'],
    ['sound', { refused: 'x' }, 'sound file refused'],
    ['sound', decoded([row(1), row(3)], 1), 'sound file opens with a loss'],
  ] as const)('of %s, %#', (law, opened, said) => expect(judged(law, opened)).toBe(said));

  it('counts the rows that a change of values may change', () => {
    const two = decoded([row(1, 'x'), row(2, 'y'), row(3)]);
    expect(judged('values', two, { changes: 2 })).toBe('other values');
    expect(judged('values', two, { changes: 1 })).toBe('other rows changed too');
    expect(judged('values', decoded([row(1)]), { rows: 2 })).toBe('rows lost unsaid');
  });
});
