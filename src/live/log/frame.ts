import { crc32 } from '../../ledger/parquet/crc32.ts';
import type { Headers, ProducedRecord } from '../transport.ts';

/**
 * Records in a file of the log, one after the other: length of the body and its CRC-32 (little-endian, 4 bytes each),
 * then the body: time of the append (float64, epoch ms), lengths of key and headers (uint32 each), key, headers (JSON,
 * nothing where there are none) and value.
 */
const HEAD_BYTES = 8;
const FIXED_BYTES = 16;
/** A length beyond it is damage, not a record. */
export const MAX_BODY_BYTES = 64 << 20;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface FramedRecord extends ProducedRecord {
  readonly timestamp: number;
}

export function frame({ key, value, headers, timestamp }: FramedRecord): Uint8Array {
  const keyBytes = encoder.encode(key);
  const headerBytes = headers ? encoder.encode(JSON.stringify(headers)) : new Uint8Array(0);
  const body = FIXED_BYTES + keyBytes.length + headerBytes.length + value.length;
  const bytes = new Uint8Array(HEAD_BYTES + body);
  const view = new DataView(bytes.buffer);
  view.setFloat64(HEAD_BYTES, timestamp, true);
  view.setUint32(HEAD_BYTES + 8, keyBytes.length, true);
  view.setUint32(HEAD_BYTES + 12, headerBytes.length, true);
  let at = HEAD_BYTES + FIXED_BYTES;
  for (const part of [keyBytes, headerBytes, value]) {
    bytes.set(part, at);
    at += part.length;
  }
  view.setUint32(0, body, true);
  view.setInt32(4, crc32(bytes.subarray(HEAD_BYTES)), true);
  return bytes;
}

/** What lies at a place: a whole record and where the next begins; the bytes end before it does; or neither. */
export type Unframed =
  | { readonly kind: 'record'; readonly record: FramedRecord; readonly end: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'damaged' };

/** The record at `at`; key, headers and value are copies. */
export function unframe(bytes: Uint8Array, at: number): Unframed {
  const end = wholeAt(bytes, at);
  if (typeof end === 'string') return { kind: end };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = at + HEAD_BYTES;
  const keyTo = from + FIXED_BYTES + view.getUint32(from + 8, true);
  const headersTo = keyTo + view.getUint32(from + 12, true);
  if (headersTo > end) return { kind: 'damaged' };
  const headers = decoder.decode(bytes.subarray(keyTo, headersTo));
  return {
    kind: 'record',
    record: {
      key: decoder.decode(bytes.subarray(from + FIXED_BYTES, keyTo)),
      // `slice` of a Buffer is no copy.
      value: new Uint8Array(bytes.subarray(headersTo, end)),
      ...(headers !== '' && { headers: JSON.parse(headers) as Headers }),
      timestamp: view.getFloat64(from, true),
    },
    end,
  };
}

/** Where the record at `at` ends, if it is whole and its checksum holds. */
export function wholeAt(bytes: Uint8Array, at: number): number | 'cut' | 'damaged' {
  if (at + HEAD_BYTES > bytes.length) return 'cut';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(at, true);
  if (length < FIXED_BYTES || length > MAX_BODY_BYTES) return 'damaged';
  const end = at + HEAD_BYTES + length;
  if (end > bytes.length) return 'cut';
  return crc32(bytes.subarray(at + HEAD_BYTES, end)) === view.getInt32(at + 4, true) ? end : 'damaged';
}
