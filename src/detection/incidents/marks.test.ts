import { expect, it } from 'vitest';
import { labelOfVerdict, markOf, marksFile, verdictOf, VERDICTS, withMarks, type Mark } from './marks.ts';

const mark = (change: Partial<Mark> = {}): Mark => ({
  stream: 'a',
  from: '10',
  to: '20',
  verdict: 'false',
  label: labelOfVerdict('false'),
  note: '',
  ...change,
});
const placed = (own: Mark) => ({ mark: own, first: Number(own.from), last: Number(own.to) });

it('an alert has the newest mark that shares an event with it, of its stream or of all', () => {
  const [old, newer, all] = [
    mark(),
    mark({ from: '18', to: '30', verdict: 'true' }),
    mark({ stream: null, from: '40' }),
  ];
  const marks = [placed(old), placed(newer), placed({ ...all, to: '50' })];
  expect(markOf({ onset: 12, fired: 19 }, 'a', marks)).toBe(newer);
  expect(markOf({ onset: 8, fired: 10 }, 'a', marks)).toBe(old);
  expect(markOf({ onset: 5, fired: 9 }, 'a', marks)).toBeNull();
  expect(markOf({ onset: 31, fired: 39 }, 'a', marks)).toBeNull();
  expect(markOf({ onset: 12, fired: 19 }, 'b', marks)).toBeNull();
  expect(markOf({ onset: 50, fired: 60 }, 'b', marks)).toMatchObject({ stream: null });
});

it('what is said anew takes the place of what was said of the same alerts, and can be taken back', () => {
  const [one, other] = [mark(), mark({ stream: 'b', note: 'deploy' })];
  const stretch = { stream: 'a', from: '12', to: '25' };
  const said = withMarks([one, other], [stretch], { verdict: 'absorb', note: 'holiday' }, new Set([one]));
  expect(said).toEqual([other, { ...stretch, verdict: 'absorb', note: 'holiday', label: 'absorb' }]);
  expect(withMarks(said, [stretch], null, new Set([said[1]]))).toEqual([other]);
});

it('a file of labels keeps what was said, and ids beyond what numbers hold', () => {
  const marks = VERDICTS.map((verdict, i) =>
    mark({
      verdict,
      label: labelOfVerdict(verdict),
      note: i === 1 ? 'why' : '',
      to: i === 2 ? '9007199254740993' : '20',
    }),
  );
  const file = JSON.parse(marksFile(marks)) as {
    label: string;
    expect: 'alert' | 'none';
    from: unknown;
    to: unknown;
  }[];
  expect(
    file.map(({ label, expect: wanted }) => verdictOf({ label, expect: wanted === 'none' ? wanted : undefined })),
  ).toEqual(VERDICTS);
  expect(file.map(({ to }) => to)).toEqual([20, 20, '9007199254740993']);
  expect(file[1]).toEqual({ stream: 'a', from: 10, to: 20, label: 'false alarm', expect: 'none', note: 'why' });
});
