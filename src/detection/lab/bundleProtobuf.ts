import protobuf from 'protobufjs/minimal.js';
import { TautlineFailure } from '../../core/errors.ts';
import { bundleFromObject, bundleToObject, type Bundle } from './bundle.ts';
import layoutFile from './bundleProto.json' with { type: 'json' };

/**
 * The protobuf form of a bundle (schema/bundle.proto): the object of the JSON form, field by field. Import it where it
 * is needed (`await import`): it brings the protobuf runtime with it.
 */

/** A field of a message; its `type` is a scalar of protobuf or another message. */
export interface ProtoField {
  readonly id: number;
  readonly type: string;
  readonly repeated: boolean;
}
/**
 * Message -> JSON name of a field -> field. Taken from bundle.proto, which alone says the numbers; a test holds them
 * together.
 */
export type ProtoLayout = Readonly<Record<string, Readonly<Record<string, ProtoField>>>>;

const LAYOUT: ProtoLayout = layoutFile;

/** What is null in the JSON form where protobuf has nothing. */
const NULL_WHERE_ABSENT: readonly string[] = [
  'Bundle.operatingCharacteristics',
  'Baseline.falseAlarms',
  'Alert.cleared',
  'Parameters.reference_range',
];

const WIRE: Readonly<Record<string, number>> = { double: 1, float: 5, int32: 0, int64: 0, bool: 0, string: 2 };
const PACKED = 2;

export const bundleToProtobuf = (bundle: Bundle): Uint8Array => encode('Bundle', bundleToObject(bundle));

/**
 * Reads the protobuf form; the same checks as of the JSON form.
 * @throws TautlineFailure of kind file that names the field
 */
export function bundleFromProtobuf(bytes: Uint8Array, file: string): Bundle {
  let object: Record<string, unknown>;
  try {
    object = decode('Bundle', protobuf.Reader.create(bytes), bytes.length);
  } catch (thrown) {
    const problem = `the bundle cannot be used: it is not protobuf as bundle.proto has it (${thrown instanceof Error ? thrown.message : String(thrown)})`;
    throw new TautlineFailure({ kind: 'file', file, problem, advice: 'Export it again from its ledger.' });
  }
  return bundleFromObject(object, file);
}

function encode(message: string, object: Readonly<Record<string, unknown>>): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [name, { id, type, repeated }] of Object.entries(LAYOUT[message])) {
    const value = object[name];
    if (repeated) {
      const values = (value ?? []) as readonly unknown[];
      if (type in LAYOUT)
        for (const part of values)
          writer.uint32(tag(id, PACKED)).bytes(part === null ? EMPTY : encode(type, part as Record<string, unknown>));
      else if (values.length > 0) {
        writer.uint32(tag(id, PACKED)).fork();
        for (const part of values) writeScalar(writer, type, part);
        writer.ldelim();
      }
    } else if (type in LAYOUT) {
      if (value !== null) writer.uint32(tag(id, PACKED)).bytes(encode(type, value as Record<string, unknown>));
    } else if (value !== null || NUMBERS.includes(type)) writeScalar(writer.uint32(tag(id, WIRE[type])), type, value);
  }
  return writer.finish();
}

const EMPTY = new Uint8Array(0);
const NUMBERS = ['double', 'float'];
const tag = (id: number, wire: number): number => ((id << 3) | wire) >>> 0;

function writeScalar(writer: protobuf.Writer, type: string, value: unknown): void {
  if (type === 'double') writer.double((value as number | null) ?? Number.NaN);
  else if (type === 'float') writer.float((value as number | null) ?? Number.NaN);
  else if (type === 'int32') writer.int32(value as number);
  else if (type === 'int64') writer.int64(value as number);
  else if (type === 'bool') writer.bool(value as boolean);
  else writer.string(value as string);
}

function decode(message: string, reader: protobuf.Reader, end: number): Record<string, unknown> {
  const fields = new Map(Object.entries(LAYOUT[message]).map(([name, field]) => [field.id, { name, ...field }]));
  const object: Record<string, unknown> = {};
  for (const { name, repeated } of fields.values()) if (repeated) object[name] = [];
  while (reader.pos < end) {
    const key = reader.uint32();
    const wire = key & 7;
    const field = fields.get(key >>> 3);
    if (!field) {
      // Of a later program.
      reader.skipType(wire);
      continue;
    }
    const { name, type, repeated } = field;
    const values = object[name] as unknown[];
    if (type in LAYOUT) {
      expectWire(message, name, wire, PACKED);
      const length = reader.uint32();
      const part = repeated && length === 0 ? null : decode(type, reader, within(reader, length, end));
      if (repeated) values.push(part);
      else object[name] = part;
    } else if (repeated && wire === PACKED) {
      const stop = within(reader, reader.uint32(), end);
      while (reader.pos < stop) values.push(readScalar(reader, type));
    } else {
      expectWire(message, name, wire, WIRE[type]);
      if (repeated) values.push(readScalar(reader, type));
      else object[name] = readScalar(reader, type);
    }
  }
  if (reader.pos !== end) throw new Error(`a ${message} goes on beyond its end`);
  for (const path of NULL_WHERE_ABSENT) {
    const [owner, name] = path.split('.');
    if (owner === message && (!Object.hasOwn(object, name) || (object[name] as unknown[] | null)?.length === 0))
      object[name] = null;
  }
  return object;
}

function within(reader: protobuf.Reader, length: number, end: number): number {
  const stop = reader.pos + length;
  if (stop > end) throw new Error('it ends before its last field');
  return stop;
}

function expectWire(message: string, name: string, wire: number, expected: number): void {
  if (wire !== expected) throw new Error(`${message}.${name} has wire type ${wire}, not ${expected}`);
}

function readScalar(reader: protobuf.Reader, type: string): unknown {
  switch (type) {
    case 'double':
      return orNull(reader.double());
    case 'float':
      return orNull(reader.float());
    case 'int32':
      return reader.int32();
    case 'int64':
      return Number(reader.int64());
    case 'bool':
      return reader.bool();
    default:
      return reader.string();
  }
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
