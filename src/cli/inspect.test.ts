import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { fixture } from '../ledger/testing.ts';
import { run as inspect } from './inspect.ts';

let folder: string;
let printed: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tautline-inspect-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});

const at = (name: string): string => join(folder, name);

const TEXTS = 'when,said\u202eby,body,took\n1,a,"one\u001b[2J",5\n2,,two,6\n3,c,three,7\n4,d,four,8\n';

describe('inspect', () => {
  it('says what a ledger is that does not open, and what is missing', async () => {
    await writeFile(at('a.csv'), TEXTS);
    expect(await inspect([at('a.csv'), '--map', 'text='])).toBe(0);
    expect(printed[0]).toMatch(/^a\.csv: CSV, 1 file, 4 rows, \d+ /);
    expect(printed).toContain('said\\u202eby  Utf8   (kept)     "a", "c", "d"');
    expect(printed.find((line) => line.startsWith('body'))).toMatch(/ \(kept\) .*"one\\u001b\[2J", "two", "three"/);
    expect(printed).toContain(
      'missing: provider_id or agent_id: who speaks is not known: the role or the file stands for it ' +
        '(--map provider_id=SOURCE or --map agent_id=SOURCE)',
    );
    expect(printed.filter((line) => line.startsWith('row '))).toHaveLength(3);
    expect(printed.at(-1)).toMatch(/^It does not open so: a\.csv: no column says who speaks/);
  });

  it('shows what options make of it', async () => {
    await writeFile(at('b.csv'), TEXTS);
    await inspect([
      at('b.csv'),
      '--map',
      'agent_id=said\u202eby',
      '--map',
      'ts=when',
      '--unit',
      'ts=s',
      '--map',
      'text=',
    ]);
    expect(printed.find((line) => line.startsWith('when'))).toMatch(/ ts .*"1", "2", "3"/);
    expect(printed.find((line) => line.startsWith('body'))).toMatch(/\(kept\)/);
    expect(printed.at(-1)).toBe('These columns will do; --map takes others');
  });

  it('gives the same as JSON, in plain characters', async () => {
    await writeFile(at('c.csv'), TEXTS);
    expect(await inspect([at('c.csv'), '--json', '--map', 'text='])).toBe(0);
    expect(printed.join('\n')).toMatch(/^[\n\x20-\x7e]*$/);
    const found = JSON.parse(printed.join('\n')) as Record<string, unknown>;
    expect(found).toMatchObject({
      ...{ name: 'c.csv', formats: ['csv'], files: 1, rows: 4, mapping: {} },
      ...{ problem: expect.stringContaining('who speaks') as string, firstRows: [{ body: 'one\u001b[2J' }, {}, {}] },
    });
    expect((found.columns as unknown[])[1]).toEqual({
      ...{ name: 'said\u202eby', type: 'Utf8', takenFor: [], kept: true, values: ['a', 'c', 'd'] },
    });
  });

  it('shows which acts of a trace would be events', async () => {
    await writeFile(at('otlp.jsonl'), Buffer.from(await fixture('shapes/otlp.jsonl').blob.arrayBuffer()));
    const rowsOf = async (options: string[]): Promise<string> => {
      printed = [];
      await inspect([at('otlp.jsonl'), ...options]);
      return /\d+ rows/.exec(printed[0])![0];
    };
    expect([await rowsOf([]), await rowsOf(['--events', 'tool'])]).toEqual(['10 rows', '2 rows']);
    await expect(inspect([at('otlp.jsonl'), '--events', 'talk'])).rejects.toThrow('Give some of model, tool, agent');
  });

  it('shows values of any type', async () => {
    await writeFile(at('odd.parquet'), Buffer.from(await fixture('odd_types.parquet').blob.arrayBuffer()));
    await inspect([at('odd.parquet'), '--json']);
    const { columns } = JSON.parse(printed.join('\n')) as { columns: { name: string; values: unknown[] }[] };
    const first = Object.fromEntries(columns.map(({ name, values }) => [name, values[0]]));
    expect(first).toMatchObject({
      ...{ event_id: 100, ts: '2024-01-01T00:00:00.000Z', provider_id: 'a', views: 's0', dictionary: 'a' },
      ...{ decimal: '0.00', flag: true, day: '2024-01-01T00:00:00.000Z' },
    });
    expect(first.embedding).toHaveLength(4);
    expect(first.struct).toBeTypeOf('object');
  });

  it.each([
    ['nothing', [], 'LEDGER'],
    ['no file', ['none.csv'], 'there is no such file or folder'],
    ['an image', ['image.csv'], 'by its bytes it is a PNG image'],
  ])('of %s is refused', async (_, names, problem) => {
    await writeFile(at('image.csv'), Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]));
    await expect(inspect(names.map(at))).rejects.toThrow(problem);
  });
});
