import { readThrift, writeThrift, type ThriftStruct } from '../ledger/parquet/thrift.ts';
import { makeRows } from './bases.ts';
import { flipped } from './bytes.ts';
import { cellChanged } from './cells.ts';
import { mutateBase, type Kind, type Law, type Mutated, type Mutation } from './model.ts';
import { LISTS, text } from './parquetLists.ts';
import { PAGE_MUTATIONS } from './parquetPages.ts';
import { lawOf, slotsOf, type Slot } from './parquetSlots.ts';
import {
  chunksOf,
  copy,
  ending,
  FILE,
  GROUP,
  groupsOf,
  layOut,
  listOf,
  META,
  metaOf,
  parquetBase,
  parquetShape,
  putTogether,
  type ParquetFile,
} from './parquetFile.ts';

const scalar = ({ value }: Slot): boolean => typeof value === 'bigint';

const changeNumber: Mutation<ParquetFile> = {
  name: 'footer number',
  weight: 30,
  mutate(base, dice) {
    let what = '';
    let law: Law = 'structure';
    const bytes = putTogether(base, (metadata) => {
      const slots = slotsOf(metadata).filter(scalar);
      // Every kind of place as often as another, however many there are of it.
      const kinds = [...new Set(slots.map(({ path }) => path.replace(/\d+/g, '')))];
      const kind = dice.pick(kinds);
      const slot = dice.pick(slots.filter(({ path }) => path.replace(/\d+/g, '') === kind));
      const was = slot.value as bigint;
      const value = dice.integer(was, slot.type === 6 ? 64 : 32);
      slot.put(value);
      law = lawOf(slot.path);
      what = `${slot.path}: ${was} -> ${value}`;
    });
    return { bytes, what, law };
  },
};

const removeField: Mutation<ParquetFile> = {
  name: 'footer field gone',
  weight: 8,
  mutate(base, dice) {
    let what = '';
    let law: Law = 'structure';
    const bytes = putTogether(base, (metadata) => {
      const slot = dice.pick(slotsOf(metadata).filter(({ remove }) => remove !== null));
      slot.remove!();
      law = lawOf(slot.path);
      what = `${slot.path} removed`;
    });
    return { bytes, what, law };
  },
};

const changeType: Mutation<ParquetFile> = {
  name: 'footer field of another type',
  weight: 4,
  mutate(base, dice) {
    const { data, metadata } = layOut(base);
    const slot = dice.pick(slotsOf(metadata).filter(({ remove, value }) => remove && typeof value === 'bigint'));
    slot.put(new TextEncoder().encode('x'));
    const footer = writeThrift(metadata);
    return { bytes: ending(data, footer), what: `${slot.path} is bytes where a number is told`, law: lawOf(slot.path) };
  },
};

const changeLists: readonly Mutation<ParquetFile>[] = LISTS.map(({ name, change }) => ({
  name,
  weight: 2.5,
  mutate(base, dice) {
    let what: string | null = '';
    const bytes = putTogether(base, (metadata) => (what = change(metadata, dice)));
    return what === null ? null : { bytes, what, law: 'structure' };
  },
}));

const flipFooter: Mutation<ParquetFile> = {
  name: 'footer bytes flipped',
  weight: 8,
  mutate(base, dice) {
    const { data, metadata } = layOut(base);
    const footer = writeThrift(metadata);
    const { bytes: changed, what } = flipped(footer, dice);
    return { bytes: ending(data, changed), what: `footer: ${what}`, law: lawOfFlip(metadata, changed) };
  },
};

/** Flipped bytes can be known of unless all that they changed is what a reader has to believe. */
function lawOfFlip(before: ThriftStruct, footer: Uint8Array): Law {
  let after: ThriftStruct;
  try {
    after = readThrift(footer);
  } catch {
    return 'structure';
  }
  const plain = (root: ThriftStruct) =>
    new Map(slotsOf(root).map(({ path, value }) => [path, value instanceof Uint8Array ? value.join() : value]));
  const [a, b] = [plain(before), plain(after)];
  const changed = [...new Set([...a.keys(), ...b.keys()])].filter((path) => {
    const [x, y] = [a.get(path), b.get(path)];
    return typeof x === 'object' && typeof y === 'object' ? false : x !== y;
  });
  return changed.some((path) => lawOf(path) === 'values') ? 'values' : 'structure';
}

