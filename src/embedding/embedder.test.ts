import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { convertLedger } from '../ledger/convert.ts';
import { openLedger } from '../ledger/open.ts';
import { named, platform, vectorsByRow } from '../ledger/testing.ts';
import type { LedgerSource } from '../ledger/types.ts';
import { createEmbedder } from './embedder.ts';
import { readFolder } from './folder.ts';
import { createModel, describeModel } from './model.ts';
import { startNodeSession } from './session.node.ts';
import { tinyModel } from './testing.ts';
import { nodeVectorFiles } from './vectorFiles.node.ts';
import { VectorStore } from './vectorStore.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tautline-embedder-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The tiny model in this thread; `seen` has every text that it embedded. */
async function embedder(onText: (seen: readonly string[]) => void = () => undefined) {
  const model = await createModel(readFolder(tinyModel(), 'tiny'), startNodeSession);
  const seen: string[] = [];
  const threads = {
    size: 2,
    async embed(texts: readonly string[]) {
      const found = [];
      for (const text of texts) {
        seen.push(text);
        onText(seen);
        found.push(await model.embed(text));
      }
      return found;
    },
  };
  const described = await describeModel(model);
  const store = await VectorStore.open(nodeVectorFiles(folder), described.dimension);
  return { embedder: createEmbedder(described, model.specials, threads, store), seen, model };
}

const LONG = 'word '.repeat(40);
const rows = (n: number): string =>
  [
    'event_id,provider_id,text',
    ...Array.from(
      { length: n },
      (_, i) => `${i},p${i % 3},${i % 10 === 9 ? '' : i % 10 === 8 ? LONG : `text ${i % 30}`}`,
    ),
  ].join('\n');
const source = (n = 300, more: Partial<LedgerSource> = {}): LedgerSource =>
  ({ kind: 'files', files: [named('a.csv', rows(n))], ...more }) as LedgerSource;

describe('a ledger of texts, embedded by a model', () => {
  it('has the model’s vectors, of each different text once, and says so', async () => {
    const given = await embedder();
    const ledger = await openLedger(source(), null, { platform, embedder: given.embedder });
    expect(given.seen).toHaveLength(25);
    const { report } = ledger;
    expect(report).toMatchObject({ embedder: 'model', dimension: 16, voidEvents: 30, model: { name: 'tiny' } });
    expect(report.embedded).toEqual({ events: 270, texts: 25, inPieces: 1, cut: 0, computed: 25 });
    expect(report.notes.join(' ')).toContain('25 different texts were embedded by the model tiny (16 dimensions)');
    expect(report.notes.join(' ')).toContain('1 text longer than the 66 tokens');
    const vectors = await vectorsByRow(ledger);
    expect(vectors.size).toBe(270);
    expect(vectors.get(4)).toEqual(Array.from((await given.model.embed('text 4')).vector));
    expect(vectors.get(34)).toEqual(vectors.get(4));
  });

  it('costs nothing when it is opened again, and only what is new when it has grown', async () => {
    await openLedger(source(20), null, { platform, embedder: (await embedder()).embedder });
    const again = await embedder();
    const { report } = await openLedger(source(20), null, { platform, embedder: again.embedder });
    expect(again.seen).toEqual([]);
    expect(report.embedded).toMatchObject({ texts: 17, computed: 0 });
    const grown = await embedder();
    await openLedger(source(30), null, { platform, embedder: grown.embedder });
    expect(grown.seen).toHaveLength(8);
  });

  it('keeps what was done when it is cancelled, and says how far it is', async () => {
    const controller = new AbortController();
    const first = await embedder((seen) => {
      if (seen.length === 10) controller.abort();
    });
    const many = source(4000);
    const texts = [
      'event_id,text',
      ...Array.from({ length: 2000 }, (_, i) => `${i},${'some words about '.repeat(3)} number ${i}`),
    ].join('\n');
    const long: LedgerSource = { ...many, kind: 'files', files: [named('b.csv', texts)] };
    const details: string[] = [];
    const options = { platform, onProgress: ({ detail }: { detail?: string }) => void details.push(detail ?? '') };
    await expect(
      openLedger(long, null, { ...options, embedder: first.embedder, signal: controller.signal }),
    ).rejects.toMatchObject({ error: { kind: 'cancelled' } });
    expect(first.seen.length).toBeLessThan(2000);
    const second = await embedder();
    await openLedger(long, null, { ...options, embedder: second.embedder });
    expect(first.seen.length + second.seen.length).toBe(2000);
    expect(details.some((detail) => /^[\d,]+ of [\d,]+ texts, [\d.,]+ a second, .+ left$/.test(detail))).toBe(true);
  });

  it('can be a sample, evenly taken of each stream, with the rest counted as left out', async () => {
    const given = await embedder();
    const { report, columns } = await openLedger(source(300, { sample: 20 }), null, {
      platform,
      embedder: given.embedder,
    });
    expect(report.events).toBe(60);
    expect(report.leftOut).toMatchObject([{ reason: 'not in the sample of 20 events of each stream', count: 240 }]);
    const taken = Array.from(columns.eventId, Number).filter((id) => id % 3 === 1);
    expect(taken).toHaveLength(20);
    const steps = taken.slice(1).map((id, i) => id - taken[i]);
    expect(new Set(steps)).toEqual(new Set([15]));
  });

  it('says which model made them when it is written and opened again', async () => {
    const ledger = await openLedger(source(), null, { platform, embedder: (await embedder()).embedder });
    const files: { path: string; bytes: Uint8Array }[] = [];
    const write = (path: string, bytes: Uint8Array) => Promise.resolve(void files.push({ path, bytes }));
    await convertLedger(ledger, write, { platform, partition: false });
    const again = await openLedger({ kind: 'files', files: files.map(({ path, bytes }) => named(path, bytes)) }, null, {
      platform,
    });
    expect(again.report).toMatchObject({ embedder: 'file', model: ledger.report.model, dimension: 16, voidEvents: 30 });
    expect(await vectorsByRow(again)).toEqual(await vectorsByRow(ledger));
    const other = await openLedger(source(), null, { platform, embedder: (await embedder()).embedder });
    expect(other.report.fingerprint).toBe(ledger.report.fingerprint);
  });

  it('has vectors of its own in the first place', async () => {
    const text = 'event_id,text,embedding\n0,a,"[1, 2]"\n1,b,"[2, 1]"';
    const given = await embedder();
    const { report } = await openLedger({ kind: 'files', files: [named('a.csv', text)] }, null, {
      platform,
      embedder: given.embedder,
    });
    expect(report.embedder).toBe('file');
    expect(given.seen).toEqual([]);
  });
});
