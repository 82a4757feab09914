import { readFileSync } from 'node:fs';
import { DEFAULT_PARAMETERS } from '../detection/parameters.ts';
import { makeRows } from './bases.ts';
import { flipped } from './bytes.ts';
import { csvOf, csvText } from './csv.ts';
import { Dice } from './dice.ts';
import type { FuzzCase, Kind, Law } from './model.ts';
import { shown, TOKENS } from './tokens.ts';

/** Files beside a ledger: parameters, bundles, labels. */

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A text that stands for JSON which `JSON.stringify` would not write. */
const RAW = '\u0001';
const jsonText = (value: Json): string =>
  JSON.stringify(value, null, 1).replace(new RegExp(`"\\\\u0001([^"]*)"`, 'g'), (_, raw: string) => raw);

const LITERALS: readonly string[] = [
  ...['1e308', '-1e308', '1e400', '-0', '0', '-1', '0.5', '1e-320', '9007199254740993', '4294967296', '1e21'],
  ...['null', 'true', 'false', '[]', '{}', '[[]]', '[1]', '[1,2,3]', '""', 'NaN', 'Infinity', '01', '.5', '0x1f'],
];

interface Node {
  readonly path: string;
  put(value: Json): void;
  remove(): unknown;
  readonly value: Json;
}

function nodesOf(root: Json): Node[] {
  const nodes: Node[] = [];
  const visit = (value: Json, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value))
      value.forEach((item, i) => {
        const remove = (): Json[] => value.splice(i, 1);
        nodes.push({ path: `${path}[${i}]`, value: item, put: (next) => (value[i] = next), remove });
        visit(item, `${path}[${i}]`);
      });
    else
      for (const [key, item] of Object.entries(value)) {
        const remove = (): boolean => delete value[key];
        nodes.push({ path: `${path}.${key}`, value: item, put: (next) => (value[key] = next), remove });
        visit(item, `${path}.${key}`);
      }
  };
  visit(root, '');
  return nodes;
}

interface Text {
  readonly what: string;
  readonly law: Law;
  readonly bytes: Uint8Array;
}
const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');

/** A JSON file changed as a tree or as bytes. */
function changedJson(base: Json, dice: Dice): Text & { mutation: string } {
  const tree = structuredClone(base);
  const nodes = nodesOf(tree);
  // Every kind of place as often as another: long lists of numbers are most of a bundle.
  const kinds = [...new Set(nodes.map(({ path }) => path.replace(/\d+/g, '')))];
  const kind = dice.pick(kinds);
  const node = dice.pick(nodes.filter(({ path }) => path.replace(/\d+/g, '') === kind));
  const say = (mutation: string, what: string, law: Law, text: string) => ({ mutation, what, law, bytes: utf8(text) });
  const text = jsonText(base);
  const ways = [
    () => {
      const literal = dice.pick(LITERALS);
      node.put(RAW + literal);
      return say('a value', `${node.path}: ${literal}`, 'values', jsonText(tree));
    },
    () => {
      const token = dice.pick(TOKENS);
      node.put(token);
      return say('a value', `${node.path}: ${shown(token)}`, 'values', jsonText(tree));
    },
    () => {
      node.remove();
      return say('gone', `${node.path} is gone`, 'values', jsonText(tree));
    },
    () => {
      if (typeof node.value !== 'number') return null;
      node.put(dice.pick([-node.value, node.value + 1, node.value * 1e6, node.value / 1e6, node.value + 0.5]));
      return say('a value', `${node.path}: another number`, 'values', jsonText(tree));
    },
    () => {
      const name = dice.pick(['__proto__', 'constructor', 'x', '\u001b[31m', 'toString', '']);
      const at = text.indexOf('{') + 1;
      const added = `${text.slice(0, at)}${JSON.stringify(name)}: {"h": 1},${text.slice(at)}`;
      return text.startsWith('{') ? say('a name', `${shown(name)} is there too`, 'values', added) : null;
    },
    () => say('sound but odd', 'byte order mark', 'sound', `\ufeff${text}`),
    () => say('sound but odd', 'CR LF', 'sound', text.replaceAll('\n', '\r\n')),
    () => say('sound but odd', 'spaces', 'sound', `\n \t${text}\n\n `),
    () => say('bytes', 'a comma after the last', 'values', text.replace(/\n([\]}])\s*$/, ',\n$1')),
    () => say('bytes', 'nested 20,000 deep', 'values', `${'['.repeat(20_000)}${']'.repeat(20_000)}`),
    () => say('bytes', 'nothing', 'values', dice.pick(['', ' ', 'null', '7', '"x"', '[]', '{}'])),
    () => ({ mutation: 'bytes', law: 'values' as const, ...flipped(utf8(text), dice) }),
    () => {
      const at = dice.below(text.length);
      return say('bytes', `cut off after ${at}`, 'values', text.slice(0, at));
    },
    () => ({
      mutation: 'bytes',
      what: 'UTF-16',
      law: 'values' as const,
      bytes: Buffer.from(`\ufeff${text}`, 'utf16le'),
    }),
  ];
  for (;;) {
    const made = dice.pick(ways)();
    if (made) return made;
  }
}

