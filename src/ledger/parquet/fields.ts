import type { ThriftList, ThriftStruct, ThriftValue } from './thrift.ts';

/** Field ids of parquet.thrift, and what is read of the fields. */
export const FILE = {
  schema: 2,
  rows: 3,
  groups: 4,
  stated: 5,
  writer: 6,
  encryption: 8,
  dropped: [5, 7],
} as const;
export const SCHEMA = { type: 1, length: 2, repetition: 3, name: 4, children: 5, converted: 6, logical: 10 } as const;
export const GROUP = { columns: 1, rows: 3, ordinal: 7, dropped: [4, 5, 7] } as const;
export const CHUNK = { file: 1, meta: 3, indexes: [4, 5, 6, 7], crypto: 8 } as const;
export const META = {
  type: 1,
  encodings: 2,
  path: 3,
  codec: 4,
  values: 5,
  uncompressed: 6,
  compressed: 7,
  dataPage: 9,
  dictionaryPage: 11,
  statistics: 12,
  sizes: 16,
  dropped: [10, 11, 12, 13, 14, 15, 16],
} as const;
export const STATISTICS = { nulls: 3, greatest: 5, least: 6 } as const;
export const SIZES = { repetitionLevels: 2, definitionLevels: 3 } as const;
export const PAGE = { type: 1, uncompressed: 2, compressed: 3, crc: 4, data: 5, dictionary: 7, dataV2: 8 } as const;
export const DATA_PAGE = { values: 1, encoding: 2, definition: 3, repetition: 4 } as const;
export const DATA_PAGE_V2 = {
  values: 1,
  nulls: 2,
  rows: 3,
  encoding: 4,
  definition: 5,
  repetition: 6,
  isCompressed: 7,
} as const;

/** Physical types by their number. */
export const TYPE = { boolean: 0, int32: 1, int64: 2, int96: 3, float: 4, double: 5, bytes: 6, fixedBytes: 7 } as const;

/** Codecs and encodings that are told apart here, by their number. */
export const CODEC = { none: 0, zstd: 6 } as const;
export const ENCODING = { plain: 0, plainDictionary: 2, dictionary: 8 } as const;

export const structOf = (value: ThriftValue | undefined): ThriftStruct | undefined =>
  value instanceof Map ? value : undefined;
export const listOf = (value: ThriftValue | undefined): ThriftList | undefined =>
  value !== undefined && typeof value === 'object' && 'items' in value ? value : undefined;
export const textOf = (value: ThriftValue | undefined): string =>
  value instanceof Uint8Array ? new TextDecoder().decode(value) : '';
/** NaN where the field is absent or no integer. */
export const integerOf = (fields: ThriftStruct | undefined, id: number): number => {
  const value = fields?.get(id)?.value;
  return typeof value === 'bigint' ? Number(value) : NaN;
};
export const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** A damaged name may hold anything. */
export const shown = (name: string): string => name.replace(/[\p{Cc}\ufffd]+/gu, '?').slice(0, 80);
