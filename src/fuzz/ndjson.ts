import { COLUMNS, makeRows, type Row } from './bases.ts';
import { flipped } from './bytes.ts';
import { csvText } from './csv.ts';
import { mutateBase, type CaseFile, type Kind, type Mutated, type Mutation } from './model.ts';
import { shown, TOKENS } from './tokens.ts';

/** Rows as name -> JSON text of the value. */
type Line = readonly (readonly [string, string])[];
type Ndjson = readonly Line[];

const jsonOf = (value: Row[keyof Row]): string => (typeof value === 'bigint' ? String(value) : JSON.stringify(value));
const lineOf = (row: Row): Line => COLUMNS.map((name) => [name, jsonOf(row[name])] as const);
const object = (line: Line, space = ''): string =>
  `{${line.map(([name, value]) => `${JSON.stringify(name)}:${space}${value}`).join(`,${space}`)}}`;
const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const textOf = (lines: Ndjson): string => lines.map((line) => `${object(line)}\n`).join('');

const sound: Mutation<Ndjson> = {
  name: 'sound but odd',
  weight: 14,
  mutate(base, dice) {
    const say = (what: string, text: string): Mutated => ({ what, law: 'sound', bytes: utf8(text) });
    const ways: (() => Mutated)[] = [
      () => say('an array', `[${base.map((line) => object(line)).join(',\n')}]`),
      () => say('CR LF', textOf(base).replaceAll('\n', '\r\n')),
      () => say('byte order mark', `\ufeff${textOf(base)}`),
      () =>
        say(
          'empty lines',
          textOf(base).replaceAll('\n', () => (dice.chance(0.2) ? '\n  \n' : '\n')),
        ),
      () => say('spaces', base.map((line) => ` ${object(line, '  ')} \n`).join('')),
      () => say('keys in another order', textOf(base.map((line) => dice.shuffled(line)))),
      () => say('rows in another order', textOf(dice.shuffled(base))),
      () =>
        say('keys without a value left out', textOf(base.map((line) => line.filter(([, value]) => value !== 'null')))),
      () =>
        say(
          'escapes',
          textOf(base).replace(/[^\0-~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`),
        ),
      () => say('no end of the last line', textOf(base).slice(0, -1)),
    ];
    return dice.pick(ways)();
  },
};

/** JSON that stands for a value. */
const VALUES: readonly string[] = [
  ...TOKENS.map((token) => JSON.stringify(token)),
  ...['null', 'true', '0', '-0', '300', '-1', '1.5', '1e39', '1e308', '1e400', '-1e400', '1e-400'],
  ...['9007199254740993', '9223372036854775807', '9223372036854775808', '1e20', '1767571200', '1767571200000000000'],
  ...[
    '[]',
    '{}',
    '[[]]',
    '[1]',
    '[1e39,0]',
    '[null]',
    '["a"]',
    '{"a":{"b":1}}',
    '{"__proto__":1}',
    '[{"type":"text"}]',
  ],
  `${'['.repeat(3000)}${']'.repeat(3000)}`,
];

const value: Mutation<Ndjson> = {
  name: 'a value',
  weight: 30,
  mutate(base, dice) {
    const at = dice.below(base.length);
    const column = dice.below(COLUMNS.length);
    const json = dice.pick(VALUES);
    const lines = base.with(at, base[at].with(column, [COLUMNS[column], json]));
    const what = `line ${at + 1}, ${COLUMNS[column]}: ${shown(json)}`;
    return { what, law: 'values', bytes: utf8(textOf(lines)), changes: 1, rows: lines.length };
  },
};

const structure: Mutation<Ndjson> = {
  name: 'lines',
  weight: 16,
  mutate(base, dice) {
    const lines = textOf(base).split('\n').slice(0, -1);
    const at = dice.below(lines.length);
    const say = (what: string, changed: readonly string[]): Mutated => ({
      what,
      law: 'structure',
      bytes: utf8(`${changed.join('\n')}\n`),
    });
    const ways: (() => Mutated)[] = [
      () => say(`line ${at + 1} is cut off`, lines.with(at, lines[at].slice(0, -1 - dice.below(lines[at].length - 2)))),
      () =>
        say(
          `after line ${at + 1} one that is no object`,
          lines.toSpliced(at, 0, dice.pick(['[1]', '7', '"x"', '}{', 'x'])),
        ),
      () => say(`line ${at + 1} has text twice`, lines.with(at, lines[at].replace(/\}$/, ',"text":"another"}'))),
      () => {
        const [name] = dice.pick(base[at]);
        return say(`line ${at + 1} has ${name} twice`, lines.with(at, lines[at].replace(/\}$/, `,"${name}":null}`)));
      },
      () => say(`line ${at + 1} goes on in the next`, lines.with(at, lines[at].replace(',"text"', '\n,"text"'))),
    ];
    return dice.pick(ways)();
  },
};

const bytes: Mutation<Ndjson> = {
  name: 'bytes',
  weight: 20,
  mutate(base, dice) {
    const whole = utf8(textOf(base));
    const at = dice.below(whole.length);
    const ways: (() => Mutated)[] = [
      () => {
        const { bytes: out, what } = flipped(whole, dice);
        return { bytes: out, what, law: 'values' };
      },
      () => ({ bytes: whole.slice(0, at), what: `cut off after ${at} bytes`, law: 'values' }),
      () => ({ bytes: Buffer.from(textOf(base), 'latin1'), what: 'Latin-1', law: 'values' }),
      () => {
        const junk = Buffer.from(dice.pick([[0xff], [0xc3, 0x28], [0], [0x0d], [0x0a], [0x22], [0x7b], [0x7d]]));
        const out = Buffer.concat([whole.subarray(0, at), junk, whole.subarray(at)]);
        return { bytes: out, what: `${junk.toString('hex')} put in at ${at}`, law: 'values' };
      },
    ];
    return dice.pick(ways)();
  },
};

/** What the first rows have not, and numbers beyond 2^53; rows beyond those that a reader samples. */
const late: Mutation<Ndjson> = {
  name: 'late',
  weight: 6,
  mutate(base, dice) {
    const n = 1500;
    const many = (name: string, json: (i: number) => string | null): Line[] =>
      Array.from({ length: n }, (_, i): Line => {
        const own = base[i % base.length].filter(([key]) => key !== 'event_id' && key !== 'ts' && key !== name);
        const extra = json(i);
        const ids = [
          ['event_id', String(i)],
          ['ts', String(1_767_571_200_000 + 1000 * i)],
        ] as const;
        return [...ids, ...own, ...(extra === null ? [] : [[name, extra] as const])];
      });
    const ways: (() => Mutated & { intact: CaseFile })[] = [
      () => {
        const name = dice.pick(['label', 'note', 'handoff_to', 'outcome']);
        const from = 1000 + dice.below(400);
        return {
          what: `${name} only from row ${from} on`,
          law: 'sound',
          bytes: utf8(textOf(many(name, (i) => (i < from ? null : '"x"')))),
          intact: asCsv(many(name, (i) => (i < from ? 'null' : '"x"'))),
        };
      },
      () => {
        const name = dice.pick(['input_tokens', 'output_tokens']);
        const big = (i: number) => 9007199254740993n + 2n * BigInt(i);
        return {
          what: `${name} beyond 2^53`,
          law: 'sound',
          bytes: utf8(textOf(many(name, (i) => String(big(i))))),
          intact: asCsv(many(name, (i) => String(big(i)))),
        };
      },
    ];
    return dice.pick(ways)();
  },
};

/** The same rows in a form that has every column in every row, and numbers as they are written. */
function asCsv(lines: Ndjson): CaseFile {
  const header = lines[0].map(([name]) => name);
  const cellOf = (json: string): string =>
    json === 'null' ? '' : json.startsWith('"') ? (JSON.parse(json) as string) : json;
  const cells = lines.map((line) => {
    const row = new Map(line);
    return header.map((name) => cellOf(row.get(name)!));
  });
  return { path: 'ledger.csv', bytes: utf8(csvText({ header, cells, delimiter: ',' })) };
}

const MUTATIONS = [sound, value, structure, bytes, late];

export const ndjsonKind: Kind = {
  name: 'ndjson',
  weight: 12,
  async make(dice) {
    const base = makeRows(dice).map(lineOf);
    const { bytes: changed, ...rest } = mutateBase(base, MUTATIONS, dice);
    return {
      kind: 'ndjson',
      ...rest,
      files: [{ path: 'ledger.ndjson', bytes: changed }],
      intact: ['intact' in rest ? (rest.intact as CaseFile) : { path: 'ledger.ndjson', bytes: utf8(textOf(base)) }],
      args: ['analyze', '@ledger.ndjson', '--out', '@out'],
      ledger: 'ledger.ndjson',
    };
  },
};
