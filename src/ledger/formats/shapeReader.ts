import * as arrow from 'apache-arrow';
import type { DataType } from 'apache-arrow';
import { throwIfCancelled } from '../failures.ts';
import type { FormatReader, RawColumn, ReaderField } from '../reader.ts';
import type { Shape, ShapeColumnKind, ShapeReading, ShapeRow } from '../shapes/shape.ts';
import type { OpenFileOptions } from './format.ts';
import { rowReader, type RowChunk } from './rows.ts';
import { inferredField, vectorType } from './text.ts';

/** Why a document could not be read, in its place. */
export class Unread {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Consecutive documents of a file, and the fraction of it up to their end. */
export interface DocumentChunk {
  /** Parsed values, and `Unread` where one could not be. */
  readonly documents: readonly unknown[];
  readonly fraction: number;
}

export interface ShapedFile {
  readonly path: string;
  readonly shape: Shape;
  /** All documents in order; can be called any number of times. */
  documents(signal?: AbortSignal): AsyncIterable<DocumentChunk>;
}

const TYPES: Readonly<Record<ShapeColumnKind, () => DataType>> = {
  text: () => new arrow.Utf8(),
  time: () => new arrow.TimestampMicrosecond(),
  number: () => new arrow.Float64(),
  integer: () => new arrow.Int64(),
  vector: vectorType,
};

/** Reads a file of a shape: once to look at all its documents, then as often as its rows are asked for. */
export async function openShaped(
  file: ShapedFile,
  { signal, onFraction, events }: OpenFileOptions = {},
): Promise<FormatReader> {
  const reading = file.shape.begin({ events });
  for await (const { documents, fraction } of file.documents(signal)) {
    throwIfCancelled(signal, `reading ${file.path}`);
    for (const document of documents) if (!(document instanceof Unread)) reading.look(document);
    onFraction?.(fraction);
  }
  throwIfCancelled(signal, `reading ${file.path}`);
  return shapedReader(file, reading);
}

type Row = ShapeRow | Unread;

function shapedReader(file: ShapedFile, reading: ShapeReading): FormatReader {
  const fields: ReaderField[] = reading.columns().map(({ name, kind }) => inferredField(name, TYPES[kind]()));

  async function* rows(signal?: AbortSignal): AsyncIterable<RowChunk<Row>> {
    const pass = reading.pass();
    for await (const { documents, fraction } of file.documents(signal))
      yield {
        rows: documents.flatMap((document): readonly Row[] =>
          document instanceof Unread ? [document] : pass(document),
        ),
        fraction,
      };
  }
  const reader = rowReader<Row>({
    path: file.path,
    fields,
    rows,
    columns: (part, _, at) => ({
      columns: at.map((field): RawColumn =>
        part.map((row) => (row instanceof Unread ? null : (row[fields[field].name] ?? null))),
      ),
      faults: new Map(part.flatMap((row, i) => (row instanceof Unread ? [[i, row.reason] as const] : []))),
    }),
  });
  return { ...reader, shaped: { id: file.shape.id, reading, again: () => shapedReader(file, reading) } };
}
