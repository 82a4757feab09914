import Papa from 'papaparse';
import { fileFailure, throwIfCancelled } from './failures.ts';
import { decodeText, inferredField, inferText, SAMPLE_ROWS } from './lines.ts';
import type { RawBatch, ReadOptions, TableReader } from './reader.ts';
import type { NamedBlob } from './types.ts';

/**
 * The incremental parser of papaparse (used by its own streamers): parses whole rows, says where it stopped. Its types
 * leave it out.
 */
interface RowParser {
  parse(input: string, baseIndex: number, ignoreLastRow: boolean): { data: string[][]; meta: { cursor: number } };
}
const Parser = (Papa as unknown as { Parser: new (config: object) => RowParser }).Parser;

/** Opens delimited text with a header line; the delimiter (comma, tab, semicolon, bar) is guessed. */
export async function openCsv(file: NamedBlob): Promise<TableReader> {
  const { path, blob } = file;
  const head = await firstText(blob);
  const guess = Papa.parse<string[]>(head, { preview: 10 });
  const delimiter = guess.meta.delimiter;
  const header = guess.data[0]?.map((name) => name.trim()) ?? [];
  checkHeader(path, header);

  async function* rowsOf(signal?: AbortSignal): AsyncIterable<{ rows: string[][]; fraction: number }> {
    let rest = '';
    let isHeader = true;
    for await (const { text, fraction, last } of decodeText(blob, signal)) {
      const input = rest + text;
      const parsed = new Parser({ delimiter, newline: newlineOf(head) }).parse(input, 0, !last);
      rest = input.slice(parsed.meta.cursor);
      // An empty line is not a row.
      let rows = parsed.data.filter((row) => row.length > 1 || row[0] !== '');
      if (isHeader && rows.length > 0) {
        rows = rows.slice(1);
        isHeader = false;
      }
      yield { rows, fraction };
    }
  }

  const sample: string[][] = [];
  for await (const { rows } of rowsOf()) {
    sample.push(...rows.slice(0, SAMPLE_ROWS - sample.length));
    if (sample.length >= SAMPLE_ROWS) break;
  }
  const fields = header.map((name, i) => inferredField(name, inferText(sample.map((row) => row[i] ?? ''))));
  const indexOf = new Map(header.map((name, i) => [name, i]));

  async function* read(options: ReadOptions): AsyncIterable<RawBatch> {
    const indices = options.columns.map((name) => indexOf.get(name)!);
    let first = 0;
    for await (const { rows, fraction } of rowsOf(options.signal)) {
      for (let from = 0; from < rows.length; from += options.batchRows) {
        throwIfCancelled(options.signal, `reading ${path}`);
        const part = rows.slice(from, from + options.batchRows);
        if (!options.skip?.(first, part.length)) yield toBatch(part, first, indices, header.length);
        first += part.length;
      }
      options.onFraction?.(fraction);
    }
    throwIfCancelled(options.signal, `reading ${path}`);
  }
  return { path, bytes: blob.size, format: 'csv', fields, rows: null, vectorLength: () => 0, read };
}

function toBatch(rows: string[][], first: number, indices: readonly number[], width: number): RawBatch {
  const faults = new Map<number, string>();
  rows.forEach((row, i) => {
    if (row.length !== width) faults.set(i, `the line has ${row.length} fields, ${width} expected`);
  });
  const columns = indices.map((at) => rows.map((row, i) => (faults.has(i) || row[at] === '' ? null : row[at])));
  return { first, rows: rows.length, columns, faults };
}

async function firstText(blob: Blob): Promise<string> {
  let head = '';
  for await (const { text } of decodeText(blob.slice(0, 256 << 10))) head += text;
  return head;
}

const newlineOf = (head: string): string =>
  head.includes('\r\n') ? '\r\n' : head.includes('\n') ? '\n' : head.includes('\r') ? '\r' : '\n';

function checkHeader(path: string, header: readonly string[]): void {
  if (header.length < 2) {
    throw fileFailure(
      path,
      'it is neither Parquet, Arrow, NDJSON nor a table with a header line',
      'Open a Parquet, CSV, NDJSON or Arrow file with one row per event',
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
