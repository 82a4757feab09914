import { fromBinary, toJson } from '@bufbuild/protobuf';
import { TracesDataSchema } from './otlp_pb.ts';

/** OTLP traces as protobuf: one request, or several with their lengths before them. */

/** How the requests of a file follow each other: as fields of one, each after a varint, each after four bytes. */
export type Framing = 'request' | 'delimited' | 'length32';

interface Field {
  readonly tag: number;
  /** Position of its content, and of what follows it. */
  readonly start: number;
  readonly end: number;
}

const LENGTH = 2;
const RESOURCE_SPANS = 0x0a;
const SCOPE_SPANS = 0x12;
const FIRST = 0x0a;
const SECOND = 0x12;
const TRACE_ID_BYTES = 16;
const MAX_VARINT = 5;

/** A varint and the position after it; null where the bytes end or it is none of 32 bits. */
function varintAt(bytes: Uint8Array, at: number): { value: number; end: number } | null {
  let value = 0;
  for (let i = 0; i < MAX_VARINT; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return null;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, end: at + i + 1 };
  }
  return null;
}

/** A field with a length; null if there is none. */
function fieldAt(bytes: Uint8Array, at: number): Field | null {
  const tag = bytes[at];
  if (tag === undefined || (tag & 7) !== LENGTH) return null;
  const length = varintAt(bytes, at + 1);
  return length && { tag, start: length.end, end: length.end + length.value };
}

const isName = (bytes: Uint8Array, { start, end }: Field): boolean =>
  end > start && end - start < 256 && bytes.subarray(start, end).every((byte) => byte >= 32 && byte < 127);

/** True if traces begin here: resource spans with the name of an attribute, or with a span that has a trace id. */
function beginTraces(bytes: Uint8Array, at: number): boolean {
  const group = fieldAt(bytes, at);
  if (group?.tag !== RESOURCE_SPANS) return false;
  let inner = fieldAt(bytes, group.start);
  if (inner?.tag === FIRST) {
    if (inner.end > inner.start) {
      const attribute = fieldAt(bytes, inner.start);
      const key = attribute?.tag === FIRST ? fieldAt(bytes, attribute.start) : null;
      return key?.tag === FIRST && isName(bytes, key);
    }
    inner = fieldAt(bytes, inner.end);
  }
  if (inner?.tag !== SCOPE_SPANS) return false;
  let span = fieldAt(bytes, inner.start);
  if (span?.tag === FIRST) span = fieldAt(bytes, span.end);
  const id = span?.tag === SECOND ? fieldAt(bytes, span.start) : null;
  return id?.tag === FIRST && id.end - id.start === TRACE_ID_BYTES;
}

/** How the requests of a file are framed, by its first bytes; null if it is none. */
export function framingOf(head: Uint8Array): Framing | null {
  if (beginTraces(head, 0)) return 'request';
  const length = varintAt(head, 0);
  if (length && length.value > 0 && beginTraces(head, length.end)) return 'delimited';
  return head.length > 4 && beginTraces(head, 4) ? 'length32' : null;
}

/** Most bytes that stand before a request. */
export const MAX_PREFIX = 1 + MAX_VARINT;

/**
 * Where the next request lies, from the bytes before it; null if they are none of its framing.
 * @param prefix `MAX_PREFIX` bytes, fewer at the end of the file
 * @returns offsets from the beginning of the prefix
 */
export function requestAt(prefix: Uint8Array, framing: Framing): { start: number; end: number } | null {
  if (framing === 'length32') {
    if (prefix.length < 4) return null;
    const length = new DataView(prefix.buffer, prefix.byteOffset).getUint32(0);
    return { start: 4, end: 4 + length };
  }
  if (framing === 'delimited') {
    const length = varintAt(prefix, 0);
    return length && { start: length.end, end: length.end + length.value };
  }
  const field = fieldAt(prefix, 0);
  return field?.tag === RESOURCE_SPANS ? { start: 0, end: field.end } : null;
}

/**
 * A request as OTLP/JSON has it, ids in base64.
 * @throws Error where the bytes are no request
 */
export const requestJson = (bytes: Uint8Array): unknown =>
  toJson(TracesDataSchema, fromBinary(TracesDataSchema, bytes));
