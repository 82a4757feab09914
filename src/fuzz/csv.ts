import { COLUMNS, makeRows, type Row } from './bases.ts';
import { flipped } from './bytes.ts';
import type { Dice } from './dice.ts';
import { mutateBase, type Kind, type Mutated, type Mutation } from './model.ts';
import { shown, TOKENS } from './tokens.ts';

export interface Csv {
  readonly header: readonly string[];
  readonly cells: readonly (readonly string[])[];
  readonly delimiter: string;
}

interface Style {
  readonly newline: string | ((line: number) => string);
  readonly quoteAll: boolean;
  readonly bom: boolean;
}
const PLAIN: Style = { newline: '\n', quoteAll: false, bom: false };

export function csvText({ header, cells, delimiter }: Csv, style: Partial<Style> = {}): string {
  const { newline, quoteAll, bom } = { ...PLAIN, ...style };
  const field = (text: string): string =>
    quoteAll || /["\r\n,;|\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const end = typeof newline === 'string' ? () => newline : newline;
  const lines = [header, ...cells].map((line, i) => `${line.map(field).join(delimiter)}${end(i)}`);
  return `${bom ? '\ufeff' : ''}${lines.join('')}`;
}

const cellOf = (value: Row[keyof Row], name: keyof Row, iso: boolean): string => {
  if (value === null) return '';
  if (name === 'ts' && iso) return new Date(value as number).toISOString();
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
};

export function csvOf(rows: readonly Row[], iso: boolean, delimiter = ','): Csv {
  const cells = rows.map((row) => COLUMNS.map((name) => cellOf(row[name], name, iso)));
  return { header: [...COLUMNS], cells, delimiter };
}

const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const TEXT = COLUMNS.indexOf('text');

const sound: Mutation<Csv> = {
  name: 'sound but odd',
  weight: 14,
  mutate(base, dice) {
    const say = (what: string, text: string): Mutated => ({ what, law: 'sound', bytes: utf8(text) });
    const ways: (() => Mutated)[] = [
      () => say('CR LF', csvText(base, { newline: '\r\n' })),
      () => say('CR', csvText(base, { newline: '\r' })),
      () => say('LF and CR LF mixed', csvText(base, { newline: (i) => (i % 3 === 1 ? '\r\n' : '\n') })),
      () => say('header with LF, rows with CR LF', csvText(base, { newline: (i) => (i === 0 ? '\n' : '\r\n') })),
      () => say('header with CR LF, rows with LF', csvText(base, { newline: (i) => (i === 0 ? '\r\n' : '\n') })),
      () => say('every field quoted', csvText(base, { quoteAll: true })),
      () => say('byte order mark', csvText(base, { bom: true, quoteAll: dice.chance(0.3) })),
      () => say('no end of the last line', csvText(base).slice(0, -1)),
      () =>
        say(
          'empty lines',
          csvText(base).replaceAll('\n', () => (dice.chance(0.2) ? '\n\n' : '\n')),
        ),
      () => say('rows in another order', csvText({ ...base, cells: dice.shuffled(base.cells) })),
      () => {
        const delimiter = dice.pick([';', '\t', '|']);
        return say(`delimiter ${JSON.stringify(delimiter)}`, csvText({ ...base, delimiter }));
      },
      () => {
        const order = dice.shuffled(base.header.map((_, i) => i));
        const moved = (line: readonly string[]) => order.map((i) => line[i]);
        return say('columns elsewhere', csvText({ ...base, header: moved(base.header), cells: base.cells.map(moved) }));
      },
      () => ({
        what: 'UTF-16 with its mark',
        law: 'sound',
        bytes: Buffer.from(csvText(base, { bom: true }), 'utf16le'),
      }),
    ];
    return dice.pick(ways)();
  },
};

const cell: Mutation<Csv> = {
  name: 'a cell',
  weight: 25,
  mutate(base, dice) {
    const at = dice.below(base.cells.length);
    const column = dice.below(base.header.length);
    const token = dice.pick(TOKENS);
    const cells = base.cells.with(at, base.cells[at].with(column, token));
    return {
      what: `row ${at + 2}, ${base.header[column]}: ${shown(token)}`,
      law: 'values',
      bytes: utf8(csvText({ ...base, cells })),
      changes: 1,
      rows: cells.length,
    };
  },
};

const structure: Mutation<Csv> = {
  name: 'lines and quotes',
  weight: 20,
  mutate(base, dice) {
    const lines = csvText(base).split('\n').slice(0, -1);
    const at = 1 + dice.below(lines.length - 1);
    const joined = (what: string, changed: readonly string[]): Mutated => ({
      what,
      law: 'structure',
      bytes: utf8(`${changed.join('\n')}\n`),
    });
    const ways: (() => Mutated)[] = [
      () => {
        const column = dice.below(base.header.length);
        const cells = base.cells[at - 1].map((text) => (/[",;\t]/.test(text) ? 'plain' : text));
        const line = cells.map((text, i) => (i === column ? `"${text}` : text)).join(',');
        // The row's own text may have changed with the quote.
        return {
          ...joined(`line ${at + 1}, field ${column + 1}: a quote never closed`, lines.with(at, line)),
          changes: 1,
        };
      },
      () => joined(`line ${at + 1} has a field more`, lines.with(at, `${lines[at]},more`)),
      () => joined(`line ${at + 1} has a field less`, lines.with(at, lines[at].replace(/,[^,"]*$/, ''))),
      () => joined(`line ${at + 1} is no row`, lines.toSpliced(at, 0, 'something else')),
      () => joined('a name twice', lines.with(0, lines[0].replace(/note$/, dice.pick(base.header.slice(0, -1))))),
    ];
    return dice.pick(ways)();
  },
};

const bytes: Mutation<Csv> = {
  name: 'bytes',
  weight: 18,
  mutate(base, dice) {
    const whole = utf8(csvText(base));
    const ways: (() => Mutated)[] = [
      () => {
        const { bytes: out, what } = flipped(whole, dice);
        return { bytes: out, what, law: 'values' };
      },
      () => {
        const at = dice.below(whole.length);
        return { bytes: whole.slice(0, at), what: `cut off after ${at} bytes`, law: 'values' };
      },
      () => ({ bytes: Buffer.from(csvText(base), 'latin1'), what: 'Latin-1', law: 'values' }),
      () => {
        const at = dice.below(whole.length);
        const end = at + 1 + dice.below(3000);
        return {
          bytes: Buffer.concat([whole.subarray(0, at), whole.subarray(end)]),
          what: `bytes ${at} to ${end} gone`,
          law: 'values',
        };
      },
      () => {
        const at = dice.below(whole.length);
        const junk = Buffer.from(dice.pick([[0xff], [0xc3, 0x28], [0], [0xed, 0xa0, 0x80], [0x0d], [0x22]]));
        return {
          bytes: Buffer.concat([whole.subarray(0, at), junk, whole.subarray(at)]),
          what: `${junk.toString('hex')} put in at ${at}`,
          law: 'values',
        };
      },
    ];
    return dice.pick(ways)();
  },
};

const rows: Mutation<Csv> = {
  name: 'rows',
  weight: 8,
  mutate(base, dice) {
    const at = dice.below(base.cells.length);
    const without = base.cells.toSpliced(at, 1);
    if (dice.chance(0.5))
      return {
        what: `row ${at + 2} is gone`,
        law: 'values',
        bytes: utf8(csvText({ ...base, cells: without })),
        rows: without.length,
        changes: 0,
      };
    const twice = base.cells.toSpliced(dice.below(base.cells.length), 0, base.cells[at]);
    return {
      what: `row ${at + 2} is there twice`,
      law: 'values',
      bytes: utf8(csvText({ ...base, cells: twice })),
      rows: twice.length,
      changes: 0,
    };
  },
};

const header: Mutation<Csv> = {
  name: 'a name',
  weight: 6,
  mutate(base, dice) {
    const column = dice.below(base.header.length);
    const name = dice.pick([...TOKENS, ...COLUMNS]);
    return {
      what: `${base.header[column]} is called ${shown(name)}`,
      law: 'values',
      bytes: utf8(csvText({ ...base, header: base.header.with(column, name) })),
    };
  },
};

/** A text of two lines, ended otherwise than the rows are. */
const lineBreaks: Mutation<Csv> = {
  name: 'line ends in a text',
  weight: 5,
  mutate(base, dice) {
    const at = dice.below(base.cells.length);
    const inner = dice.pick(['\n', '\r\n', '\r']);
    const newline = dice.pick(['\n', '\r\n']);
    const cells = base.cells.with(at, base.cells[at].with(TEXT, `two${inner}lines`));
    return {
      what: `row ${at + 2}: ${JSON.stringify(inner)} in a text, ${JSON.stringify(newline)} after rows`,
      law: 'values',
      bytes: utf8(csvText({ ...base, cells }, { newline })),
      rows: cells.length,
      changes: 1,
    };
  },
};

const MUTATIONS = [sound, cell, structure, bytes, rows, header, lineBreaks];

const csvBase = (dice: Dice): Csv => csvOf(makeRows(dice), dice.chance(0.5));

export const csvKind: Kind = {
  name: 'csv',
  weight: 12,
  async make(dice) {
    const base = csvBase(dice);
    const { bytes: changed, ...rest } = mutateBase(base, MUTATIONS, dice);
    return {
      kind: 'csv',
      ...rest,
      files: [{ path: 'ledger.csv', bytes: changed }],
      intact: [{ path: 'ledger.csv', bytes: utf8(csvText(base)) }],
      args: ['analyze', '@ledger.csv', '--out', '@out'],
      ledger: 'ledger.csv',
    };
  },
};
