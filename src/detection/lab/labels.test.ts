import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelEvents } from './labels.ts';
import { labelledIntervals, readLabels } from './labels.ts';

const START = Date.UTC(2014, 3, 10, 7, 0, 0);

/** Two streams a and b in turn, an event a minute, ids from 100. */
const events: LabelEvents & { row: Int32Array } = {
  n: 60,
  streams: ['a', 'b'],
  stream: Int32Array.from({ length: 60 }, (_, i) => i % 2),
  row: Int32Array.from({ length: 60 }, (_, i) => i),
  eventId: BigInt64Array.from({ length: 60 }, (_, i) => 100n + BigInt(i)),
  time: Float64Array.from({ length: 60 }, (_, i) => START + i * 60_000),
  hasTime: true,
};
const read = (text: string, change: Partial<LabelEvents> = {}, pointWidth = 3) =>
  readLabels(text, 'labels.txt', { ...events, ...change }, { ledger: 'night.parquet', pointWidth });

describe('the label column', () => {
  it("becomes runs of each stream's own events", () => {
    const codes = new Int32Array(60).fill(-1);
    for (let i = 10; i < 20; i += 2) codes[i] = 0;
    for (let i = 21; i < 31; i += 2) codes[i] = i < 25 ? 0 : 1;
    codes[40] = 1;
    expect(labelledIntervals({ codes, values: ['slow', 'gone'] }, events, 3)).toEqual([
      { stream: 'a', from: 10, to: 19, label: 'slow' },
      { stream: 'b', from: 21, to: 24, label: 'slow' },
      { stream: 'b', from: 25, to: 30, label: 'gone' },
      // A point stands for three own events: 40, 42, 44.
      { stream: 'a', from: 40, to: 45, label: 'gone' },
    ]);
    expect(labelledIntervals({ codes, values: ['slow', 'gone'] }, events).at(-1)).toMatchObject({ from: 40, to: 41 });
    expect(labelledIntervals(null, events)).toEqual([]);
  });

  it.each([
    ['transient', 'none'],
    ['Backoff', 'none'],
    ['ok: new prompt', 'none'],
    ['okay', undefined],
    ['transients', undefined],
  ])('%s expects %s', (name, expected) => {
    const codes = new Int32Array(60).fill(-1).fill(0, 10, 20);
    expect(labelledIntervals({ codes, values: [name] }, events).map(({ expect: e }) => e)).toEqual([
      expected,
      expected,
    ]);
  });

  it('covers every labelled event of a stream and, without points widened, no other', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 60, maxLength: 60 }), (raw) => {
        const codes = Int32Array.from(raw);
        const intervals = labelledIntervals({ codes, values: ['x', 'y'] }, events);
        for (let i = 0; i < 60; i++) {
          const of = intervals
            .filter((v) => v.stream === events.streams[i % 2] && v.from <= i && i < v.to)
            .map((v) => v.label);
          expect(of).toEqual(codes[i] < 0 ? [] : [['x', 'y'][codes[i]]]);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('a NAB file', () => {
  const windows = [
    ['2014-04-10 07:15:00.000000', '2014-04-10 07:17:30.000000'],
    ['2014-04-11 00:00:00', '2014-04-11 01:00:00'],
  ];

  it('labels all streams where it holds one name; windows are closed, and empty ones are listed', () => {
    expect(read(JSON.stringify({ 'realTweets/Twitter_volume_AAPL.csv': windows }))).toEqual({
      format: 'NAB',
      intervals: [{ stream: null, from: 15, to: 18, label: 'anomaly' }],
      leftOut: ['"realTweets/Twitter_volume_AAPL.csv", window 2: there is no event in it'],
    });
    expect(read(JSON.stringify({ x: [['2014-04-10 07:15:00', '2014-04-10 07:18:00']] })).intervals).toMatchObject([
      { from: 15, to: 19 },
    ]);
  });

  it('finds its streams and its ledger by name, and lists the names that are neither', () => {
    const { intervals, leftOut } = read(
      JSON.stringify({
        'real/b.csv': [windows[0]],
        'night.csv': ['2014-04-10 07:30:00'],
        other: [windows[0]],
        none: [],
      }),
    );
    expect(intervals).toEqual([
      { stream: 'b', from: 15, to: 18, label: 'anomaly' },
      { stream: null, from: 30, to: 33, label: 'anomaly' },
    ]);
    expect(leftOut).toEqual(['"other": it is neither this ledger nor one of its streams']);
  });

  it.each([
    ['{"x": [["2014-04-10 07:15:00"]]}', '"x", window 1 is a list of 1, not a pair'],
    ['{"x": [["2014-04-10 07:15:00", "later"]]}', '"x", window 1: "later" is not a time'],
    ['{"x": 3}', '"x" is 3, not a list'],
    ['{"x": [], "y": []}', '"x", "y", none of which is this ledger ("night") or one of its streams ("a", "b")'],
    [
      '{"x": [["2014-04-10 07:15:00", "2014-04-10 07:10:00"]]}',
      '"x", window 1: "to" ("2014-04-10 07:10:00") lies before "from"',
    ],
    ['{"x": ', 'it is not JSON'],
  ])('%s is refused by name', (text, problem) => {
    expect(() => read(text)).toThrow(problem);
    expect(() => read(text)).toThrow('labels.txt: the labels cannot be used');
  });

  it('needs timestamps', () => {
    expect(() => read(JSON.stringify({ x: windows }), { hasTime: false })).toThrow(
      'is a time, and the ledger has no timestamps. Give event ids',
    );
  });
});

describe('a list of stretches', () => {
  const list = [
    { stream: 'a', from: 110, to: 118, label: 'swap' },
    { from: '2014-04-10T07:20:00Z', to: '2014-04-10T09:22:00+02:00' },
    { from: 130 },
    { stream: 'b', from: '130', label: 'point' },
  ];
  const intervals = [
    { stream: 'a', from: 10, to: 19, label: 'swap' },
    { stream: null, from: 20, to: 23, label: 'anomaly' },
    { stream: null, from: 30, to: 33, label: 'anomaly' },
    { stream: 'b', from: 31, to: 36, label: 'point' },
  ];

  it('is the same as JSON and as CSV', () => {
    expect(read(JSON.stringify(list))).toEqual({ format: 'JSON', intervals, leftOut: [] });
    const rows = list.map((e) => `${e.from},${e.to ?? ''},${e.stream ?? ''},${e.label ?? ''}\n`);
    const csv = `from,to,stream,label\n${rows.join('')}`;
    expect(read(csv)).toEqual({ format: 'CSV', intervals, leftOut: [] });
    expect(read(`\uFEFF${csv.replaceAll(',', ';')}`).intervals).toEqual(intervals);
  });

  it('says what is to be absorbed: by expect, and where it says nothing by the label', () => {
    const told = [
      { from: 110, label: 'pause', expect: 'none' },
      { from: 120, label: 'transient', expect: 'alert' },
      { from: 130, label: 'transient' },
      { from: 140, label: 'swap', expect: '' },
    ];
    const expected = ['none', undefined, 'none', undefined];
    const of = (text: string) => read(text).intervals.map(({ expect: e }) => e);
    expect(of(JSON.stringify(told))).toEqual(expected);
    expect(of(`from,label,expect\n${told.map((t) => `${t.from},${t.label},${t.expect ?? ''}\n`).join('')}`)).toEqual(
      expected,
    );
  });

  it.each([
    ['[{"from": 110, "expect": "nothing"}]', 'entry 1: "expect" is "nothing", not "alert" or "none"'],
    ['[{"from": 999}]', 'entry 1: "from" is event 999, which is not among the 60 events analysed'],
    ['[{"from": 110}, {"from": "soon"}]', 'entry 2: "from" is "soon", neither an event id nor a time'],
    ['[{"from": 110, "to": 105}]', 'entry 1: "to" (105) lies before "from" (110)'],
    ['[{"to": 110}]', 'entry 1 has no "from"'],
    ['[{"from": 110, "stream": "c"}]', 'entry 1: there is no stream "c" among "a", "b"'],
    ['[{"from": 110, "until": 3}]', 'entry 1: "until" is not a field'],
    ['[3]', 'entry 1 is 3, not a stretch'],
    ['from,to\n110,115\n1.5,3\n', 'row 2: "from" is "1.5", neither'],
    ['start,end\n1,2\n', 'it has no column "from" but "start", "end"'],
  ])('%s is refused by entry', (text, problem) => {
    expect(() => read(text)).toThrow(problem);
  });
});
