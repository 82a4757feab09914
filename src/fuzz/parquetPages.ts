import { I32, type ThriftStruct } from '../ledger/parquet/thrift.ts';
import { flipped } from './bytes.ts';
import type { Dice } from './dice.ts';
import type { Mutation } from './model.ts';
import {
  chunksOf,
  copy,
  groupsOf,
  isDictionary,
  metaOf,
  numberOf,
  PAGE,
  pathOf,
  putTogether,
  structOf,
  withCrc,
  type Page,
  type ParquetFile,
} from './parquetFile.ts';

const CODEC = 4;
const DICTIONARY_VALUES = 1;

interface Place {
  readonly group: number;
  readonly chunk: number;
  readonly page: number;
}

const placesOf = ({ groups }: ParquetFile): Place[] =>
  groups.flatMap((chunks, group) =>
    chunks.flatMap((pages, chunk) => pages.map((_, page): Place => ({ group, chunk, page }))),
  );

const named = ({ metadata }: ParquetFile, { group, chunk, page }: Place): string =>
  `group ${group}, ${pathOf(metaOf(chunksOf(groupsOf(metadata)[group])[chunk]))}, page ${page}`;

/** The file with other pages in one chunk. */
const withPages = (
  base: ParquetFile,
  place: Place,
  change: (pages: readonly Page[]) => readonly Page[],
): ParquetFile => ({
  ...base,
  groups: base.groups.map((chunks, g) =>
    g === place.group ? chunks.map((pages, c) => (c === place.chunk ? change(pages) : pages)) : chunks,
  ),
});
const withPage = (base: ParquetFile, place: Place, page: Page): ParquetFile =>
  withPages(base, place, (pages) => pages.with(place.page, page));
const pageAt = ({ groups }: ParquetFile, { group, chunk, page }: Place): Page => groups[group][chunk][page];

/** Structs of a page header that hold numbers, the header itself among them. */
const headerParts = (header: ThriftStruct): [string, ThriftStruct][] => [
  ['', header],
  ...([PAGE.data, PAGE.dictionary, PAGE.dataV2] as const).flatMap((id): [string, ThriftStruct][] =>
    header.has(id) ? [[`${id}.`, structOf(header.get(id)!.value)]] : [],
  ),
];

const headerNumber: Mutation<ParquetFile> = {
  name: 'page header number',
  weight: 16,
  mutate(base, dice) {
    const place = dice.pick(placesOf(base));
    const { header, body } = pageAt(base, place);
    const changed = copy(header);
    const numbers = headerParts(changed).flatMap(([name, part]) =>
      [...part].filter(([, { value }]) => typeof value === 'bigint').map(([id]) => ({ name, part, id })),
    );
    const { name, part, id } = dice.pick(numbers);
    const field = part.get(id)!;
    const value = dice.integer(field.value as bigint, 32);
    part.set(id, { ...field, value });
    return {
      bytes: putTogether(withPage(base, place, { header: changed, body })),
      what: `${named(base, place)}: header field ${name}${id} ${field.value as bigint} -> ${value}`,
      law: 'structure',
    };
  },
};

const headerField: Mutation<ParquetFile> = {
  name: 'page header field gone',
  weight: 4,
  mutate(base, dice) {
    const place = dice.pick(placesOf(base));
    const { header, body } = pageAt(base, place);
    const changed = copy(header);
    const [name, part] = dice.pick(headerParts(changed));
    const id = dice.pick([...part.keys()]);
    // Without its CRC a page is one that never had any.
    const sound = part === changed && id === PAGE.crc;
    part.delete(id);
    return {
      bytes: putTogether(withPage(base, place, { header: changed, body })),
      what: `${named(base, place)}: header field ${name}${id} is gone`,
      law: sound ? 'sound' : 'structure',
    };
  },
};