/** The same ledger for every case: what is judged is the file beside it. */
const ROWS = makeRows(new Dice(7), 400, 3);
const LEDGER = { path: 'ledger.csv', bytes: utf8(csvText(csvOf(ROWS, true))) };
const idAt = (row: number): number => Number(ROWS[row].event_id);

const withLedger = (
  kind: string,
  file: string,
  args: readonly string[],
  { bytes, ...rest }: Text & { mutation: string },
): FuzzCase => ({ kind, ...rest, files: [LEDGER, { path: file, bytes }], args, ledger: null, intact: [] });

const parametersKind: Kind = {
  name: 'parameters',
  weight: 6,
  make: async (dice) =>
    withLedger(
      'parameters',
      'p.json',
      ['analyze', '@ledger.csv', '--params', '@p.json', '--out', '@out'],
      changedJson({ ...DEFAULT_PARAMETERS, reference_events: 200 } as unknown as Json, dice),
    ),
};

const fixture = (name: string): Uint8Array =>
  readFileSync(new URL(`../detection/lab/fixtures/${name}`, import.meta.url));
const BUNDLE = JSON.parse(Buffer.from(fixture('bundle-1.json')).toString('utf8')) as Json;

const bundleKind: Kind = {
  name: 'bundle',
  weight: 8,
  make: async (dice) => {
    const [file, changed] = dice.chance(0.3)
      ? (['b.pb', changedProtobuf(dice)] as const)
      : (['b.json', changedJson(BUNDLE, dice)] as const);
    return withLedger('bundle', file, ['replay', '@ledger.csv', '--bundle', `@${file}`], changed);
  },
};

function changedProtobuf(dice: Dice): Text & { mutation: string } {
  const whole = fixture('bundle-1.pb');
  const at = dice.below(whole.length);
  const junk = Buffer.from(
    dice.pick([[0], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0x0a, 0x7f]]),
  );
  const ways = [
    () => flipped(whole, dice),
    () => ({ bytes: whole.slice(0, at), what: `cut off after ${at} bytes` }),
    () => ({
      bytes: Buffer.concat([whole.subarray(0, at), junk, whole.subarray(at)]),
      what: `${junk.toString('hex')} put in at ${at}`,
    }),
  ];
  return { mutation: 'protobuf', law: 'values', ...dice.pick(ways)() };
}

const LABELS: readonly Json[] = [
  [
    { stream: 'p0', from: idAt(10), to: idAt(40), label: 'drift' },
    { from: idAt(100), to: idAt(120) },
    { stream: 'p1', from: '2026-01-05T00:20:00Z', to: '2026-01-05T01:00:00Z', label: 'x' },
    { from: idAt(200) },
  ],
  { 'ledger.csv': [['2026-01-05 00:20:00', '2026-01-05 00:40:00'], '2026-01-05 01:00:00'], p0: [] },
];

const labelsKind: Kind = {
  name: 'labels',
  weight: 6,
  make: async (dice) => {
    const changed = dice.chance(0.7) ? changedJson(dice.pick(LABELS), dice) : changedLabels(dice);
    return withLedger('labels', 'l.json', ['score', '@ledger.csv', '--labels', '@l.json'], changed);
  },
};

function changedLabels(dice: Dice): Text & { mutation: string } {
  const header = ['from', 'to', 'stream', 'label'];
  const cells = [
    [String(idAt(10)), String(idAt(40)), 'p0', 'drift'],
    [String(idAt(100)), '', '', 'x'],
  ];
  const row = dice.below(2);
  const column = dice.below(4);
  const token = dice.pick(TOKENS);
  const text = csvText({ header, cells: cells.with(row, cells[row].with(column, token)), delimiter: ',' });
  if (dice.chance(0.6))
    return { mutation: 'a cell', what: `${header[column]}: ${shown(token)}`, law: 'values', bytes: utf8(text) };
  return { mutation: 'bytes', law: 'values', ...flipped(utf8(csvText({ header, cells, delimiter: ',' })), dice) };
}

export const settingsKinds: readonly Kind[] = [parametersKind, bundleKind, labelsKind];
