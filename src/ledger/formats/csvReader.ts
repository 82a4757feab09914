import { DataType } from 'apache-arrow';
import { fileFailure } from '../failures.ts';
import type { FormatReader, RawColumn, ReaderField } from '../reader.ts';
import type { NamedBlob } from '../types.ts';
import { NAMELESS_INDEX } from '../mapping.ts';
import { CsvRows, type CutRows, type QuoteFault } from './csvRows.ts';
import { rowReader, type RowChunk, type RowColumns } from './rows.ts';
import {
  decodeText,
  inferredField,
  looksLike,
  MAX_ROW_CHARACTERS,
  MAX_ROW_WORDS,
  SAMPLE_VALUES,
  TextLooks,
} from './text.ts';

type Row = readonly string[];
interface CsvChunk extends RowChunk<Row> {
  readonly hasNul: boolean;
}

const indexNote = (count: number): string =>
  count === 1
    ? 'The first column has no name (an index, as pandas writes it): it is ignored.'
    : `The first ${count} columns have no name (an index, as pandas writes it): they are ignored.`;

/** As many characters are looked at to guess the delimiter. */
const GUESS_CHARACTERS = 256 << 10;
/** As many are looked at to tell what is no table. */
const HEADER_LOOK = 4096;
const DELIMITERS = [',', ';', '\t', '|'];

/**
 * Opens delimited text with a header line; the delimiter (comma, tab, semicolon, bar) is guessed.
 * @param pieceBytes bytes that are parsed at a time
 */
