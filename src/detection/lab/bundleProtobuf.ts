import { BinaryReader } from '@bufbuild/protobuf/wire';
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
  'Baseline.style',
  'Baseline.meaning',
  'Baseline.behaviour',
  'Baseline.embedder',
  'ChangeReference.features',
  'BehaviourFeature.values',
  'Calibration.style',
  'Calibration.meaning',
  'Calibration.behaviour',
  'Embedder.probe',
  'Embedder.frequencies',
  'Embedder.settings',
  'Alert.cleared',
  'Rollout.labelled',
  'ChannelHealth.reason',
  'ChannelHealth.help',
  'ChannelHealth.conversations',
  'Parameters.reference_range',
];

/** Texts that stand for a list in the JSON form: a list of that text alone. */
const TEXT_OR_LIST: readonly string[] = ['Parameters.behaviour'];

/** Fields of version 1 that are reserved now, by message and number, as the JSON form of that version had them. */
const FORMER: Readonly<
  Record<string, Readonly<Record<number, readonly [name: string, read: (reader: BinaryReader) => unknown]>>>
> = {
  Parameters: { 31: ['mewma_lambda', (reader) => reader.double()] },
  Ledger: { 5: ['embedder', (reader) => reader.string()] },
};

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
    object = objectOf(BundleSchema, fromBinary(BundleSchema, bytes));
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
    if (field.fieldKind === 'list') {
      const parts = (typeof value === 'string' ? [value] : (value ?? [])) as unknown[];
      return [field.localName, parts.map((part) => valueOf(field, part ?? (field.message && {})))];
    }
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
    const name = `${message.name}.${field.jsonName}`;
    const isText = TEXT_OR_LIST.includes(name);
    if (isFieldSet(from, field)) {
      if (field.fieldKind !== 'list') return [[field.jsonName, jsonOf(field, value)]];
      const parts = (value as unknown[]).map((part) => jsonOf(field, part));
      return [[field.jsonName, isText && parts.length === 1 && parts[0] === 'auto' ? 'auto' : parts]];
    }
    if (NULL_IF_ABSENT.includes(name)) return [[field.jsonName, null]];
    return field.fieldKind === 'list' && !isText ? [[field.jsonName, []]] : [];
  });
  return Object.fromEntries([...values, ...formerFields(message, from)]);
}

function formerFields(message: DescMessage, { $unknown = [] }: Message): [string, unknown][] {
  return $unknown.flatMap(({ no, data }): [string, unknown][] => {
    const former = FORMER[message.name]?.[no];
    return former ? [[former[0], former[1](new BinaryReader(data))]] : [];
  });
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
