import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { AlertJson } from '../detection/files/results.ts';
import { run as analyze } from './analyze.ts';
import { run as bundle } from './bundle.ts';
import { run as channels } from './channels.ts';
import { tableLines } from './print.ts';
import { run as replay } from './replay.ts';
import { run as score } from './score.ts';

const NAMES = [0, 1, 2].map((i) => `\u001b[31mp${i}\u001b]0;title\u0007\nfake: line \u202e\u200b`);

let folder: string;
const at = (name: string) => join(folder, name);
const printed: string[] = [];
beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  folder = await mkdtemp(join(tmpdir(), 'tautline-print-'));
  const rows = Array.from({ length: 900 }, (_, i) =>
    JSON.stringify({
      event_id: i,
      ts: 1_767_600_000_000 + 100 * i,
      provider_id: NAMES[i % 3],
      text: 'a',
      label: i > 600 && i < 700 ? `${'long '.repeat(900)}${NAMES[0]}` : null,
      embedding: [1, 2, 3, 4].map((d) => Math.sin(i * d * 1.37) * (i > 600 && i % 3 === 0 ? 4 : 1)),
    }),
  );
  await writeFile(at('names.ndjson'), rows.join('\n'));
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

it('prints names and labels on one line that steers nothing, and writes them as they are', async () => {
  const ledger = at('names.ndjson');
  expect(await analyze([ledger, '--out', at('out')])).toBe(0);
  expect(await bundle([ledger, '--out', at('b.json')])).toBe(0);
  expect(await replay([ledger, '--bundle', at('b.json')])).toBe(0);
  expect(await score([ledger, '--out', at('score.json')])).toBe(0);
  expect(await channels([ledger])).toBe(0);
  expect(printed.filter((line) => line.includes('\\u001b[31mp')).length).toBeGreaterThan(5);
  expect(printed.filter((line) => /[\p{Cc}\p{Cf}]/u.test(line) || line.length > 2000)).toEqual([]);
  expect(printed.filter((line) => line.startsWith('fake'))).toEqual([]);
  const alerts = JSON.parse(await readFile(at('out/alerts.json'), 'utf8')) as AlertJson[];
  expect(alerts.length).toBeGreaterThan(0);
  expect(alerts.filter(({ stream }) => !NAMES.includes(stream))).toEqual([]);
});

it('keeps the columns of a table under each other', () => {
  expect(
    tableLines(
      [
        ['a\n', '1'],
        ['b', '22'],
      ],
      (column) => column > 0,
    ),
  ).toEqual(['a\\n   1', 'b    22']);
});
