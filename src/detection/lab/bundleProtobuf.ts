import {
  create,
  fromBinary,
  isFieldSet,
  ScalarType,
  toBinary,
  type DescField,
  type DescMessage,
  type Message,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import { TautlineFailure } from '../../core/errors.ts';
import { bundleFromObject, bundleToObject, type Bundle } from './bundle.ts';
import { BundleSchema } from './bundle_pb.ts';

/**
 * The protobuf form of a bundle (schema/bundle.proto): the object of the JSON form, field by field. Import it where it
 * is needed (`await import`): it brings the protobuf runtime with it.
 */

type Fields = Readonly<Record<string, unknown>>;

/** What is null in the JSON form if protobuf has nothing. */
const NULL_IF_ABSENT: readonly string[] = [
  'Bundle.operatingCharacteristics',
  'Baseline.falseAlarms',
  'Alert.cleared',
  'Rollout.labelled',
  'Parameters.reference_range',
];

export function bundleToProtobuf(bundle: Bundle): Uint8Array {
  const init = messageOf(BundleSchema, bundleToObject(bundle)) as MessageInitShape<typeof BundleSchema>;
  return toBinary(BundleSchema, create(BundleSchema, init));
}

/**
 * Reads the protobuf form; the same checks as of the JSON form.
 * @throws TautlineFailure of kind file that names the field
 */
export function bundleFromProtobuf(bytes: Uint8Array, file: string): Bundle {
  let object: Fields;
  try {
    object = objectOf(BundleSchema, fromBinary(BundleSchema, bytes, { readUnknownFields: false }));
  } catch (thrown) {
    // Past its end, the message is the engine's own.
    const isCutOff = thrown instanceof RangeError && /bounds/i.test(thrown.message);
    const reason = isCutOff ? 'it ends too early' : thrown instanceof Error ? thrown.message : String(thrown);
    const problem = `the bundle cannot be used: it is not protobuf as bundle.proto has it (${reason})`;
    throw new TautlineFailure({ kind: 'file', file, problem, advice: 'Export it again from its ledger.' });
  }
  return bundleFromObject(object, file);
}

/** The fields of a message by their names in the program, from those of the JSON form. */
function messageOf(message: DescMessage, object: Fields): Fields {
  const values = message.fields.map((field): [string, unknown] => {
    const value = object[field.jsonName] ?? null;
    if (field.fieldKind === 'list')
      return [
        field.localName,
        ((value ?? []) as unknown[]).map((part) => valueOf(field, part ?? (field.message && {}))),
      ];
    return [field.localName, field.message && value === null ? undefined : valueOf(field, value)];
  });
  return Object.fromEntries(values);
}

function valueOf({ message, scalar }: DescField, value: unknown): unknown {
  if (message) return messageOf(message, value as Fields);
  if (scalar === ScalarType.DOUBLE || scalar === ScalarType.FLOAT) return value ?? Number.NaN;
  if (scalar === ScalarType.INT64) return BigInt(value as number);
  return value ?? undefined;
}

/** A message as the JSON form has it: absent fields are absent, or null if they may be. */
function objectOf(message: DescMessage, from: Message): Fields {
  const values = message.fields.flatMap((field): [string, unknown][] => {
    const value = (from as unknown as Fields)[field.localName];
    if (isFieldSet(from, field))
      return [
        [
          field.jsonName,
          field.fieldKind === 'list' ? (value as unknown[]).map((v) => jsonOf(field, v)) : jsonOf(field, value),
        ],
      ];
    if (NULL_IF_ABSENT.includes(`${message.name}.${field.jsonName}`)) return [[field.jsonName, null]];
    return field.fieldKind === 'list' ? [[field.jsonName, []]] : [];
  });
  return Object.fromEntries(values);
}

function jsonOf({ message, fieldKind }: DescField, value: unknown): unknown {
  if (message) {
    const part = value as Message;
    // An entry of a list that has no field stands for null.
    const isNone = fieldKind === 'list' && !message.fields.some((field) => isFieldSet(part, field));
    return isNone ? null : objectOf(message, part);
  }
  if (typeof value === 'bigint') return Number(value);
  return Number.isNaN(value) ? null : value;
}
