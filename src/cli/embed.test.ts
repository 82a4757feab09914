import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { tinyModel } from '../embedding/testing.ts';
import { namedBlobs } from '../ledger/files.node.ts';
import { openLedger } from '../ledger/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { run as embed } from './embed.ts';

let folder: string;
let printed: string[] = [];
const at = (...names: string[]): string => join(folder, ...names);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tautline-embed-'));
  for (const { path, bytes } of tinyModel()) {
    await mkdir(dirname(at('tiny', path)), { recursive: true });
    await writeFile(at('tiny', path), bytes);
  }
  const rows = Array.from({ length: 260 }, (_, i) => `${i},p${i % 2},"so many words, ${i % 50}"`);
  await writeFile(at('log.csv'), ['event_id,provider_id,text', ...rows].join('\n'));
  await writeFile(at('own.csv'), 'event_id,text,embedding\n0,a,"[1, 2]"\n1,b,"[2, 1]"');
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});

describe('tautline embed', () => {
  it('writes the ledger with its vectors and the model that made them, in threads, and the same again', async () => {
    expect(await embed([at('log.csv'), '--model', at('tiny'), '--out', at('out'), '--workers', '2'])).toBe(0);
    expect(await readdir(folder)).not.toContain('out.unfinished');
    const files = await namedBlobs(at('out'));
    const { report } = await openLedger({ kind: 'files', files }, null, { platform: nodePlatform() });
    expect(report).toMatchObject({ events: 260, embedder: 'file', dimension: 16, model: { name: 'tiny' } });
    expect(printed.join('\n')).toContain(`probe ${report.model!.probe}`);
    const kept = ['--keep', at('kept')];
    expect(await embed([at('log.csv'), '--model', at('tiny'), '--out', at('a'), ...kept])).toBe(0);
    expect(await embed([at('log.csv'), '--model', at('tiny'), '--out', at('b'), ...kept])).toBe(0);
    expect(printed.join('\n')).toContain('50 texts kept from before');
    const [first, ...others] = await Promise.all(['out', 'a', 'b'].map((name) => readFile(at(name, 'part-0.parquet'))));
    for (const other of others) expect(other.equals(first)).toBe(true);
  });

  it.each([
    ['a folder that is no model', ['log.csv', 'nowhere'], 'nowhere: the folder cannot be read'],
    ['a ledger with vectors', ['own.csv', 'tiny'], 'The ledger has vectors of its own'],
  ])('refuses %s, and leaves nothing', async (_, [ledger, model], problem) => {
    const asked = [at(ledger), '--model', at(model), '--out', at('none'), '--workers', '1', '--keep', at('kept')];
    await expect(embed(asked)).rejects.toThrow(problem);
    expect(await readdir(folder)).not.toContain('none');
  });
});
