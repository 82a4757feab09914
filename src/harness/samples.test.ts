import { describe, expect, it } from 'vitest';
import { testKernels } from '../kernels/testing.ts';
import { generateColumns } from './ledger.ts';
import { CHOICES, PROFILES } from './profiles.ts';
import { SAMPLES, sampleTable } from './samples.ts';

const kernels = testKernels();

/** Bit for bit; `toEqual` walks three million values one by one. */
const bytes = (a: ArrayBufferView): Buffer => Buffer.from(a.buffer, a.byteOffset, a.byteLength);
const same = (a: ArrayBufferView, b: ArrayBufferView): boolean => bytes(a).equals(bytes(b));

describe('samples', () => {
  it('have a name, a title and a sentence each', () => {
    expect(SAMPLES.map((s) => s.name)).toEqual(['quick-tour', 'benign', 'fracture', 'homogenisation', 'backoff']);
    for (const { title, description } of SAMPLES) expect(title.length > 3 && description.length > 20).toBe(true);
  });

  it('are those of the profiles: what is opened is what the verdicts are about', () => {
    const { columns, embeddings } = generateColumns(kernels, PROFILES.fracture, CHOICES.seed.value);
    const table = sampleTable(kernels, 'fracture');
    expect(same(table.embeddings!, embeddings)).toBe(true);
    expect(same(table.time!, columns.time)).toBe(true);
  });

  it('refuse a length that no slot ends on', () => {
    for (const events of [0, 2, 4.5, 50_001])
      expect(() => sampleTable(kernels, 'benign', { events })).toThrow('multiple of 4');
  });

  it('refuse an unknown name by listing the known ones', () => {
    expect(() => sampleTable(kernels, 'toString')).toThrow('quick-tour, benign');
  });
});
