import { describe, expect, it } from 'vitest';
import { decimal, readOptions, wholeNumber } from './options.ts';

const OPTIONS = {
  out: { type: 'string' },
  set: { type: 'string', multiple: true },
  from: { type: 'string' },
  single: { type: 'boolean' },
} as const;

describe('options', () => {
  it('are read in any order, with or without =, up to --', () => {
    const { values, positionals } = readOptions(
      ['a', '--set', 'x=1', '--out=b', '--set=y=2', '--from=-5', '--single', '--', '--out', '-z'],
      OPTIONS,
    );
    expect(values).toEqual({ out: 'b', set: ['x=1', 'y=2'], from: '-5', single: true });
    expect(positionals).toEqual(['a', '--out', '-z']);
  });

  it.each([
    [['--outt', 'x'], '"--outt": is not an option. There are --out, --set, --from, --single'],
    [['--__proto__', 'x'], '"--__proto__": is not an option'],
    [['--constructor=x'], '"--constructor": is not an option'],
    [['-o', 'x'], '"-o": is not an option'],
    [['-5'], '"-5": is not an option'],
    [['--no-single'], '"--no-single": is not an option'],
    [['--out'], '"--out": needs a value. Give it as --out VALUE'],
    [['--out='], '"--out": needs a value'],
    [['--out', ''], '"--out": needs a value'],
    [['--out', '--single'], '"--out": needs a value. If "--single" is the value, write --out=--single'],
    [['--from', '-5'], '"--from": needs a value. If "-5" is the value, write --from=-5'],
    [['--out', 'a', '--out', 'b'], '"--out": is given twice'],
    [['--single', '--single'], '"--single": is given twice'],
    [['--single=yes'], '"--single": is "yes". Give it without a value'],
    [['a', ''], '"an argument": is empty'],
  ])('%j are refused by name', (args, problem) => {
    expect(() => readOptions(args, OPTIONS)).toThrow(problem);
  });
});

describe('numbers', () => {
  it.each(['1e3', '0x10', '-0', '-1', '+1', '1.0', ' 1', 'NaN', 'Infinity', '1e999', '٣', '9007199254740993', '11'])(
    '%j is no whole number from 0 to 10',
    (text) => {
      expect(() => wholeNumber('--n', text, 0, 10)).toThrow(
        `Parameter "--n": is "${text}". Give a whole number from 0`,
      );
    },
  );

  it.each<[string, number]>([
    ['32', 32],
    ['-0.5', -0.5],
    ['+.5', 0.5],
    ['1e-3', 0.001],
    ['5.', 5],
    ['1e999', Number.NaN],
    ['0x10', Number.NaN],
    ['Infinity', Number.NaN],
    ['1_000', Number.NaN],
    ['', Number.NaN],
    [' 1', Number.NaN],
    ['1e', Number.NaN],
  ])('%j is read as %j', (text, value) => {
    expect(decimal(text)).toBe(value);
  });
});
