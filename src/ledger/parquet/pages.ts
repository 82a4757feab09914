import { crc32 } from './crc32.ts';
import { CODEC, DATA_PAGE, DATA_PAGE_V2, ENCODING, integerOf, isCount, PAGE, shown, structOf, TYPE } from './fields.ts';
import { damaged, mostInflated, type Chunk } from './footerValidation.ts';
import { readThriftPrefix, type ThriftStruct } from './thrift.ts';

/** A page header is tens of bytes; statistics in it can hold long texts. */
const LONGEST_HEADER = 16 << 20;
const RLE = 3;
const { plain: PLAIN, plainDictionary: PLAIN_DICTIONARY, dictionary: RLE_DICTIONARY } = ENCODING;
const BIT_PACKED = 4;
/** Bytes to a plain value, by the number of its type. */
const WIDTHS: Readonly<Record<number, number>> = {
  [TYPE.int32]: 4,
  [TYPE.int64]: 8,
  [TYPE.int96]: 12,
  [TYPE.float]: 4,
  [TYPE.double]: 8,
};

/** A page that holds values, or the dictionary of the others. */
export interface Page {
  readonly kind: 'dictionary' | 'data' | 'dataV2';
  /** Where its content begins in the chunk, what it takes there, and inflated. */
  readonly at: number;
  readonly bytes: number;
  readonly inflated: number;
  readonly values: number;
  readonly encoding: number;
  /** True if its levels are encoded as they are by all who still write. */
  readonly plainLevels: boolean;
  /** Of version 2: bytes of its levels, which are not compressed; whether the rest is. */
  readonly repetition: number;
  readonly definition: number;
  readonly isCompressed: boolean;
}

/**
 * The pages of a column chunk, held against what the footer states of it and against their own checksums.
 * @param where such as "row group 2"
 * @returns the bytes that they take of `bytes`, and what they hold inflated
 * @throws TautlineFailure of kind `file` where they do not hold
 */
export function validatePages(
  path: string,
  where: string,
  chunk: Chunk,
  rows: number,
  bytes: Uint8Array,
): { readonly bytes: number; readonly uncompressed: number; readonly pages: readonly Page[] } {
  const pages: Page[] = [];
  const total = { values: 0, rows: 0, uncompressed: 0 };
  let dictionary = false;
  let at = 0;
  let page = 0;
  const refuse = (why: string): Error =>
    damaged(path, `page ${page} of column "${shown(chunk.name)}" of ${where} ${why}`);
  while (total.values < chunk.values) {
    page++;
    const { header, length } = headerAt(bytes, at, refuse);
    at += length;
    const size = integerOf(header, PAGE.compressed);
    const inflated = integerOf(header, PAGE.uncompressed);
    if (!isCount(size) || size > bytes.length - at) throw refuse('ends beyond its column');
    if (!isCount(inflated) || (chunk.codec === CODEC.none ? inflated !== size : !inflates(chunk, size, inflated)))
      throw refuse(`states ${inflated} bytes, which its ${size} in the file cannot hold`);
    const crc = integerOf(header, PAGE.crc);
    if (!Number.isNaN(crc) && crc32(bytes.subarray(at, at + size)) !== crc)
      throw refuse('was damaged after it was written (its checksum is another)');
    const data = structOf(header.get(PAGE.data)?.value);
    const dataV2 = structOf(header.get(PAGE.dataV2)?.value);
    const type = integerOf(header, PAGE.type);
    if (type === 2) {
      const values = integerOf(structOf(header.get(PAGE.dictionary)?.value), DATA_PAGE.values);
      if (page > 1 || !isCount(values)) throw refuse('makes no sense as a dictionary');
      checkWidth(chunk, values, inflated, refuse);
      dictionary = true;
      pages.push({ ...pageOf('dictionary', structOf(header.get(PAGE.dictionary)?.value)), at, bytes: size, inflated });
    } else if (type === 0 || type === 3) {
      const fields = type === 0 ? data : dataV2;
      const values = checkData(chunk, fields, type === 3, dictionary, refuse);
      if (values > chunk.values - total.values)
        throw refuse(`holds more values than the ${chunk.values.toLocaleString('en-US')} that its column states`);
      if (type === 3) total.rows += checkLevels(chunk, fields!, Math.min(size, inflated), refuse);
      else if (chunk.maxDefinition === 0 && chunk.maxRepetition === 0 && encodingOf(fields, false) === PLAIN)
        checkWidth(chunk, values, inflated, refuse);
      total.values += values;
      pages.push({ ...pageOf(type === 3 ? 'dataV2' : 'data', type === 3 ? dataV2 : data), at, bytes: size, inflated });
    } else if (type !== 1) throw refuse('is of no known kind');
    total.uncompressed += inflated;
    at += size;
  }
  if (total.rows > 0 && total.rows !== rows)
    throw damaged(path, `the pages of column "${shown(chunk.name)}" of ${where} hold ${total.rows} of ${rows} rows`);
  return { bytes: at, uncompressed: total.uncompressed, pages };
}

