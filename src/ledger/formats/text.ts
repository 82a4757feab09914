import * as arrow from 'apache-arrow';
import type { DataType } from 'apache-arrow';
import { isIsoText } from '../../core/iso.ts';
import { isIntegerText, isMissingText, isNumberText } from '../cast.ts';
import type { ReaderField } from '../reader.ts';
import { parseVector } from '../vectors.ts';
import { encodingOf } from './format.ts';

const CHUNK_BYTES = 4 << 20;

/**
 * Decodes a blob piece by piece: UTF-8, or UTF-16 where it starts with that byte order mark. `fraction` is how much has
 * been read.
 */
export async function* decodeText(
  blob: Blob,
  signal?: AbortSignal,
  chunkBytes = CHUNK_BYTES,
): AsyncIterable<{ text: string; fraction: number; last: boolean }> {
  const encoding = encodingOf(new Uint8Array(await blob.slice(0, 2).arrayBuffer()));
  const decoder = new TextDecoder(encoding);
  for (let at = 0; at < blob.size && !signal?.aborted; at += chunkBytes) {
    const end = Math.min(blob.size, at + chunkBytes);
    const last = end === blob.size;
    const text = decoder.decode(await blob.slice(at, end).arrayBuffer(), { stream: !last });
    yield { text, fraction: end / blob.size, last };
  }
}

/** The type that some text values look like; Null if all are missing. */
export function inferText(values: readonly string[]): DataType {
  const present = values.map((value) => value.trim()).filter((value) => !isMissingText(value));
  if (present.length === 0) return new arrow.Null();
  if (present.every(isIntegerText)) return new arrow.Int64();
  if (present.every(isNumberText)) return new arrow.Float64();
  if (present.every((value) => /^(?:true|false)$/i.test(value))) return new arrow.Bool();
  if (present.every(isIsoText)) return new arrow.TimestampMicrosecond();
  if (present.every((value) => parseVector(value, () => undefined) >= 0)) return vectorType();
  return new arrow.Utf8();
}

export const vectorType = (): DataType => new arrow.List(new arrow.Field('item', new arrow.Float32(), true));

export const inferredField = (name: string, type: DataType): ReaderField => ({
  name,
  type,
  typeName: arrow.DataType.isNull(type) ? 'empty' : String(type),
  inferred: true,
});