const pagesChanged: Mutation<ParquetFile> = {
  name: 'pages gone or twice',
  weight: 5,
  mutate(base, dice) {
    const place = dice.pick(placesOf(base));
    const twice = dice.chance(0.5);
    const file = withPages(base, place, (pages) =>
      twice ? pages.toSpliced(place.page, 0, pages[place.page]) : pages.filter((_, i) => i !== place.page),
    );
    return {
      bytes: putTogether(file),
      what: `${named(base, place)} is ${twice ? 'there twice' : 'gone'}`,
      law: 'structure',
    };
  },
};

const bodyCut: Mutation<ParquetFile> = {
  name: 'page body shorter',
  weight: 5,
  mutate(base, dice) {
    const place = dice.pick(placesOf(base).filter((at) => pageAt(base, at).body.length > 1));
    const { header, body } = pageAt(base, place);
    const cut = body.slice(0, dice.below(body.length));
    const told = dice.chance(0.5);
    const changed = copy(header);
    if (told) changed.set(PAGE.compressed, { type: I32, value: BigInt(cut.length) });
    return {
      bytes: putTogether(withPage(base, place, { header: changed, body: cut })),
      what: `${named(base, place)}: ${cut.length} of ${body.length} bytes, ${told ? 'as' : 'not as'} its header says`,
      law: 'structure',
    };
  },
};

/** The last entry of a dictionary taken away: the index that meant it points beyond the end. */
const dictionaryShorter: Mutation<ParquetFile> = {
  name: 'dictionary index out of range',
  weight: 6,
  mutate(base, dice) {
    const places = placesOf(base).filter((at) => {
      const page = pageAt(base, at);
      const meta = metaOf(chunksOf(groupsOf(base.metadata)[at.group])[at.chunk]);
      return isDictionary(page) && numberOf(meta, CODEC) === 0 && lengthOfLast(page, meta) !== null;
    });
    if (places.length === 0) return null;
    const place = dice.pick(places);
    const page = pageAt(base, place);
    const meta = metaOf(chunksOf(groupsOf(base.metadata)[place.group])[place.chunk]);
    const body = page.body.slice(0, page.body.length - lengthOfLast(page, meta)!);
    const header = copy(page.header);
    const dictionary = structOf(header.get(PAGE.dictionary)!.value);
    const entries = numberOf(dictionary, DICTIONARY_VALUES) - 1;
    dictionary.set(DICTIONARY_VALUES, { type: I32, value: BigInt(entries) });
    header.set(PAGE.compressed, { type: I32, value: BigInt(body.length) });
    header.set(PAGE.uncompressed, { type: I32, value: BigInt(body.length) });
    const shorter = { header, body };
    return {
      bytes: putTogether(withPage(base, place, base.crc ? withCrc(shorter) : shorter)),
      what: `${named(base, place)}: the last of ${entries + 1} entries is gone`,
      law: 'structure',
    };
  },
};

/** Bytes of the last entry of a plain dictionary. */
function lengthOfLast({ header, body }: Page, meta: ThriftStruct): number | null {
  const entries = numberOf(structOf(header.get(PAGE.dictionary)!.value), DICTIONARY_VALUES);
  const width = { 1: 4, 2: 8, 4: 4, 5: 8 }[numberOf(meta, 1)];
  if (entries === 0) return null;
  if (width !== undefined) return width;
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  let at = 0;
  for (let i = 0; i < entries - 1; i++) at += 4 + view.getUint32(at, true);
  return body.length - at;
}

const bodyFlipped: Mutation<ParquetFile> = {
  name: 'page body flipped',
  weight: 12,
  mutate(base, dice: Dice) {
    const place = dice.pick(placesOf(base).filter((at) => pageAt(base, at).body.length > 0));
    const page = pageAt(base, place);
    const { bytes: body, what } = flipped(page.body, dice);
    const law = base.crc ? 'structure' : 'values';
    return {
      bytes: putTogether(withPage(base, place, { ...page, body })),
      what: `${named(base, place)}: ${what}`,
      law,
    };
  },
};

export const PAGE_MUTATIONS = [headerNumber, headerField, pagesChanged, bodyCut, dictionaryShorter, bodyFlipped];
