import Papa from 'papaparse';
import { expect, it } from 'vitest';
import { csvOf } from './csv.ts';

it('writes a table that CSV readers read back', () => {
  const rows = [
    ['plain', 1.5, null],
    ['a "quoted", text\nof two lines', Number.NaN, -2],
  ];
  expect(Papa.parse(csvOf(['name', 'x', 'y'], rows), { skipEmptyLines: true }).data).toEqual([
    ['name', 'x', 'y'],
    ['plain', '1.5', ''],
    ['a "quoted", text\nof two lines', '', '-2'],
  ]);
});

it('writes no text that a spreadsheet would run', () => {
  expect(csvOf(['a'], [['=1+1'], ['-x'], ['@y']])).toBe("a\r\n'=1+1\r\n'-x\r\n'@y\r\n");
});

it('guards formulas in full width too, and writes large ids and negative numbers as they are', () => {
  expect(csvOf(['a', 'b', 'c'], [['＝1+1', -9007199254740993n, -0.1]])).toBe(
    "a,b,c\r\n'＝1+1,-9007199254740993,-0.1\r\n",
  );
});
