/**
 * The Thrift compact protocol (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md), read
 * and written without a schema: enough to take a Parquet footer apart, change some fields and put it together again.
 */
const TRUE = 1;
const FALSE = 2;
export const I64 = 6;
const BYTE = 3;
const I16 = 4;
export const I32 = 5;
const DOUBLE = 7;
const BINARY = 8;
export const LIST = 9;
const SET = 10;
export const STRUCT = 12;

export interface ThriftList {
  readonly element: number;
  readonly items: ThriftValue[];
}
export interface ThriftField {
  readonly type: number;
  readonly value: ThriftValue;
}
/** Integers are bigint, doubles their 8 bytes, strings their bytes. */
export type ThriftValue = bigint | boolean | Uint8Array | ThriftList | ThriftStruct;
/** Field id -> field, in the order of the ids. */
export type ThriftStruct = Map<number, ThriftField>;

/** Reads one struct; throws RangeError where the bytes end too early or make no sense. */
export const readThrift = (bytes: Uint8Array): ThriftStruct => readThriftPrefix(bytes).struct;

/** The same of bytes that go on behind it. */
export function readThriftPrefix(bytes: Uint8Array): { readonly struct: ThriftStruct; readonly length: number } {
  let at = 0;
  const byte = (): number => {
    if (at >= bytes.length) throw new RangeError('the metadata ends too early');
    return bytes[at++];
  };
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new RangeError('the metadata ends too early');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const next = byte();
      value |= BigInt(next & 127) << shift;
      if (next < 128) return value;
    }
    throw new RangeError('a number in the metadata is too long');
  };
  const zigzag = (): bigint => {
    const value = varint();
    return (value >> 1n) ^ -(value & 1n);
  };
  const value = (type: number, depth: number): ThriftValue => {
    if (depth > 64) throw new RangeError('the metadata is nested too deep');
    switch (type) {
      case TRUE:
        return true;
      case FALSE:
        return false;
      case BYTE:
        return BigInt(byte());
      case I16:
      case I32:
      case I64:
        return zigzag();
      case DOUBLE:
        return take(8);
      case BINARY:
        return take(Number(varint()));
      case LIST:
      case SET: {
        const header = byte();
        const size = header >> 4 === 15 ? Number(varint()) : header >> 4;
        const element = header & 15;
        if (size > bytes.length - at) throw new RangeError('a list in the metadata is too long');
        return {
          element,
          items: Array.from({ length: size }, () => (element <= FALSE ? byte() === TRUE : value(element, depth + 1))),
        };
      }
      case STRUCT:
        return struct(depth + 1);
      default:
        throw new RangeError('the metadata makes no sense');
    }
  };
  const struct = (depth: number): ThriftStruct => {
    const fields: ThriftStruct = new Map();
    let id = 0;
    for (;;) {
      const header = byte();
      if (header === 0) return fields;
      id = header >> 4 === 0 ? Number(zigzag()) : id + (header >> 4);
      if (fields.has(id)) throw new RangeError('a field of the metadata is there twice');
      fields.set(id, { type: header & 15, value: value(header & 15, depth) });
    }
  };
  return { struct: struct(0), length: at };
}

/** The bytes of a struct. */
export function writeThrift(root: ThriftStruct): Uint8Array {
  let out = new Uint8Array(1024);
  let used = 0;
  const append = (part: Uint8Array): void => {
    if (used + part.length > out.length) {
      const grown = new Uint8Array(Math.max(out.length * 2, used + part.length));
      grown.set(out);
      out = grown;
    }
    out.set(part, used);
    used += part.length;
  };
  const byte = (value: number): void => append(Uint8Array.of(value));
  const varint = (value: bigint): void => {
    for (; value >= 128n; value >>= 7n) byte(Number(value & 127n) | 128);
    byte(Number(value));
  };
  const zigzag = (value: bigint): void => varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
  const write = (type: number, value: ThriftValue): void => {
    if (type === TRUE || type === FALSE) return;
    if (type === BYTE) byte(Number(value));
    else if (typeof value === 'bigint') zigzag(value);
    else if (value instanceof Uint8Array) {
      if (type === BINARY) varint(BigInt(value.length));
      append(value);
    } else if (value instanceof Map) struct(value);
    else {
      const { element, items } = value as ThriftList;
      byte((Math.min(items.length, 15) << 4) | element);
      if (items.length >= 15) varint(BigInt(items.length));
      for (const item of items) {
        if (element <= FALSE) byte(item === true ? TRUE : FALSE);
        else write(element, item);
      }
    }
  };
  const struct = (fields: ThriftStruct): void => {
    let last = 0;
    for (const [id, { type, value }] of [...fields].sort((a, b) => a[0] - b[0])) {
      if (id > last && id - last < 16) byte(((id - last) << 4) | type);
      else {
        byte(type);
        zigzag(BigInt(id));
      }
      write(type, value);
      last = id;
    }
    byte(0);
  };
  struct(root);
  return out.slice(0, used);
}