const frame: Mutation<ParquetFile> = {
  name: 'frame',
  weight: 6,
  mutate(base, dice) {
    const { data, metadata } = layOut(base);
    const footer = writeThrift(metadata);
    const whole = ending(data, footer);
    const ways: (() => Mutated)[] = [
      () => {
        const at = dice.below(whole.length);
        return { bytes: whole.slice(0, at), what: `cut off after ${at} bytes`, law: 'structure' };
      },
      () => {
        const length = Number(BigInt.asUintN(32, dice.integer(BigInt(footer.length), 32)));
        return { bytes: ending(data, footer, length), what: `footer length ${length}`, law: 'structure' };
      },
      () => {
        const bytes = whole.slice();
        bytes[dice.pick([0, 3, whole.length - 1, whole.length - 4])] ^= 0x20;
        return { bytes, what: 'magic changed', law: 'structure' };
      },
      () => ({ bytes: Buffer.concat([whole, whole]), what: 'the file twice in one', law: 'structure' }),
      () => ({ bytes: Buffer.concat([whole, Buffer.alloc(9)]), what: 'zeros at the end', law: 'structure' }),
    ];
    return dice.pick(ways)();
  },
};

/** Nothing a reader may stumble over. */
const odd: Mutation<ParquetFile> = {
  name: 'sound but odd',
  weight: 6,
  mutate(base, dice) {
    const ways: (() => Mutated)[] = [
      () => ({ bytes: putTogether(base), what: 'written anew', law: 'sound' }),
      () => ({
        what: 'an empty row group',
        law: 'sound',
        bytes: putTogether(base, (metadata) => {
          const { items } = listOf(metadata.get(FILE.groups)!.value);
          const empty = copy(items[0] as ThriftStruct);
          empty.set(GROUP.rows, { type: 6, value: 0n });
          for (const chunk of chunksOf(empty)) {
            const meta = metaOf(chunk);
            for (const id of [META.values, META.uncompressed, META.compressed]) meta.set(id, { type: 6, value: 0n });
            meta.delete(META.dictionaryPage);
            for (const id of [12, 13, 14, 15, 16]) meta.delete(id);
            meta.set(META.dataPage, { type: 6, value: dice.pick([0n, 4n]) });
          }
          items.splice(dice.below(items.length + 1), 0, empty);
        }),
      }),
      () => ({
        what: 'dictionary_page_offset 0 where there is none',
        law: 'sound',
        bytes: putTogether(base, (metadata) => {
          for (const chunk of groupsOf(metadata).flatMap(chunksOf)) {
            const meta = metaOf(chunk);
            if (!meta.has(META.dictionaryPage)) meta.set(META.dictionaryPage, { type: 6, value: 0n });
          }
        }),
      }),
      () => ({
        what: 'no statistics, no created_by, an unknown field',
        law: 'sound',
        bytes: putTogether(base, (metadata) => {
          metadata.delete(6);
          metadata.set(900, { type: 8, value: text('later') });
          for (const chunk of groupsOf(metadata).flatMap(chunksOf)) metaOf(chunk).delete(12);
        }),
      }),
    ];
    return dice.pick(ways)();
  },
};

const MUTATIONS = [changeNumber, removeField, changeType, ...changeLists, flipFooter, frame, odd, ...PAGE_MUTATIONS];

export const parquetKind: Kind = {
  name: 'parquet',
  weight: 34,
  async make(dice) {
    const rows = makeRows(dice);
    const shape = parquetShape(dice);
    const base = await parquetBase(rows, shape);
    const { bytes, ...rest } = dice.chance(0.12)
      ? await cellChanged(rows, dice, async (changed) =>
          putTogether(await parquetBase(changed, { ...shape, fixed: false })),
        )
      : mutateBase(base, MUTATIONS, dice);
    return {
      kind: 'parquet',
      ...rest,
      files: [{ path: 'ledger.parquet', bytes }],
      intact: [{ path: 'ledger.parquet', bytes: putTogether(base) }],
      args: ['analyze', '@ledger.parquet', '--out', '@out'],
      ledger: 'ledger.parquet',
    };
  },
};
