import { makeRows, type Row } from './bases.ts';
import { csvOf, csvText } from './csv.ts';
import { flipped } from './bytes.ts';
import type { Dice } from './dice.ts';
import { type CaseFile, type Kind, type Law } from './model.ts';
import { shown, TOKENS } from './tokens.ts';

const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const csvFile = (path: string, rows: readonly Row[]): CaseFile => ({ path, bytes: utf8(csvText(csvOf(rows, false))) });

/** Three files, plain or by partition. */
function folderBase(rows: readonly Row[], hive: boolean): CaseFile[] {
  if (!hive) {
    const third = Math.ceil(rows.length / 3);
    return [0, 1, 2].map((i) => csvFile(`part-${i}.csv`, rows.slice(i * third, (i + 1) * third)));
  }
  return ['p0', 'p1', 'p2'].map((provider) => {
    const own = rows.filter(({ provider_id: id }) => (id ?? 'p0') === provider);
    const { header, cells, delimiter } = csvOf(own, false);
    const at = header.indexOf('provider_id');
    const without = (line: readonly string[]) => line.filter((_, i) => i !== at);
    const text = csvText({ header: without(header), cells: cells.map(without), delimiter });
    return { path: `provider_id=${provider}/part-0.csv`, bytes: utf8(text) };
  });
}

interface Change {
  readonly what: string;
  readonly law: Law;
  readonly files: readonly CaseFile[];
}

const NOTHING = utf8('');

/** Names that hold no data, whatever is in them. */
const NO_DATA = [
  '.hidden.csv',
  '.ipynb_checkpoints/part-0.csv',
  '_temporary/0/part-9.csv',
  '_SUCCESS',
  '_delta_log/00000000000000000000.json',
  '.part-0.csv.crc',
  'README.txt',
];

function extra(files: readonly CaseFile[], dice: Dice): Change {
  const name = dice.pick(NO_DATA);
  return { what: `${name} beside`, law: 'sound', files: [...files, { path: name, bytes: files[0].bytes }] };
}

function linked(files: readonly CaseFile[], dice: Dice): Change {
  const at = dice.below(files.length);
  const { path, bytes } = files[at];
  const store = `../store-${dice.below(9)}.csv`;
  const up = '../'.repeat(path.split('/').length - 1);
  return {
    what: `${path} is a symbolic link`,
    law: 'sound',
    files: [...files.toSpliced(at, 1, { path, bytes: NOTHING, link: `${up}${store}` }), { path: store, bytes }],
  };
}

function brokenLink(files: readonly CaseFile[], dice: Dice): Change {
  const link = dice.pick(['nowhere.csv', 'more.csv', '.', '..']);
  return { what: `a link to ${link}`, law: 'structure', files: [...files, { path: 'more.csv', bytes: NOTHING, link }] };
}

function strange(files: readonly CaseFile[], dice: Dice): Change {
  const bytes = dice.pick([NOTHING, utf8('\n'), utf8('PAR1'), utf8('{'), Buffer.alloc(64), utf8(','.repeat(40))]);
  const path = dice.pick(['z.csv', 'z.parquet', 'z.ndjson', 'z.arrow', 'provider_id=z/z.csv']);
  return { what: `${path} of ${bytes.length} bytes`, law: 'structure', files: [...files, { path, bytes }] };
}

function twice(files: readonly CaseFile[], dice: Dice): Change {
  const { path, bytes } = dice.pick(files);
  const copy = path.replace(/[^/]*$/, dice.pick(['copy.csv', 'zz.csv', 'PART.CSV']));
  return { what: `${path} is there twice`, law: 'structure', files: [...files, { path: copy, bytes }] };
}

function renamed(files: readonly CaseFile[], dice: Dice): Change {
  const at = dice.below(files.length);
  const name = dice.pick(['a b.csv', '漢字.csv', 'x'.repeat(200) + '.csv', '%20.csv', '10.CSV', 'a\u001b[31m.csv']);
  const path = files[at].path.replace(/[^/]*$/, name);
  return {
    what: `${files[at].path} is called ${shown(name)}`,
    law: 'sound',
    files: files.with(at, { ...files[at], path }),
  };
}

/** Another value of a partition: other values, but as many rows. */
function partition(files: readonly CaseFile[], dice: Dice): Change {
  const at = dice.below(files.length);
  const token = dice.pick([...TOKENS, 'a=b', '%ZZ', '%2F', '%00', '__HIVE_DEFAULT_PARTITION__']);
  const value = token.replace(/[/\0]/g, '%2F').slice(0, 200);
  const folder = dice.pick([
    `provider_id=${value}`,
    `hour=${value}`,
    `constructor=${value}`,
    `${value}=1`,
    `=${value}`,
  ]);
  const path = `${folder}/part-${at}.csv`;
  return {
    what: `${files[at].path} lies in ${shown(folder)}`,
    law: 'values',
    files: files.with(at, { ...files[at], path }),
  };
}

function damaged(files: readonly CaseFile[], dice: Dice): Change {
  const at = dice.below(files.length);
  const { bytes, what } = flipped(files[at].bytes, dice);
  return { what: `${files[at].path}: ${what}`, law: 'values', files: files.with(at, { ...files[at], bytes }) };
}

const CHANGES = [extra, linked, brokenLink, strange, twice, renamed, partition, damaged];

export const folderKind: Kind = {
  name: 'folder',
  weight: 8,
  async make(dice) {
    const base = folderBase(makeRows(dice), dice.chance(0.5));
    const change = dice.pick(CHANGES);
    const { files, ...rest } = change(base, dice);
    const inside = (file: CaseFile): CaseFile => ({ ...file, path: `ledger/${file.path}` });
    return {
      kind: 'folder',
      mutation: change.name,
      ...rest,
      files: files.map(inside),
      intact: base.map(inside),
      args: ['analyze', '@ledger', '--out', '@out'],
      ledger: 'ledger',
    };
  },
};