function pageOf(kind: Page['kind'], fields: ThriftStruct | undefined): Omit<Page, 'at' | 'bytes' | 'inflated'> {
  const isV2 = kind === 'dataV2';
  const levels = [DATA_PAGE.definition, DATA_PAGE.repetition].map((id) => integerOf(fields, id));
  return {
    kind,
    values: integerOf(fields, DATA_PAGE.values),
    encoding: integerOf(fields, isV2 ? DATA_PAGE_V2.encoding : DATA_PAGE.encoding),
    plainLevels: kind !== 'data' || levels.every((level) => level === RLE),
    repetition: isV2 ? integerOf(fields, DATA_PAGE_V2.repetition) : 0,
    definition: isV2 ? integerOf(fields, DATA_PAGE_V2.definition) : 0,
    isCompressed: fields?.get(DATA_PAGE_V2.isCompressed)?.value !== false,
  };
}

function headerAt(
  bytes: Uint8Array,
  at: number,
  refuse: (why: string) => Error,
): { header: ThriftStruct; length: number } {
  if (at >= bytes.length) throw refuse('is missing');
  try {
    const { struct, length } = readThriftPrefix(bytes.subarray(at, at + LONGEST_HEADER));
    return { header: struct, length };
  } catch (thrown) {
    throw refuse(`has no header that makes sense: ${(thrown as Error).message}`);
  }
}

/** Of some writers the sum that a chunk states leaves a page or the headers out. */
const inflates = (chunk: Chunk, size: number, inflated: number): boolean =>
  inflated <= mostInflated(chunk.codec, size) && inflated <= 2 * chunk.uncompressed + (1 << 20);

const encodingOf = (fields: ThriftStruct | undefined, v2: boolean): number =>
  integerOf(fields, v2 ? DATA_PAGE_V2.encoding : DATA_PAGE.encoding);

/** Returns the values of a data page. */
function checkData(
  chunk: Chunk,
  fields: ThriftStruct | undefined,
  v2: boolean,
  dictionary: boolean,
  refuse: (why: string) => Error,
): number {
  const values = integerOf(fields, v2 ? DATA_PAGE_V2.values : DATA_PAGE.values);
  if (!isCount(values)) throw refuse('states no number of values that makes sense');
  const encoding = encodingOf(fields, v2);
  const byDictionary = encoding === PLAIN_DICTIONARY || encoding === RLE_DICTIONARY;
  if (byDictionary && !dictionary) throw refuse('needs a dictionary that is missing');
  const { encodings } = chunk;
  const listed = byDictionary
    ? encodings.has(PLAIN_DICTIONARY) || encodings.has(RLE_DICTIONARY)
    : encodings.has(encoding);
  if (encodings.size > 0 && !listed) throw refuse('is encoded in a way that its column does not state');
  // The levels' encoding is often not listed, save the one that nobody writes any more.
  const levels = [
    [chunk.maxDefinition, DATA_PAGE.definition],
    [chunk.maxRepetition, DATA_PAGE.repetition],
  ].flatMap(([most, id]) => (v2 || most === 0 ? [] : [integerOf(fields, id)]));
  if (levels.some((level) => level !== RLE && !(level === BIT_PACKED && encodings.has(BIT_PACKED))))
    throw refuse('has levels encoded in a way that its column does not state');
  return values;
}

/** Returns the rows of a data page of version 2, whose levels lie apart. */
function checkLevels(chunk: Chunk, fields: ThriftStruct, room: number, refuse: (why: string) => Error): number {
  const definition = integerOf(fields, DATA_PAGE_V2.definition);
  const repetition = integerOf(fields, DATA_PAGE_V2.repetition);
  const rows = integerOf(fields, DATA_PAGE_V2.rows);
  const nulls = integerOf(fields, DATA_PAGE_V2.nulls);
  const values = integerOf(fields, DATA_PAGE_V2.values);
  if (!isCount(definition) || !isCount(repetition) || definition + repetition > room)
    throw refuse('has levels that end beyond it');
  if ((chunk.maxDefinition === 0 && definition > 0) || (chunk.maxRepetition === 0 && repetition > 0))
    throw refuse('has levels that the schema does not have');
  if (!isCount(rows) || rows > values || !isCount(nulls) || nulls > values)
    throw refuse('states no number of rows and nulls that makes sense');
  return rows;
}

/** Plain values of one width take what they take. */
function checkWidth(chunk: Chunk, values: number, inflated: number, refuse: (why: string) => Error): void {
  const width = chunk.type === TYPE.fixedBytes ? chunk.typeLength : WIDTHS[chunk.type];
  const beyond = width === undefined ? 0 : inflated - values * width;
  if (width !== undefined && beyond !== 0 && beyond !== chunk.padding)
    throw refuse(`holds ${inflated} bytes, but ${values} values take ${values * width}`);
}
