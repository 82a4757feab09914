import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sampleLedger, samplePartitions, sampleTable } from '../harness/samples.ts';
import { testKernels } from '../kernels/testing.ts';
import { namedBlobs } from '../ledger/files.node.ts';
import { openLedger } from '../ledger/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { writeHive, type WrittenFile } from '../ledger/write.ts';
import { run } from './generate.ts';

const kernels = testKernels();
const platform = nodePlatform();

let folder: string;
let printed: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tautline-generate-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  printed = '';
  vi.spyOn(console, 'log').mockImplementation((text: string) => {
    printed += `${text}\n`;
  });
});

const bytes = (a: ArrayBufferView): Buffer => Buffer.from(a.buffer, a.byteOffset, a.byteLength);
const same = (a: ArrayBufferView, b: ArrayBufferView): boolean => bytes(a).equals(bytes(b));

describe('generate', () => {
  it.each<[string[], number]>([
    [[], 4],
    [['--single'], 1],
  ])('writes a ledger that opens as it was generated (%j)', async (flags, count) => {
    const out = join(folder, `tour${flags.join('')}`);
    expect(await run(['quick-tour', '--seed', '3', '--out', out, ...flags])).toBe(0);
    expect(printed).toContain('seed 3');
    const files = await namedBlobs(out);
    expect(files.length).toBe(count);
    const { columns, report, embeddings } = await openLedger({ kind: 'files', files }, null, { platform });
    // One slot in 23 has a pause, from slot 60 of 1,500 on.
    expect(report).toMatchObject({ events: 6000, voidEvents: 63, dimension: 64, embedder: 'file', leftOut: [] });
    const done = ['input_tokens', 'output_tokens', 'cached_tokens', 'cost_usd', 'handoff_to', 'outcome', 'decision'];
    expect(Object.keys(report.mapping)).toEqual(expect.arrayContaining([...done, 'autonomy_level']));
    const table = sampleTable(kernels, 'quick-tour', { seed: 3 });
    expect(same(columns.isVoid, table.isVoid!)).toBe(true);
    expect(same(columns.time, table.time!)).toBe(true);
    expect(same(columns.latency, table.latency!)).toBe(true);
    expect(same(columns.eventId, table.eventId)).toBe(true);
    const names = ({ codes, values }: { codes: Int32Array; values: readonly string[] }) =>
      Array.from(codes, (code) => values[code]);
    expect(names(columns.provider!)).toEqual(names(table.provider!));
    expect(names(columns.agent!)).toEqual(names(table.agent!));
    expect(names(columns.instantiation!)).toEqual(names(table.instantiation!));
    const written = table.embeddings!.map((v) => (Number.isNaN(v) ? 0 : v));
    const read = new Float32Array(6000 * 64);
    for await (const { rows, vectors } of embeddings!.batches({}))
      rows.forEach((row, i) => read.set(vectors.subarray(i * 64, i * 64 + 64), row * 64));
    expect(same(read, written)).toBe(true);
  });

  it('partitions a profile by provider and hour', async () => {
    const files = await sampleLedger(kernels, 'benign', platform, { hive: true });
    const wanted = [0, 1, 2, 3].flatMap((p) =>
      ['09', '10', '11', '12'].map((h) => `provider_id=provider-${p}/hour=2026-01-05T${h}/part-0.parquet`),
    );
    expect(files.map((file) => file.path).sort()).toEqual(wanted.sort());
  });

  it('writes an hour at a time the partitions of the whole', async () => {
    const options = { seed: 7, events: 34_000 };
    const whole = await writeHive(sampleTable(kernels, 'fracture', options), platform);
    const parts: WrittenFile[] = [];
    const fractions: number[] = [];
    for await (const { files, fraction } of samplePartitions(kernels, 'fracture', platform, options)) {
      parts.push(...files);
      fractions.push(fraction);
    }
    expect(fractions).toEqual([14_400 / 34_000, 28_800 / 34_000, 1]);
    expect(parts.map(({ path }) => path)).toEqual(whole.map(({ path }) => path));
    parts.forEach(({ bytes: written }, i) => expect(same(written, whole[i].bytes)).toBe(true));
  });

  it('writes as many events as are asked for', async () => {
    const out = join(folder, 'long');
    expect(await run(['benign', '--events', '60000', '--out', out])).toBe(0);
    expect(printed).toContain('20 files');
    const { report } = await openLedger({ kind: 'files', files: await namedBlobs(out) }, null, { platform });
    expect(report).toMatchObject({ events: 60_000, leftOut: [] });
  });

  it.each([
    [['benign', '--events', '1001', '--out', 'x'], 'multiple of 4'],
    [['benign', '--events', 'many', '--out', 'x'], '--events'],
    [['benign', '--single', '--events', '10000000', '--out', 'x'], 'Leave out --single'],
    [['--out', 'x'], 'PROFILE'],
    [['benign', 'fracture', '--out', 'x'], 'more than one'],
    [['benign'], '--out DIR'],
    [['chaos', '--out', 'x'], 'there is no sample "chaos"'],
    [['benign', '--seed', '-1', '--out', 'x'], '--seed'],
  ])('refuses %j', async (args, problem) => {
    await expect(run(args)).rejects.toThrow(problem);
  });
});
