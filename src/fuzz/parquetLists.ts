import type { ThriftStruct } from '../ledger/parquet/thrift.ts';
import type { Dice } from './dice.ts';
import { chunksOf, copy, FILE, GROUP, groupsOf, listOf, META, metaOf, numberOf, pathOf } from './parquetFile.ts';

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Changes of the lists of a footer: what is there twice, gone, or somewhere else. */
export const LISTS: readonly { readonly name: string; change(metadata: ThriftStruct, dice: Dice): string | null }[] = [
  {
    name: 'chunk gone from one group',
    change: (metadata, dice) => {
      const groups = groupsOf(metadata);
      const chunks = listOf(dice.pick(groups).get(GROUP.columns)!.value);
      const at = dice.below(chunks.items.length);
      const [chunk] = chunks.items.splice(at, 1);
      return `${pathOf(metaOf(chunk as ThriftStruct))} is missing from a group`;
    },
  },
  {
    name: 'chunk twice',
    change: (metadata, dice) => {
      const chunks = listOf(dice.pick(groupsOf(metadata)).get(GROUP.columns)!.value);
      const at = dice.below(chunks.items.length);
      chunks.items.splice(at, 0, copy(chunks.items[at]));
      return `chunk ${at} twice`;
    },
  },
  {
    name: 'chunks swapped',
    change: (metadata, dice) => {
      const { items } = listOf(dice.pick(groupsOf(metadata)).get(GROUP.columns)!.value);
      const [a, b] = dice.shuffled(items.map((_, i) => i));
      [items[a], items[b]] = [items[b], items[a]];
      return `chunks ${a} and ${b} swapped`;
    },
  },
  {
    name: 'path renamed',
    change: (metadata, dice) => {
      const chunk = dice.pick(chunksOf(dice.pick(groupsOf(metadata))));
      const path = listOf(metaOf(chunk).get(META.path)!.value);
      const was = pathOf(metaOf(chunk));
      path.items[dice.below(path.items.length)] = text(dice.pick(['', 'x', '__proto__', '\ufffd\u0007', 'ts', 'item']));
      return was === pathOf(metaOf(chunk)) ? null : `${was} is called ${JSON.stringify(pathOf(metaOf(chunk)))}`;
    },
  },
  {
    name: 'path deeper',
    change: (metadata, dice) => {
      const chunk = dice.pick(chunksOf(dice.pick(groupsOf(metadata))));
      listOf(metaOf(chunk).get(META.path)!.value).items.push(text('more'));
      return `${pathOf(metaOf(chunk))} has one part more`;
    },
  },
  {
    name: 'schema element gone',
    change: (metadata, dice) => {
      const { items } = listOf(metadata.get(FILE.schema)!.value);
      const at = dice.below(items.length);
      items.splice(at, 1);
      return `schema element ${at} is gone`;
    },
  },
  {
    name: 'schema element twice',
    change: (metadata, dice) => {
      const { items } = listOf(metadata.get(FILE.schema)!.value);
      const at = 1 + dice.below(items.length - 1);
      items.splice(at, 0, copy(items[at]));
      return `schema element ${at} is there twice`;
    },
  },
  {
    name: 'schema name',
    change: (metadata, dice) => {
      const { items } = listOf(metadata.get(FILE.schema)!.value);
      const element = items[1 + dice.below(items.length - 1)] as ThriftStruct;
      const field = element.get(4)!;
      const name = dice.pick(['', 'ts', 'agent_id', 'x', '\u0007']);
      if (new TextDecoder().decode(field.value as Uint8Array) === name) return null;
      element.set(4, { ...field, value: text(name) });
      return `a schema element is called ${JSON.stringify(name)}`;
    },
  },
  {
    name: 'group gone',
    change: (metadata, dice) => {
      const { items } = listOf(metadata.get(FILE.groups)!.value);
      const at = dice.below(items.length);
      items.splice(at, 1);
      return `row group ${at} is gone`;
    },
  },
  {
    name: 'group twice',
    change: (metadata, dice) => {
      const { items } = listOf(metadata.get(FILE.groups)!.value);
      const at = dice.below(items.length);
      items.splice(at, 0, copy(items[at]));
      return `row group ${at} is there twice`;
    },
  },
  {
    name: 'one chunk for another',
    change: (metadata, dice) => {
      const chunks = chunksOf(dice.pick(groupsOf(metadata)));
      const [a, b] = dice.shuffled(chunks).map(metaOf);
      for (const id of [META.dataPage, META.dictionaryPage, META.compressed]) {
        const field = b.get(id);
        if (field) a.set(id, field);
        else a.delete(id);
      }
      return `${pathOf(a)} lies where ${pathOf(b)} lies`;
    },
  },
  {
    name: 'rows of two groups swapped',
    change: (metadata, dice) => {
      const [a, b] = dice.shuffled(groupsOf(metadata));
      if (!b || numberOf(a, GROUP.rows) === numberOf(b, GROUP.rows)) return null;
      const rows = a.get(GROUP.rows)!;
      a.set(GROUP.rows, b.get(GROUP.rows)!);
      b.set(GROUP.rows, rows);
      return 'two groups state the rows of each other';
    },
  },
];
