import * as arrow from 'apache-arrow';
import { arrowTable, type ArrowShape, type Row } from './bases.ts';
import type { Dice } from './dice.ts';

/** An Arrow IPC file or stream, and every place in it that holds a number. */
export interface ArrowFile {
  readonly bytes: Uint8Array;
  readonly places: readonly Place[];
  readonly messages: readonly Message[];
  readonly rows: number;
  readonly isFile: boolean;
}

export interface Place {
  readonly name: string;
  readonly at: number;
  /** Bytes. */
  readonly size: 1 | 2 | 4 | 8;
}

interface Message {
  readonly type: 'schema' | 'dictionary' | 'batch';
  /** Where the prefix begins, and where the next message would. */
  readonly from: number;
  readonly to: number;
  readonly body: number;
  readonly buffers: readonly Buffer[];
}
/** A buffer of a message, by what it holds. */
interface Buffer {
  readonly column: string;
  readonly role: 'validity' | 'offsets' | 'values' | 'indices';
  readonly at: number;
  readonly length: number;
}

/** A table of a FlatBuffer: where its fields lie. */
class Table {
  readonly #view: DataView;
  readonly #at: number;
  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }
  /** Where field `index` is; 0 if it has its default. */
  field(index: number): number {
    const vtable = this.#at - this.#view.getInt32(this.#at, true);
    const entry = 4 + 2 * index;
    const offset = entry < this.#view.getUint16(vtable, true) ? this.#view.getUint16(vtable + entry, true) : 0;
    return offset === 0 ? 0 : this.#at + offset;
  }
  table(index: number): Table | null {
    const at = this.field(index);
    return at === 0 ? null : new Table(this.#view, at + this.#view.getUint32(at, true));
  }
  /** Where the length of a vector is, and how many elements it has. */
  vector(index: number): { at: number; length: number } {
    const at = this.field(index);
    if (at === 0) return { at: 0, length: 0 };
    const start = at + this.#view.getUint32(at, true);
    return { at: start, length: this.#view.getUint32(start, true) };
  }
  tables(index: number): Table[] {
    const { at, length } = this.vector(index);
    return Array.from({ length }, (_, i) => {
      const entry = at + 4 + 4 * i;
      return new Table(this.#view, entry + this.#view.getUint32(entry, true));
    });
  }
}

// Fields by their place in Message.fbs, Schema.fbs and File.fbs of Apache Arrow.
const MESSAGE = { version: 0, type: 1, header: 2, bodyLength: 3 } as const;
const SCHEMA = { endianness: 0, fields: 1 } as const;
const FIELD = { name: 0, nullable: 1, typeType: 2, type: 3, dictionary: 4, children: 5 } as const;
const BATCH = { length: 0, nodes: 1, buffers: 2, compression: 3 } as const;
const DICTIONARY = { id: 0, data: 1, delta: 2 } as const;
const FOOTER = { version: 0, schema: 1, dictionaries: 2, batches: 3 } as const;
const TYPES = { 1: 'schema', 2: 'dictionary', 3: 'batch' } as const;

function readArrow(bytes: Uint8Array, table: arrow.Table, isFile: boolean): ArrowFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const root = (at: number): Table => new Table(view, at + view.getUint32(at, true));
  const places: Place[] = [];
  const add = (name: string, at: number, size: Place['size']): void => {
    if (at > 0) places.push({ name, at, size });
  };
  const messages: Message[] = [];
  let at = isFile ? 8 : 0;
  while (at + 8 <= bytes.length && view.getUint32(at, true) === 0xffffffff) {
    const length = view.getInt32(at + 4, true);
    if (length === 0) break;
    const message = root(at + 8);
    const type = TYPES[view.getUint8(message.field(MESSAGE.type)) as 1 | 2 | 3];
    const name = `message ${messages.length} (${type})`;
    const body = at + 8 + length;
    const bodyField = message.field(MESSAGE.bodyLength);
    const bodyLength = bodyField === 0 ? 0 : Number(view.getBigInt64(bodyField, true));
    add(`${name}: continuation`, at, 4);
    add(`${name}: metadata length`, at + 4, 4);
    add(`${name}: version`, message.field(MESSAGE.version), 2);
    add(`${name}: header type`, message.field(MESSAGE.type), 1);
    add(`${name}: body length`, bodyField, 8);
    const header = message.table(MESSAGE.header)!;
    const buffers = type === 'schema' ? [] : addBatch(type, header, name, body);
    if (type === 'schema') addSchema(header, name);
    messages.push({ type, from: at, to: body + bodyLength, body, buffers });
    at = body + bodyLength;
  }
  if (isFile) addFooter();
  return { bytes, places, messages, rows: table.numRows, isFile };

  function addSchema(schema: Table, name: string): void {
    add(`${name}: endianness`, schema.field(SCHEMA.endianness), 2);
    add(`${name}: fields`, schema.vector(SCHEMA.fields).at, 4);
    const visit = (field: Table, path: string): void => {
      add(`${path}: nullable`, field.field(FIELD.nullable), 1);
      add(`${path}: kind of type`, field.field(FIELD.typeType), 1);
      add(`${path}: children`, field.vector(FIELD.children).at, 4);
      const detail = field.table(FIELD.type);
      if (detail) add(`${path}: width or precision`, detail.field(0), 2);
      const dictionary = field.table(FIELD.dictionary);
      if (dictionary) add(`${path}: dictionary id`, dictionary.field(0), 8);
      field.tables(FIELD.children).forEach((child, i) => visit(child, `${path}.${i}`));
    };
    schema.tables(SCHEMA.fields).forEach((field, i) => visit(field, `${name}: field ${i}`));
  }

  function addBatch(type: 'dictionary' | 'batch', header: Table, name: string, body: number): Buffer[] {
    const batch = type === 'batch' ? header : header.table(DICTIONARY.data)!;
    if (type === 'dictionary') {
      add(`${name}: dictionary id`, header.field(DICTIONARY.id), 8);
      add(`${name}: delta`, header.field(DICTIONARY.delta), 1);
    }
    add(`${name}: rows`, batch.field(BATCH.length), 8);
    const nodes = batch.vector(BATCH.nodes);
    add(`${name}: nodes`, nodes.at, 4);
    for (let i = 0; i < nodes.length; i++) {
      add(`${name}: length of node ${i}`, nodes.at + 4 + 16 * i, 8);
      add(`${name}: nulls of node ${i}`, nodes.at + 12 + 16 * i, 8);
    }
    const vector = batch.vector(BATCH.buffers);
    add(`${name}: buffers`, vector.at, 4);
    const roles = type === 'batch' ? table.schema.fields.flatMap(rolesOf) : rolesOf(DICTIONARY_VALUES);
    return Array.from({ length: vector.length }, (_, i): Buffer => {
      const entry = vector.at + 4 + 16 * i;
      add(`${name}: offset of buffer ${i} (${roles[i]?.[0]} ${roles[i]?.[1]})`, entry, 8);
      add(`${name}: length of buffer ${i} (${roles[i]?.[0]} ${roles[i]?.[1]})`, entry + 8, 8);
      const [offset, length] = [view.getBigInt64(entry, true), view.getBigInt64(entry + 8, true)].map(Number);
      return { column: roles[i][0], role: roles[i][1], at: body + offset, length };
    });
  }

  function addFooter(): void {
    const length = view.getInt32(bytes.length - 10, true);
    add('footer length', bytes.length - 10, 4);
    const footer = root(bytes.length - 10 - length);
    add('footer: version', footer.field(FOOTER.version), 2);
    for (const [name, index] of [
      ['dictionaries', FOOTER.dictionaries],
      ['batches', FOOTER.batches],
    ] as const) {
      const blocks = footer.vector(index);
      add(`footer: ${name}`, blocks.at, 4);
      for (let i = 0; i < blocks.length; i++) {
        // The first struct is aligned to 8 bytes after the length.
        const block = blocks.at + 4 + 24 * i;
        add(`footer: offset of ${name} ${i}`, block, 8);
        add(`footer: metadata length of ${name} ${i}`, block + 8, 4);
        add(`footer: body length of ${name} ${i}`, block + 16, 8);
      }
    }
    const schema = footer.table(FOOTER.schema);
    if (schema) addSchema(schema, 'footer');
  }
}

const DICTIONARY_VALUES = new arrow.Field('dictionary', new arrow.Utf8(), true);

/** The buffers of a field and its children, in order. */
function rolesOf({ name, type }: arrow.Field): [string, Buffer['role']][] {
  const validity: [string, Buffer['role']] = [name, 'validity'];
  if (arrow.DataType.isDictionary(type)) return [validity, [name, 'indices']];
  if (arrow.DataType.isUtf8(type)) return [validity, [name, 'offsets'], [name, 'values']];
  const child = (type as arrow.List).children?.[0];
  if (arrow.DataType.isList(type)) return [validity, [name, 'offsets'], ...rolesOf(child)];
  if (arrow.DataType.isFixedSizeList(type)) return [validity, ...rolesOf(child)];
  return [validity, [name, 'values']];
}

/** A sound file or stream: with dictionaries or none, one batch or several. */
export const arrowShape = (dice: Dice): ArrowShape => ({
  dictionaries: dice.chance(0.5),
  fixed: dice.chance(0.4),
  wide: dice.chance(0.2),
  batchRows: dice.pick([40, 1000]),
});

export function arrowBase(rows: readonly Row[], shape: ArrowShape, isFile: boolean): ArrowFile {
  const table = arrowTable(rows, shape);
  return readArrow(arrow.tableToIPC(table, isFile ? 'file' : 'stream').slice(), table, isFile);
}
