import * as arrow from 'apache-arrow';
import type { DataType } from 'apache-arrow';
import { isIsoText } from '../../core/iso.ts';
import { isMissingText } from '../cast.ts';
import { fileFailure } from '../failures.ts';
import { rowReader, sampleRows, type RowChunk } from './rows.ts';
import { decodeText, inferredField, vectorType } from './text.ts';
import type { FormatReader } from '../reader.ts';
import type { NamedBlob } from '../types.ts';
import { parseVector } from '../vectors.ts';

type Flat = Map<string, unknown>;
const BATCH_ROWS = 8192;
/** A JSON array has to be parsed whole. */
const MAX_ARRAY_BYTES = 256 << 20;

/**
 * Flattens nested objects to dotted names: `{attributes: {"gen_ai.agent.name": "a"}}` ->
 * `attributes.gen_ai.agent.name`.
 */
function flatten(value: object, prefix: string, out: Flat): Flat {
  for (const [key, inner] of Object.entries(value)) {
    if (inner !== null && typeof inner === 'object' && !Array.isArray(inner))
      flatten(inner as object, `${prefix}${key}.`, out);
    else out.set(prefix + key, inner);
  }
  return out;
}

function parseLine(line: string): Flat | string {
  try {
    const value = JSON.parse(line) as unknown;
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return flatten(value, '', new Map());
    return 'the line is not a JSON object';
  } catch {
    return 'the line is not JSON';
  }
}

/** Opens newline-delimited JSON, one object per event, or a JSON array of such objects. */
export async function openNdjson(file: NamedBlob): Promise<FormatReader> {
  const { path, blob } = file;
  const isArray = /^\s*\[/.test(await blob.slice(0, 64).text());
  if (isArray && blob.size > MAX_ARRAY_BYTES) {
    throw fileFailure(
      path,
      'a JSON array of more than 256 MB cannot be read piece by piece',
      'Write one object per line (NDJSON), or Parquet',
    );
  }

  async function* linesOf(signal?: AbortSignal): AsyncIterable<RowChunk<Flat | string>> {
    if (isArray) {
      const parsed = parseArray(path, await blob.text());
      for (let from = 0; from < parsed.length; from += BATCH_ROWS) {
        const rows = parsed.slice(from, from + BATCH_ROWS);
        yield { rows, fraction: (from + rows.length) / parsed.length };
      }
      return;
    }
    let rest = '';
    for await (const { text, fraction, last } of decodeText(blob, signal)) {
      const lines = (rest + text).split('\n');
      rest = last ? '' : lines.pop()!;
      yield { rows: lines.filter((line) => line.trim() !== '').map(parseLine), fraction };
    }
  }

  const sample = await sampleRows(linesOf());
  const objects = sample.filter((row) => typeof row !== 'string');
  const wrong = sample.find((row) => typeof row === 'string');
  if (objects.length === 0 && wrong) throw fileFailure(path, wrong, 'Write one JSON object a line');
  const values = new Map<string, unknown[]>();
  for (const row of objects)
    for (const [name, value] of row) {
      const known = values.get(name);
      if (known) known.push(value);
      else values.set(name, [value]);
    }
  const fields = [...values].map(([name, found]) => inferredField(name, inferJson(found)));
  return rowReader<Flat | string>({
    path,
    fields,
    rows: linesOf,
    fault: (row) => (typeof row === 'string' ? row : null),
    value: (row, field) => (typeof row === 'string' ? null : (row.get(fields[field].name) ?? null)),
  });
}

function parseArray(path: string, text: string): (Flat | string)[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw fileFailure(
      path,
      'it starts like a JSON array but is not JSON',
      'Write one JSON object a line, or a whole JSON array',
    );
  }
  return (parsed as unknown[]).map((value) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? flatten(value, '', new Map())
      : 'the element is not a JSON object',
  );
}

function inferJson(values: readonly unknown[]): DataType {
  const present = values.filter((value) => value !== null && !(typeof value === 'string' && isMissingText(value)));
  if (present.length === 0) return new arrow.Null();
  if (present.every((value) => Number.isInteger(value))) return new arrow.Int64();
  if (present.every((value) => typeof value === 'number')) return new arrow.Float64();
  if (present.every((value) => typeof value === 'boolean')) return new arrow.Bool();
  if (present.every((value) => typeof value === 'string' && isIsoText(value.trim())))
    return new arrow.TimestampMicrosecond();
  if (present.every(isVector)) return vectorType();
  return new arrow.Utf8();
}

const isVector = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.every((coordinate) => typeof coordinate === 'number' || coordinate === null)
    : typeof value === 'string' && parseVector(value, () => undefined) >= 0;
