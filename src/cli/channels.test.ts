import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChannelReport } from '../detection/lab/channels.ts';
import { run } from './channels.ts';

const ledger = new URL('../detection/fixtures/fracture.parquet', import.meta.url).pathname;

let out = '';
let printed: string[] = [];
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'tautline-'));
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(out, { recursive: true });
});

describe('tautline channels', () => {
  it('prints a table over several ledgers and writes it as JSON', async () => {
    const labels = join(out, 'labels.csv');
    await writeFile(labels, 'stream,from,to,label\nprovider-2,4391,5999,fracture\n');
    const file = join(out, 'channels.json');
    expect(await run([ledger, ledger, '--budget', '5000', '--labels', labels, '--set', 'h=9', '--out', file])).toBe(0);
    const written = JSON.parse(await readFile(file, 'utf8')) as {
      budget: number;
      parameters: { h: number };
      ledgers: { ledger: string; channels: ChannelReport[] }[];
    };
    expect(written).toMatchObject({ budget: 5000, parameters: { h: 9, false_alarm_budget: 5000 } });
    expect(written.ledgers).toHaveLength(2);
    expect(written.ledgers[1]).toEqual(written.ledgers[0]);
    const [displacement] = written.ledgers[0].channels;
    const fractured = displacement.streams.find(({ stream }) => stream === 'provider-2')!;
    expect(fractured.changes).toMatchObject([{ label: 'fracture', fromSeq: 1098 }]);
    expect(fractured.changes[0].delay).toBeGreaterThanOrEqual(1);
    expect(fractured.changes[0].delay).toBeLessThan(10);
    // The others do not change.
    expect(displacement.streams.reduce((sum, { falseAlarms }) => sum + falseAlarms, 0)).toBeLessThanOrEqual(2);
    const text = printed.join('\n');
    expect(text).toMatch(/fracture\.parquet \(6,000 events\)/);
    expect(text).toMatch(/All ledgers, one false alarm allowed in 5,000 events/);
    expect(text).toMatch(/SHIFT: MEWMA of the coordinates +2 of 2/);
    expect(text).toMatch(/length +the ledger has no text/);
  }, 30_000);

  it.each([
    [[], /"LEDGER": is missing/],
    [[ledger, '--set', 'h'], /"--set": is "h". Give it as name=value/],
    [[ledger, '--set', 'height=3'], /"height": is not a parameter/],
    [[ledger, '--budget', 'few'], /"false_alarm_budget": is "few", needs a number/],
    [[ledger, '--labels', '/nowhere.csv'], /nowhere\.csv: there is no such file/],
  ])('refuses %j', async (args, message) => {
    await expect(run(args)).rejects.toThrow(message);
  });
});
