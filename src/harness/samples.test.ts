import { describe, expect, it } from 'vitest';
import { testKernels } from '../kernels/testing.ts';
import { openLedger } from '../ledger/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { generateColumns } from './ledger.ts';
import { CHOICES, PROFILES } from './profiles.ts';
import { SAMPLES, sampleLedger, sampleTable } from './samples.ts';

const kernels = testKernels();
const platform = nodePlatform();

/** Bit for bit; `toEqual` walks three million values one by one. */
const bytes = (a: ArrayBufferView): Buffer => Buffer.from(a.buffer, a.byteOffset, a.byteLength);
const same = (a: ArrayBufferView, b: ArrayBufferView): boolean => bytes(a).equals(bytes(b));

describe('samples', () => {
  it('have a name, a title and a sentence each', () => {
    expect(SAMPLES.map((s) => s.name)).toEqual(['quick-tour', 'benign', 'fracture', 'homogenisation', 'backoff']);
    for (const { title, description } of SAMPLES) expect(title.length > 3 && description.length > 20).toBe(true);
  });

  it('open as ledgers, one file or partitioned, with the same events', async () => {
    const table = sampleTable(kernels, 'quick-tour');
    for (const hive of [false, true]) {
      const files = await sampleLedger(kernels, 'quick-tour', platform, { hive });
      const { columns, report, embeddings } = await openLedger({ kind: 'files', files }, null, { platform });
      expect(report).toMatchObject({ events: 6000, voidEvents: 0, dimension: 64, embedder: 'file', leftOut: [] });
      expect(same(columns.time, table.time!)).toBe(true);
      expect(same(columns.latency, table.latency!)).toBe(true);
      expect(same(columns.eventId, table.eventId)).toBe(true);
      const names = ({ codes, values }: { codes: Int32Array; values: readonly string[] }) => Array.from(codes, (code) => values[code]);
      expect(names(columns.provider!)).toEqual(names(table.provider!));
      expect(names(columns.agent!)).toEqual(names(table.agent!));
      const read = new Float32Array(6000 * 64);
      for await (const { rows, vectors } of embeddings!.batches({})) rows.forEach((row, i) => read.set(vectors.subarray(i * 64, i * 64 + 64), row * 64));
      expect(same(read, table.embeddings!)).toBe(true);
    }
  });

  it('are partitioned by provider and hour', async () => {
    const files = await sampleLedger(kernels, 'benign', platform, { hive: true });
    const hours = ['09', '10', '11', '12'];
    const wanted = [0, 1, 2, 3].flatMap((p) => hours.map((h) => `provider_id=provider-${p}/hour=2026-01-05T${h}/part-0.parquet`));
    expect(files.map((file) => file.path).sort()).toEqual(wanted.sort());
  });

  it('are those of the profiles: what is opened is what the verdicts are about', () => {
    const { columns, embeddings } = generateColumns(kernels, PROFILES.fracture, CHOICES.seed.value);
    const table = sampleTable(kernels, 'fracture');
    expect(same(table.embeddings!, embeddings)).toBe(true);
    expect(same(table.time!, columns.time)).toBe(true);
  });

  it('refuse an unknown name by listing the known ones', () => {
    expect(() => sampleTable(kernels, 'toString')).toThrow('quick-tour, benign');
  });
});
