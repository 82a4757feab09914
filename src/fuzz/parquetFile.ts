import * as arrow from 'apache-arrow';
import {
  I32,
  I64,
  readThrift,
  writeThrift,
  type ThriftList,
  type ThriftStruct,
  type ThriftValue,
} from '../ledger/parquet/thrift.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { arrowTable, type Row } from './bases.ts';
import type { Dice } from './dice.ts';

/** A Parquet file taken apart: pages by row group and column chunk, and the footer's metadata. */
export interface ParquetFile {
  readonly metadata: ThriftStruct;
  /** Row group -> column chunk -> its pages. */
  readonly groups: readonly (readonly (readonly Page[])[])[];
  readonly rows: number;
  /** True if pages have their CRC, so that a change of their bytes can be known. */
  readonly crc: boolean;
}
export interface Page {
  readonly header: ThriftStruct;
  readonly body: Uint8Array;
}

// Field ids of parquet.thrift.
export const FILE = { schema: 2, rows: 3, groups: 4 } as const;
export const GROUP = { columns: 1, rows: 3 } as const;
const CHUNK = { meta: 3 } as const;
export const META = { type: 1, path: 3, values: 5, uncompressed: 6, compressed: 7, dataPage: 9, dictionaryPage: 11 };
export const PAGE = { type: 1, uncompressed: 2, compressed: 3, crc: 4, data: 5, dictionary: 7, dataV2: 8 } as const;
const DICTIONARY_PAGE = 2n;
const INDEXES = [4, 5, 6, 7];

export const structOf = (value: ThriftValue | undefined): ThriftStruct => value as ThriftStruct;
export const listOf = (value: ThriftValue | undefined): ThriftList => value as ThriftList;
export const numberOf = (struct: ThriftStruct, id: number): number => Number(struct.get(id)?.value ?? 0n);
export const isDictionary = ({ header }: Page): boolean => header.get(PAGE.type)?.value === DICTIONARY_PAGE;

export const groupsOf = (metadata: ThriftStruct): ThriftStruct[] =>
  listOf(metadata.get(FILE.groups)?.value).items as ThriftStruct[];
export const chunksOf = (group: ThriftStruct): ThriftStruct[] =>
  listOf(group.get(GROUP.columns)?.value).items as ThriftStruct[];
export const metaOf = (chunk: ThriftStruct): ThriftStruct => structOf(chunk.get(CHUNK.meta)?.value);
export const pathOf = (meta: ThriftStruct): string =>
  listOf(meta.get(META.path)?.value)
    .items.map((part) => new TextDecoder().decode(part as Uint8Array))
    .join('.');

export function copy<T extends ThriftValue>(value: T): T;
export function copy(value: ThriftValue): ThriftValue {
  if (value instanceof Uint8Array) return value.slice();
  if (value instanceof Map)
    return new Map(Array.from(value, ([id, { type, value: inner }]) => [id, { type, value: copy(inner) }]));
  return typeof value === 'object' ? { ...value, items: value.items.map(copy) } : value;
}

function takeApart(bytes: Uint8Array, rows: number): ParquetFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = view.getUint32(bytes.length - 8, true);
  const metadata = readThrift(bytes.subarray(bytes.length - 8 - length, bytes.length - 8));
  const groups = groupsOf(metadata).map((group) => chunksOf(group).map((chunk) => pagesOf(bytes, metaOf(chunk))));
  return { metadata, groups, rows, crc: false };
}

function pagesOf(bytes: Uint8Array, meta: ThriftStruct): Page[] {
  const dictionary = numberOf(meta, META.dictionaryPage);
  let at = dictionary > 0 ? dictionary : numberOf(meta, META.dataPage);
  const end = at + numberOf(meta, META.compressed);
  const pages: Page[] = [];
  while (at < end) {
    const header = readThrift(bytes.subarray(at, end));
    // The length of a header is known from writing it: writers of bases write what we would.
    at += writeThrift(header).length;
    const size = numberOf(header, PAGE.compressed);
    pages.push({ header, body: bytes.slice(at, at + size) });
    at += size;
  }
  if (at !== end) throw new Error('the base could not be taken apart');
  return pages;
}

