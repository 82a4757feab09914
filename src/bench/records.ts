/** A named column as the C side reads and writes it (c/records.h). */
type Column = Float64Array | Float32Array | Int32Array | Uint8Array;
export type Columns = Readonly<Record<string, Column>>;

const HEAD = 40;
const NAME = 24;

/** Columns as the bytes of a record file; little-endian, as every machine that runs this. */
export function encodeRecords(columns: Columns): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (const [name, column] of Object.entries(columns)) {
    const head = new Uint8Array(HEAD);
    const written = new TextEncoder().encode(name);
    if (written.length >= NAME) throw new Error(`the column name ${name} is too long`);
    head.set(written);
    head[NAME] = typeOf(column).charCodeAt(0);
    new DataView(head.buffer).setBigInt64(32, BigInt(column.length), true);
    const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
    parts.push(head, bytes, new Uint8Array(-bytes.length & 7));
  }
  return parts;
}

export function decodeRecords(file: Uint8Array): Columns {
  const columns: Record<string, Column> = {};
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at < file.length;) {
    const name = new TextDecoder().decode(file.subarray(at, at + NAME)).replace(/\0.*$/s, '');
    const length = Number(view.getBigInt64(at + 32, true));
    const type = String.fromCharCode(file[at + NAME]);
    const Type = TYPES[type];
    if (!Type) throw new Error(`the record ${name} has type ${type}`);
    const bytes = length * Type.BYTES_PER_ELEMENT;
    // Not file.slice: of a Buffer that is a view.
    columns[name] = new Type(Uint8Array.from(file.subarray(at + HEAD, at + HEAD + bytes)).buffer);
    at += HEAD + bytes + (-bytes & 7);
  }
  return columns;
}

const TYPES: Readonly<Record<string, { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBuffer): Column }>> = {
  d: Float64Array,
  f: Float32Array,
  i: Int32Array,
  u: Uint8Array,
};

const typeOf = (column: Column): string => Object.keys(TYPES).find((type) => column instanceof TYPES[type])!;