export async function openCsv(file: NamedBlob, pieceBytes?: number): Promise<FormatReader> {
  const { path } = file;
  const head = await firstText(file, pieceBytes);
  if (/^[^\r\n]*\{\s*"[^"\r\n]*"\s*:/.test(head.trimStart().slice(0, HEADER_LOOK)))
    throw fileFailure(
      path,
      'its lines hold JSON behind other text, as logs and scripts do',
      'Write the JSON alone, one object a line',
    );
  const delimiter = guessDelimiter(head);
  let header: readonly string[] = [];
  const sample: Row[] = [];
  for await (const { rows } of csvRows(file, delimiter, null, pieceBytes)) {
    for (const row of rows) {
      if (header.length === 0) checkHeader(path, (header = row.map((name) => name.trim())));
      else if (sample.length < SAMPLE_VALUES) sample.push(row);
    }
    if (sample.length >= SAMPLE_VALUES) break;
  }
  checkHeader(path, header);
  const nameless = indexColumns(header);
  const read = header.map((name, i) => fieldOf(name, sample, i));
  // An index of times is what orders the rows.
  const isTimes = nameless === 1 && DataType.isTimestamp(read[0].type);
  const fields = isTimes ? [{ ...read[0], name: NAMELESS_INDEX }, ...read.slice(1)] : read;
  const skipped = isTimes ? 0 : nameless;

  async function* rows(signal?: AbortSignal): AsyncIterable<CsvChunk> {
    let isHeader = true;
    for await (const chunk of csvRows(file, delimiter, fields, pieceBytes, signal)) {
      yield isHeader ? { ...chunk, rows: chunk.rows.slice(1) } : chunk;
      isHeader &&= chunk.rows.length === 0;
    }
  }
  function columns(part: readonly Row[], _: number, at: readonly number[], { hasNul }: CsvChunk): RowColumns {
    const faults = new Map<number, string>();
    part.forEach((row, i) => {
      if (row.length !== header.length) faults.set(i, `the line has ${row.length} fields, ${header.length} expected`);
      else if (hasNul && row.some((cell) => cell.includes('\0'))) faults.set(i, 'the line has a NUL character');
    });
    const values = at.map((field): RawColumn =>
      part.map((row, i) => {
        const cell = row[field + skipped];
        return cell === '' || faults.has(i) ? null : cell;
      }),
    );
    return { columns: values, faults };
  }
  const reader = rowReader<Row, CsvChunk>({ path, fields: fields.slice(skipped), rows, columns });
  return skipped === 0 ? reader : { ...reader, notes: [indexNote(skipped)] };
}

function fieldOf(name: string, sample: readonly Row[], i: number): ReaderField {
  const looks = new TextLooks();
  sample.forEach((row, at) => looks.add(row[i] ?? '', at));
  return inferredField(name, looks.type(), looks.odd());
}

/** The rows of a file, header line included. @param fields null before they are known */
async function* csvRows(
  file: NamedBlob,
  delimiter: string,
  fields: readonly ReaderField[] | null,
  pieceBytes: number | undefined,
  signal?: AbortSignal,
): AsyncIterable<CsvChunk> {
  const { path } = file;
  const cutter = new CsvRows(delimiter);
  let before = 0;
  for await (const { text, fraction, last } of decodeText(file, signal, pieceBytes)) {
    const cut = cutter.push(text, last);
    if (fields) checkBroken(path, cut, fields, delimiter, before);
    before += cut.rows.length;
    yield { rows: cut.rows, fraction, hasNul: text.includes('\0') };
    if (cut.fault) throw quoteFailure(path, cut.fault);
    if (cutter.pending > MAX_ROW_CHARACTERS) {
      if (cutter.open) throw quoteFailure(path, cutter.open);
      throw fileFailure(path, `line ${cutter.line} has more than ${MAX_ROW_WORDS}`, 'End every row with a line end');
    }
  }
}

/** @param row rows before it, header included */
const placeOf = (row: number, line: number): string =>
  `row ${row + 1} (the header line counts as one${line === row + 1 ? '' : `; line ${line} of the file`})`;

function quoteFailure(path: string, { kind, row, line }: QuoteFault): Error {
  const what = {
    open: 'a quote that is never closed',
    inside: 'a quote within a quoted field',
    long: `a quote that is not closed within ${MAX_ROW_WORDS}`,
  }[kind];
  return fileFailure(
    path,
    `${placeOf(row, line)} holds ${what}`,
    'Write a quote within a quoted field twice, and close every quoted field',
  );
}

/**
 * Refuses a text over several lines that are rows by all that is known of the columns: two stray quotes have made them
 * one text.
 */
function checkBroken(
  path: string,
  { rows, broken }: CutRows,
  fields: readonly ReaderField[],
  delimiter: string,
  before: number,
): void {
  for (const { at, line } of broken) {
    const row = rows[at];
    const swallowed = row.some((cell, i) => {
      const [, ...others] = cell.split(/\r\n|\n|\r/);
      const last = others.pop();
      if (last === undefined) return false;
      const rest = row.slice(i + 1);
      return (
        isRowOf(fields, last.split(delimiter).concat(rest)) &&
        others.every((other) => other === '' || isRowOf(fields, other.split(delimiter)))
      );
    });
    if (swallowed)
      throw fileFailure(
        path,
        `${placeOf(before + at, line)} holds a text over several lines that look like rows`,
        'A quote is missing there, or one too many',
      );
  }
}

/** True if cells are as many as the columns, and of their types where those are not text. */
function isRowOf(fields: readonly ReaderField[], cells: Row): boolean {
  if (cells.length !== fields.length) return false;
  const judged = fields.flatMap(({ type }, i) => {
    const looks = type === null || DataType.isUtf8(type) ? undefined : looksLike(type, cells[i]);
    return looks === undefined ? [] : [looks];
  });
  return judged.length > 0 && judged.every(Boolean);
}

async function firstText(file: NamedBlob, pieceBytes: number | undefined): Promise<string> {
  let head = '';
  for await (const { text } of decodeText(file, undefined, pieceBytes ?? GUESS_CHARACTERS)) {
    head += text;
    if (head.length >= GUESS_CHARACTERS) break;
  }
  return head;
}

/** The delimiter that cuts the header into columns, and most of the first rows into as many. */
function guessDelimiter(head: string): string {
  let best = { delimiter: ',', share: 0, columns: 1 };
  for (const delimiter of DELIMITERS) {
    const rows = new CsvRows(delimiter).push(head, false).rows.slice(0, 20);
    const [header] = rows.length > 0 ? rows : new CsvRows(delimiter).push(head, true).rows;
    const columns = header?.length ?? 1;
    if (columns < 2) continue;
    const share = rows.filter((row) => row.length === columns).length / Math.max(1, rows.length);
    if (share > best.share || (share === best.share && columns > best.columns)) best = { delimiter, share, columns };
  }
  return best.delimiter;
}

/** How many columns at the beginning are an index without a name, as pandas writes it: one, or several of levels. */
function indexColumns(header: readonly string[]): number {
  const named = header.findIndex((name) => name !== '');
  return named > 0 && header.length > 2 ? named : 0;
}

function checkHeader(path: string, header: readonly string[]): void {
  if (header.length < 2) {
    throw fileFailure(
      path,
      'it is of no format that is read, and no table with a header line either',
      'Open a file with one row per event, and a header line where it is CSV',
    );
  }
  const seen = new Set<string>();
  for (const name of header.slice(indexColumns(header))) {
    if (name === '')
      throw fileFailure(path, 'its header line has a column without a name', 'Name every column in the first line');
    if (seen.has(name))
      throw fileFailure(
        path,
        `its header line names the column "${name}" twice`,
        'Give every column a name of its own',
      );
    seen.add(name);
  }
}