const set = (struct: ThriftStruct, id: number, type: number, value: ThriftValue): void =>
  void struct.set(id, { type, value });

/** Pages after each other, and the metadata with their offsets and sizes; indexes of pages are left out. */
export function layOut({ metadata, groups }: ParquetFile): { data: Uint8Array[]; metadata: ThriftStruct } {
  const moved = copy(metadata);
  const data: Uint8Array[] = [new TextEncoder().encode('PAR1')];
  let at = 4;
  groupsOf(moved).forEach((group, g) => {
    chunksOf(group).forEach((chunk, c) => {
      for (const id of INDEXES) chunk.delete(id);
      const meta = metaOf(chunk);
      const start = at;
      meta.delete(META.dictionaryPage);
      meta.delete(META.dataPage);
      for (const page of groups[g][c]) {
        const field = isDictionary(page) ? META.dictionaryPage : META.dataPage;
        if (!meta.has(field)) set(meta, field, I64, BigInt(at));
        const header = writeThrift(page.header);
        data.push(header, page.body);
        at += header.length + page.body.length;
      }
      if (!meta.has(META.dataPage)) set(meta, META.dataPage, I64, BigInt(at));
      set(meta, META.compressed, I64, BigInt(at - start));
    });
  });
  return { data, metadata: moved };
}

/** @param footer replaces the metadata's bytes */
export function ending(data: readonly Uint8Array[], footer: Uint8Array, length = footer.length): Uint8Array {
  const tail = new Uint8Array(8);
  new DataView(tail.buffer).setUint32(0, length, true);
  tail.set(new TextEncoder().encode('PAR1'), 4);
  return Buffer.concat([...data, footer, tail]);
}

export function putTogether(file: ParquetFile, change: (metadata: ThriftStruct) => void = () => undefined): Uint8Array {
  const { data, metadata } = layOut(file);
  change(metadata);
  return ending(data, writeThrift(metadata));
}

const CRC = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});
function crc32(bytes: Uint8Array): number {
  let c = -1;
  for (const byte of bytes) c = CRC[(c ^ byte) & 255] ^ (c >>> 8);
  return c ^ -1;
}

export const withCrc = (page: Page): Page => ({
  ...page,
  header: new Map([...page.header, [PAGE.crc, { type: I32, value: BigInt(crc32(page.body)) }]]),
});

const platform = nodePlatform();
const CODECS = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI', 'ZSTD', 'LZ4_RAW'] as const;

/** Any codec, dictionaries or none, either version of pages, small groups and pages. */
export const parquetShape = (dice: Dice) => ({
  codec: dice.chance(0.5) ? ('UNCOMPRESSED' as const) : dice.pick(CODECS),
  newPages: dice.chance(0.3),
  dictionary: dice.chance(0.7),
  pageBytes: dice.pick([200, 1 << 20]),
  groupRows: dice.pick([17, 64, 1000]),
  crc: dice.chance(0.3),
  fixed: dice.chance(0.3),
  wide: dice.chance(0.2),
});
type ParquetShape = ReturnType<typeof parquetShape>;

export async function parquetBase(rows: readonly Row[], shape: ParquetShape): Promise<ParquetFile> {
  const parquet = await platform.parquet();
  const table = arrowTable(rows, { ...shape, dictionaries: false, batchRows: rows.length });
  const properties = new parquet.WriterPropertiesBuilder()
    .setCompression(parquet.Compression[shape.codec])
    .setWriterVersion(shape.newPages ? parquet.WriterVersion.V2 : parquet.WriterVersion.V1)
    .setDictionaryEnabled(shape.dictionary)
    .setDataPageSizeLimit(shape.pageBytes)
    .setWriteBatchSize(16)
    .setMaxRowGroupSize(shape.groupRows)
    .build();
  const bytes = parquet.writeParquet(parquet.Table.fromIPCStream(arrow.tableToIPC(table, 'stream')), properties);
  const file = takeApart(bytes, rows.length);
  if (!shape.crc) return file;
  return { ...file, crc: true, groups: file.groups.map((group) => group.map((pages) => pages.map(withCrc))) };
}
