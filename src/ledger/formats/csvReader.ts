import Papa from 'papaparse';
import { fileFailure } from '../failures.ts';
import type { FormatReader } from '../reader.ts';
import type { NamedBlob } from '../types.ts';
import { rowReader, sampleRows, type RowChunk } from './rows.ts';
import { decodeText, inferredField, inferText } from './text.ts';

const HEAD_BYTES = 256 << 10;
/** A row that goes on for longer has lost a closing quote. */
const MAX_ROW_CHARACTERS = 64 << 20;

/**
 * Opens delimited text with a header line; the delimiter (comma, tab, semicolon, bar) is guessed.
 * @param pieceBytes bytes that are parsed at a time
 */
export async function openCsv(file: NamedBlob, pieceBytes?: number): Promise<FormatReader> {
  const { path } = file;
  const head = await firstText(file.blob);
  const guess = Papa.parse<string[]>(head, { preview: 10, newline: newlineOf(head) });
  const header = withoutReturn(guess.data[0] ?? []).map((name) => name.trim());
  checkHeader(path, header);
  const rows = (signal?: AbortSignal): AsyncIterable<RowChunk<string[]>> =>
    csvRows(file, { delimiter: guess.meta.delimiter, newline: newlineOf(head), pieceBytes }, signal);
  const sample = await sampleRows(rows());
  return rowReader<string[]>({
    path,
    fields: header.map((name, i) => inferredField(name, inferText(sample.map((row) => row[i] ?? '')))),
    rows,
    fault: (row) =>
      row.length === header.length ? null : `the line has ${row.length} fields, ${header.length} expected`,
    value: (row, field) => (row[field] === '' ? null : row[field]),
  });
}

interface Dialect {
  readonly delimiter: string;
  readonly newline: '\n' | '\r';
  readonly pieceBytes: number | undefined;
}

/** The rows below the header line. A quote that is not closed, or goes on after it, is refused. */
async function* csvRows(
  { path, blob }: NamedBlob,
  { pieceBytes, ...dialect }: Dialect,
  signal: AbortSignal | undefined,
): AsyncIterable<RowChunk<string[]>> {
  const input = new TextInput();
  let parsed: string[][] = [];
  let waiting = 0;
  let before = 0;
  let failure: Error | null = null;
  Papa.parse<string[]>(input as unknown as NodeJS.ReadableStream, {
    ...dialect,
    chunk: ({ data, errors, meta }) => {
      // A row that is cut off here may look wrong until its rest is there.
      const quote = errors.find(({ type, row }) => type === 'Quotes' && (row ?? 0) < data.length);
      if (quote) failure ??= quoteFailure(path, before + (quote.row ?? 0), quote.code);
      before += data.length;
      waiting = input.written - meta.cursor;
      parsed = parsed.length === 0 ? data : parsed.concat(data);
    },
    error: (thrown) => {
      failure ??= thrown;
    },
    complete: () => undefined,
  });
  let isHeader = true;
  for await (const { text, fraction, last } of decodeText(blob, signal, pieceBytes)) {
    input.write(text);
    if (last) input.end();
    else if (waiting > MAX_ROW_CHARACTERS) failure ??= quoteFailure(path, before, 'MissingQuotes');
    if (failure !== null) throw failure;
    // An empty line is not a row.
    const rows = parsed.map(withoutReturn).filter((row) => row.length > 1 || row[0] !== '');
    parsed = [];
    yield { rows: isHeader ? rows.slice(1) : rows, fraction };
    isHeader &&= rows.length === 0;
  }
}

function quoteFailure(path: string, row: number, code: string): Error {
  const what = code === 'MissingQuotes' ? 'a quote that is never closed' : 'a quote within a quoted field';
  return fileFailure(
    path,
    `row ${row + 1} (the header line counts as one) holds ${what}`,
    'Write a quote within a quoted field twice, and close every quoted field',
  );
}

/** Text that is pushed piece by piece, of the shape of the readable streams that papaparse takes. */
class TextInput {
  readonly readable = true;
  /** Characters so far. */
  written = 0;
  readonly #listeners = new Map<string, (chunk?: string) => void>();

  on(event: string, listener: (chunk?: string) => void): void {
    this.#listeners.set(event, listener);
  }
  removeListener(event: string): void {
    this.#listeners.delete(event);
  }
  read(): null {
    return null;
  }
  write(text: string): void {
    this.written += text.length;
    this.#listeners.get('data')?.(text);
  }
  end(): void {
    this.#listeners.get('end')?.();
  }
}

async function firstText(blob: Blob): Promise<string> {
  let head = '';
  for await (const { text } of decodeText(blob.slice(0, HEAD_BYTES))) head += text;
  return head;
}

/** Line ends may be mixed: where there is a line feed it ends a row, and a carriage return before it is taken off. */
const newlineOf = (head: string): '\n' | '\r' => (head.includes('\n') || !head.includes('\r') ? '\n' : '\r');

function withoutReturn(row: string[]): string[] {
  const last = row[row.length - 1];
  if (last?.endsWith('\r')) row[row.length - 1] = last.slice(0, -1);
  return row;
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
  for (const name of header) {
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
