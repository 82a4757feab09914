import type { Decoded } from './decode.ts';
import type { FuzzCase } from './model.ts';

/** How a command ended. */
export interface Ended {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
  /** What it threw that no user should see. */
  readonly thrown: string | null;
}

export type Outcome = 'equal' | 'refused' | 'loss named' | 'other values';

export interface Verdict {
  readonly outcome: Outcome | null;
  /** What is wrong; null if nothing. */
  readonly fault: { readonly kind: string; readonly detail: string } | null;
}

const LONGEST_LINE = 2000;
/** What a program says of itself, not of the file. */
const INWARD = new RegExp(
  [
    'internal error|\\n {4}at |\\b(?:Range|Type|Reference|Syntax)Error\\b|is not a function|Cannot read propert',
    'is not iterable|undefined|\\[object |recursively|unreachable|Invalid array length|DataView|offset is out',
  ].join('|'),
  'i',
);
// Escapes, bells and the like: a terminal obeys them.
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const fault = (kind: string, detail: string): Verdict => ({ outcome: null, fault: { kind, detail } });

/** What a command said and how it ended, whatever it was given. @param statuses those that are no fault */
export function judgeEnd({ exit, out, err, thrown }: Ended, statuses: readonly number[]): Verdict | null {
  if (thrown !== null) return fault('stack trace', thrown);
  if (!statuses.includes(exit)) return fault(`exit status ${exit}`, err || out);
  const said = `${out}${err}`;
  if (INWARD.test(said)) return fault('speaks of its inside', oneLine(said, INWARD));
  if (CONTROL.test(said)) return fault('control characters', oneLine(said, CONTROL));
  const long = said.split('\n').find((line) => line.length > LONGEST_LINE);
  if (long !== undefined) return fault('line too long', `${long.slice(0, 200)}… (${long.length} characters)`);
  const lines = err.split('\n').filter((line) => line !== '');
  if (exit === 2 && lines.length !== 1) return fault('not one line', err || '(nothing on standard error)');
  if (exit === 0 && lines.length > 0) return fault('exit 0 with an error', err);
  return null;
}

const oneLine = (text: string, at: RegExp): string => {
  const line = text.split('\n').find((part) => at.test(part)) ?? text;
  return JSON.stringify(line.slice(0, 600));
};

/** Opening by code and by command line: either both or none. */
export function judgeLedger(
  { law, changes, rows, files }: Pick<FuzzCase, 'law' | 'changes' | 'rows' | 'files'>,
  intact: Decoded,
  opened: Decoded | { readonly refused: string },
): Verdict {
  if ('refused' in opened) {
    if (law === 'sound') return fault('sound file refused', opened.refused);
    return { outcome: 'refused', fault: null };
  }
  const { report } = opened;
  const left = report.leftOut.reduce((sum, { count }) => sum + count, 0);
  const note = report.notes.filter((text) => !intact.report.notes.includes(text)).join(' ');
  if (report.events !== opened.rows.length || report.events + left !== report.rowsRead)
    return fault('rows unaccounted for', `${report.rowsRead} read, ${report.events} events, ${left} left out`);
  const replaced = replacedCharacters(opened);
  if (replaced !== null && !files.some(({ bytes }) => Buffer.from(bytes).includes(REPLACEMENT)) && !/UTF-8/i.test(note))
    return fault('U+FFFD unsaid', replaced);
  const expected = rows ?? (law === 'values' ? null : intact.report.rowsRead);
  const missing = expected === null ? 0 : expected - opened.rows.length;
  if (missing > left && !names(note, missing))
    return fault('rows lost unsaid', `${opened.rows.length} of ${expected} events, ${left} named. ${note}`);
  if (missing < 0) return fault('rows that are not there', `${opened.rows.length} events of ${expected}`);
  const { differing, lost } = compare(intact, opened);
  if (law !== 'values') {
    const unsaid = lost.filter((column) => !note.includes(column));
    if (unsaid.length > 0) return fault('column lost unsaid', unsaid.join(', '));
    if (differing.count > 0) return fault('other values unsaid', differing.first);
  }
  if (law === 'sound' && (missing > 0 || lost.length > 0))
    return fault('sound file opens with a loss', `${missing} rows, columns ${lost.join(', ') || 'none'}. ${note}`);
  if (changes !== undefined && differing.count > changes)
    return fault(
      'other rows changed too',
      `${differing.count} rows differ, ${changes} were changed: ${differing.first}`,
    );
  if (left > 0 || missing > 0 || lost.length > 0) return { outcome: 'loss named', fault: null };
  return { outcome: differing.count > 0 ? 'other values' : 'equal', fault: null };
}

const REPLACEMENT = Buffer.from('\ufffd');

/** A value with a character that stands for bytes which are no text. */
function replacedCharacters({ rows }: Decoded): string | null {
  for (const row of rows)
    for (const [name, value] of row)
      if (value.includes('\ufffd')) return `${name}: ${JSON.stringify(value.slice(0, 60))}`;
  return null;
}

/** Whether a sentence says how many. */
const names = (note: string, count: number): boolean =>
  (note.match(/[\d,]+/g) ?? []).some((text) => Number(text.replaceAll(',', '')) === count);

/** Rows that the intact file has not (in its order), and columns that only it has values of. */
function compare(
  intact: Decoded,
  opened: Decoded,
): { differing: { count: number; first: string }; lost: readonly string[] } {
  const namesOf = ({ rows }: Decoded) => new Set(rows.flatMap((row) => [...row.keys()]));
  const there = namesOf(opened);
  const lost = [...namesOf(intact)].filter((name) => !there.has(name));
  const plain = (row: ReadonlyMap<string, string>): string =>
    [...row]
      .filter(([name]) => !lost.includes(name))
      .map(([name, value]) => `${name}=${value}`)
      .sort()
      .join(' ');
  const own = intact.rows.map(plain);
  let at = 0;
  let count = 0;
  let first = '';
  for (const row of opened.rows) {
    const text = plain(row);
    const found = own.indexOf(text, at);
    if (found >= 0) at = found + 1;
    else {
      if (count === 0) first = firstDifference(row, intact, lost);
      count++;
    }
  }
  return { differing: { count, first }, lost };
}

function firstDifference(row: ReadonlyMap<string, string>, intact: Decoded, lost: readonly string[]): string {
  const was = intact.rows.find((other) => other.get('event_id') === row.get('event_id'));
  if (!was) return `event ${row.get('event_id') ?? 'without id'} is new`;
  const columns = [...new Set([...row.keys(), ...was.keys()])].filter((name) => !lost.includes(name));
  const column = columns.find((name) => row.get(name) !== was.get(name));
  if (column === undefined) return `event ${row.get('event_id')!} stands elsewhere`;
  const shown = (value: string | undefined) => (value === undefined ? 'nothing' : JSON.stringify(value.slice(0, 60)));
  return `event ${row.get('event_id')!}, ${column}: ${shown(was.get(column))} became ${shown(row.get(column))}`;
}
