import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIso } from '../core/iso.ts';
import { stringData, decodeStrings } from './cast.ts';
import { guessMapping } from './mapping.ts';
import * as arrow from 'apache-arrow';
import { sha256, sha256Plain } from './sha256.ts';
import { failure, named, platform } from './testing.ts';
import { openLedger } from './open.ts';
import { readThrift, writeThrift, type ThriftField, type ThriftStruct } from './parquet/thrift.ts';
import { takeRows } from './take.ts';

describe('small laws', () => {
  it('ISO times keep microseconds and zones', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
        fc.nat(999),
        (date, micro) => {
          const text = date.toISOString().replace('Z', `${String(micro).padStart(3, '0')}Z`);
          expect(parseIso(text)).toBe((date.getTime() * 1000 + micro) / 1000);
        },
      ),
    );
    expect(parseIso('2024-01-01T02:30+02:30')).toBe(Date.UTC(2024, 0, 1));
    expect(parseIso('2024-01-01')).toBe(Date.UTC(2024, 0, 1));
    expect([
      parseIso('2024-13-01'),
      parseIso('2024-01-01T25:00'),
      parseIso('2024-02-30T00:00'),
      parseIso('soon'),
    ]).toEqual([NaN, NaN, NaN, NaN]);
  });

  it('SHA-256 without WebCrypto is the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect(Buffer.from(sha256Plain(bytes)).toString('hex')).toBe(await sha256(bytes));
      }),
    );
    expect(await sha256(new TextEncoder().encode('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('Thrift structs are written as they were read', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.integer({ min: 1, max: 300 }).map(String),
          fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        ),
        fc.uint8Array(),
        (numbers, bytes) => {
          const struct: ThriftStruct = new Map([
            ...Object.entries(numbers).map(([id, value]) => [Number(id), { type: 6, value }] as [number, ThriftField]),
            [400, { type: 8, value: bytes }] as [number, ThriftField],
          ]);
          expect(readThrift(writeThrift(struct))).toEqual(new Map([...struct].sort((a, b) => a[0] - b[0])));
        },
      ),
    );
    expect(() => readThrift(Uint8Array.of(0x1c, 0x1c))).toThrow('ends too early');
  });

  it('rows are taken from data of any type', () => {
    const list = new arrow.List(new arrow.Field('item', new arrow.Utf8(), true));
    const struct = new arrow.Struct<{ x: arrow.Int32; y: arrow.List }>([
      new arrow.Field('x', new arrow.Int32(), true),
      new arrow.Field('y', list, true),
    ]);
    const types: [arrow.DataType, fc.Arbitrary<unknown>][] = [
      [new arrow.Utf8(), fc.string()],
      [new arrow.Int32(), fc.integer()],
      [new arrow.Float64(), fc.double()],
      [new arrow.Bool(), fc.boolean()],
      [list, fc.array(fc.string(), { maxLength: 3 })],
      [struct, fc.record({ x: fc.integer(), y: fc.array(fc.string(), { maxLength: 2 }) })],
      [
        new arrow.FixedSizeList(2, new arrow.Field('item', new arrow.Float32(), true)),
        fc.tuple(fc.float(), fc.float()),
      ],
    ];
    for (const [type, value] of types) {
      fc.assert(
        fc.property(
          fc.array(fc.option(value), { minLength: 1, maxLength: 12 }),
          fc.array(fc.nat(), { maxLength: 12 }),
          (values, picks) => {
            const builder = arrow.makeBuilder({ type, nullValues: [null] });
            for (const v of values) builder.append(v);
            const data = builder.finish().flush();
            const at = Int32Array.from(picks, (pick) => pick % values.length);
            const plain = (d: arrow.Data, i: number) => JSON.stringify(new arrow.Vector([d]).get(i));
            const taken = takeRows(data, at);
            expect(Array.from(at, (_, i) => plain(taken, i))).toEqual(Array.from(at, (row) => plain(data, row)));
          },
        ),
        { numRuns: 30 },
      );
    }
  });

  it('strings are encoded and decoded', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.string({ unit: 'grapheme' }))), (values) => {
        expect(decodeStrings(stringData(values))).toEqual(values);
      }),
    );
  });
});

describe('mapping', () => {
  const field = (name: string, type: arrow.DataType) => ({ name, type, typeName: String(type), inferred: false });
  it('takes exact names first, and leaves a model column alone where the provider is known', () => {
    const { mapping, notes } = guessMapping([
      field('model', new arrow.Utf8()),
      field('provider_id', new arrow.Utf8()),
      field('event_id', new arrow.Int64()),
    ]);
    expect([mapping, notes]).toEqual([{ event_id: 'event_id', provider_id: 'provider_id' }, []]);
  });
  it('takes plain words for what they say', () => {
    const { mapping } = guessMapping([field('when', new arrow.Int64()), field('who', new arrow.Utf8())]);
    expect(mapping).toEqual({ ts: 'when', agent_id: 'who' });
  });
  it('does not take ids of text for event_id by guess, and says so', () => {
    const { mapping, notes } = guessMapping([field('id', new arrow.Utf8()), field('agent', new arrow.Utf8())]);
    expect(mapping).toEqual({ agent_id: 'agent' });
    expect(notes).toContain('event_id could be "id" (Utf8) by name, but its type is not BIGINT: not used.');
  });
  it.each([
    ['use_lite', undefined],
    ['tool_call_ids', undefined],
    ['text_embedding', 'text_embedding'],
    ['contentVector', 'contentVector'],
    ['EMB', 'EMB'],
    ['embedding.embeddings.0.embedding.vector', 'embedding.embeddings.0.embedding.vector'],
    ['members', undefined],
  ])('takes a list of floats for the embedding only by its name: %s', (name, embedding) => {
    const list = new arrow.List(new arrow.Field('item', new arrow.Float64(), true));
    const { mapping, notes } = guessMapping([field('speaker', new arrow.Utf8()), field(name, list)]);
    expect(mapping.embedding).toBe(embedding);
    if (!embedding) expect(notes).toContain(`Not taken for the embedding, as no name says so: "${name}".`);
  });
  it('takes none of two lists that are named as embeddings', () => {
    const list = new arrow.List(new arrow.Field('item', new arrow.Float64(), true));
    const { mapping, notes } = guessMapping([field('prompt_embedding', list), field('reply_embedding', list)]);
    expect(mapping.embedding).toBeUndefined();
    expect(notes).toEqual(['embedding could be "prompt_embedding" or "reply_embedding" by name: none is used.']);
  });
});

describe('samples', () => {
  it('come from the platform', async () => {
    const csv = named('tiny.csv', 'event_id,agent_id\n1,a\n');
    const samples = async (name: string) => (name === 'tiny' ? [csv] : []);
    expect(
      (await openLedger({ kind: 'sample', name: 'tiny' }, null, { platform: { ...platform, samples } })).report.name,
    ).toBe('tiny');
    expect((await failure(openLedger({ kind: 'sample', name: 'tiny' }, null, { platform }))).message).toContain(
      'The sample "tiny" is not available here',
    );
  });
});
