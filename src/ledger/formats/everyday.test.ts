import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { named, open, vectorsByRow } from '../testing.ts';
import type { NamedBlob } from '../types.ts';

/** Twelve events as people's libraries write them (../fixtures/writers/everyday.py). */

const FOLDER = new URL('../fixtures/everyday/', import.meta.url);
const load = (name: string): NamedBlob => named(name, readFileSync(new URL(name, FOLDER)));
const loadFolder = (name: string): NamedBlob[] =>
  readdirSync(new URL(`${name}/`, FOLDER)).map((file) => load(`${name}/${file}`));

const N = 12;
const START = Date.UTC(2026, 0, 5, 9);
const FILES = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isFile());
const MESSAGES = 'datasets_messages';

describe('files of everyday libraries', () => {
  it.each(FILES.map(({ name }) => name).filter((name) => !name.startsWith(MESSAGES) && name !== 'expected.json'))(
    '%s',
    async (name) => {
      const ledger = await open(load(name));
      const { report, columns } = ledger;
      expect(report).toMatchObject({ events: N, leftOut: [] });
      expect(Array.from(columns.time)).toEqual(Array.from({ length: N }, (_, i) => START + i * 60_000));
      expect(columns.agent).toEqual({ codes: Int32Array.from({ length: N }, (_, i) => i % 2), values: ['a', 'b'] });
      expect(Array.from(columns.eventId, Number)).toEqual(Array.from({ length: N }, (_, i) => i));
      expect(report.embedder).toBe(name.startsWith('vectors') ? 'file' : 'built-in');
      if (report.embedder === 'built-in') return;
      expect(report.dimension).toBe(3);
      const vectors = await vectorsByRow(ledger);
      for (let i = 0; i < N; i++) expect(vectors.get(i)!.map((value) => value + 0)).toEqual([i, i + 0.5, 0 - i]);
    },
  );

  it('a data set that was saved: what lies beside it is named', async () => {
    const { report } = await open(loadFolder('datasets_saved'));
    expect(report).toMatchObject({ events: N, files: 1, leftOut: [] });
    expect(report.notes.join()).toContain('datasets_saved/dataset_info.json, datasets_saved/state.json');
  });

  it.each([
    ['Parquet', () => [load(`${MESSAGES}.parquet`)]],
    ['Arrow', () => loadFolder(`${MESSAGES}_saved`)],
  ])('lists of messages in a row of %s', async (_, files) => {
    const { report, columns } = await open(files());
    expect(report).toMatchObject({ events: N, leftOut: [] });
    expect(report.notes).toContain('Lists of messages: 12 messages of 6 dialogues.');
    expect(columns.thread!.values).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5']);
    expect(columns.agent!.values).toEqual(['user', 'assistant']);
  });

  it('a decimal comma is named as such', async () => {
    const csv = 'event_id;agent_id;text;latency_ms\n1;a;tea;12,5\n2;b;rain;7,25\n3;a;salt;1,5\n';
    await expect(open(named('a.csv', csv))).rejects.toThrow(
      'a.csv, column "latency_ms": found "12,5" at row 1, need DOUBLE. It is written with a decimal comma',
    );
  });

  it('a path that says otherwise than the file is named', async () => {
    const rows = [1, 2, 3, 4].map((i) => `{"event_id":${i},"agent_id":"${'ab'[i % 2]}","text":"tea ${i}"}`).join('\n');
    const { report, columns } = await open([named('agent_id=zzz/x.ndjson', rows)]);
    expect(columns.agent!.values).toEqual(['b', 'a']);
    expect(report.notes).toContain(
      'agent_id: the paths say "zzz", but the files hold that column themselves: theirs is used.',
    );
  });

  it('names in camel case, and those within another object, are guessed', async () => {
    const rows = [1, 2, 3].map((i) => `{"eventId":${i},"message":{"agentName":"a","agent_id":"b","text":"tea ${i}"}}`);
    const { report } = await open(named('a.ndjson', rows.join('\n')));
    expect(report.mapping).toMatchObject({ event_id: 'eventId', agent_id: 'message.agent_id', text: 'message.text' });
  });

  it('an embedding that is text but no vector is refused with its row', async () => {
    const rows = [1, 2, 3].map((i) => `{"event_id":${i},"agent_id":"a","embedding":"model-${i}"}`).join('\n');
    await expect(open(named('a.ndjson', rows))).rejects.toThrow(
      /column "embedding": found "model-1" at row 1, need FLOAT/,
    );
  });
});
