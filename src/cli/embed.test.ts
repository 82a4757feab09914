import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { tinyModel } from '../embedding/testing.ts';
import { namedBlobs } from '../ledger/files.node.ts';
import { openLedger } from '../ledger/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import type { Bundle } from '../detection/lab/bundle.ts';
import { run as analyze } from './analyze.ts';
import { run as bundle } from './bundle.ts';
import { run as embed } from './embed.ts';

const AIR = ['flight', 'seat', 'ticket', 'delay', 'airport', 'baggage'];
const SHOP = ['jjj', 'xyx', 'kzz', 'qqj', 'zzx', 'vjk'];

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
  const shop = (i: number): boolean => i >= 500 && i % 3 === 1;
  const said = (i: number, words: readonly string[]): string =>
    [0, 1, 2, 3].map((j) => words[(i * 7 + j * j * (i % 11)) % 6]).join(' ');
  const talk = Array.from({ length: 900 }, (_, i) => `${i},p${i % 3},"${said(i, shop(i) ? SHOP : AIR)}, ${i % 97}"`);
  await writeFile(at('talk.csv'), ['event_id,provider_id,text', ...talk].join('\n'));
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

  it('marks what is found with the model, and refuses its reference for texts that another embedder read', async () => {
    const params = ['--stream', 'provider_id'];
    await embed([at('talk.csv'), '--model', at('tiny'), '--out', at('talk'), '--workers', '2']);
    const { report } = await openLedger({ kind: 'files', files: await namedBlobs(at('talk')) }, null, {
      platform: nodePlatform(),
    });
    const { probe, settings } = report.model!;
    expect(await analyze([at('talk'), ...params, '--out', at('found')])).toBe(0);
    const alerts = JSON.parse(await readFile(at('found/alerts.json'), 'utf8')) as { fired?: number; model?: string }[];
    const fired = alerts.filter((alert) => alert.fired !== undefined);
    expect(fired.length).toBeGreaterThan(0);
    expect(fired.every(({ model }) => model === probe)).toBe(true);
    expect(await bundle([at('talk'), '--out', at('talk.json')])).toBe(0);
    const made = JSON.parse(await readFile(at('talk.json'), 'utf8')) as Bundle;
    expect(made.embedder).toEqual({ name: 'tiny', probe, frequencies: null, settings });
    expect(made.baseline.embedder).toEqual({ name: 'tiny', probe });
    await writeFile(at('baseline.json'), JSON.stringify(made.baseline));
    for (const [file, what] of [
      ['talk.json', 'bundle'],
      ['baseline.json', 'baseline'],
    ])
      await expect(analyze([at('talk.csv'), '--baseline', at(file), '--out', at('none')])).rejects.toThrow(
        `The ${what} was made on the model "tiny", this ledger was embedded by the built-in embedder`,
      );
    expect(await analyze([at('talk'), '--baseline', at('baseline.json'), '--out', at('again')])).toBe(0);
  });
});
