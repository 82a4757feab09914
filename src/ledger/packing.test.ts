import { readFileSync } from 'node:fs';
import { gzipSync, inflateRawSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { latin } from './formats/format.ts';
import { unpack } from './packing.ts';
import { failure, named, open } from './testing.ts';

const rows = Array.from({ length: 12 }, (_, i) => `{"event_id":${i},"agent_id":"${'ab'[i % 2]}","text":"tea ${i}"}\n`);
const text = rows.join('');
const gz = new Uint8Array(gzipSync(text));
/** The same rows, by the zstandard package of Python. */
const zst = new Uint8Array(readFileSync(new URL('./fixtures/talk.ndjson.zst', import.meta.url)));

describe('files that are compressed as a whole', () => {
  it.each([
    ['talk.ndjson.gz', gz],
    ['talk.gz', gz],
    ['talk', gz],
    ['talk.ndjson.zst', zst],
    ['parallel.ndjson.zst', new Uint8Array([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2, ...zst])],
    ['twice.ndjson.gz', new Uint8Array(gzipSync(gzipSync(text)))],
  ])('%s', async (name, bytes) => {
    if (name.startsWith('twice')) {
      expect((await failure(open(named(name, bytes)))).message).toContain('compressed with gzip. Decompress it first');
      return;
    }
    const { report, columns } = await open(named(name, bytes));
    expect(report).toMatchObject({ events: 12, bytes: bytes.length, leftOut: [] });
    expect(columns.agent!.values).toEqual(['a', 'b']);
  });

  /** As browsers read gzip: one member, and nothing behind it. */
  class OneMember extends TransformStream<Uint8Array, Uint8Array> {
    constructor() {
      const held: Uint8Array[] = [];
      super({
        transform: (bytes) => void held.push(bytes),
        flush(controller) {
          const all = Buffer.concat(held);
          const { buffer, engine } = inflateRawSync(all.subarray(10), { info: true }) as unknown as {
            readonly buffer: Buffer;
            readonly engine: { readonly bytesWritten: number };
          };
          if (10 + engine.bytesWritten + 8 !== all.length) throw new TypeError('Junk found');
          controller.enqueue(new Uint8Array(buffer));
        },
      });
    }
  }
  afterEach(() => vi.unstubAllGlobals());

  const zip = (part: string | Uint8Array): Uint8Array => gzipSync(part, { level: typeof part === 'string' ? 9 : 0 });
  it.each<[string, readonly Uint8Array[], string | null]>([
    ['two members', [zip(text.slice(0, 333)), zip(text.slice(333))], text],
    ['an empty member, then others', [zip(''), ...rows.map(zip)], text],
    ['a member that holds what looks like one', [zip(zip(text)), zip('x')], `${latin(zip(text))}x`],
    ['two members, the second cut off', [zip(text), zip(text).slice(0, -9)], null],
    ['a member, then something else', [zip(text), new Uint8Array([1, 2, 3, 4])], null],
  ])('%s, in Node and as browsers read it', async (_, members, whole) => {
    const file = named('logs.gz', new Uint8Array(Buffer.concat(members)));
    for (const stream of [DecompressionStream, OneMember]) {
      vi.stubGlobal('DecompressionStream', stream);
      if (whole === null) expect((await failure(unpack(file, 'gzip'))).message).toContain('is damaged or cut off');
      else expect(latin(new Uint8Array(await (await unpack(file, 'gzip')).blob.arrayBuffer()))).toBe(whole);
    }
  });

  it('in a folder, beside others', async () => {
    const half = (from: number): string => rows.slice(from, from + 6).join('');
    const files = [named('logs/a.ndjson', half(0)), named('logs/b.ndjson.gz', new Uint8Array(gzipSync(half(6))))];
    expect((await open(files)).report).toMatchObject({ events: 12, files: 2 });
  });

  it.each([
    ['cut.gz', gz.slice(0, -12)],
    ['cut.zst', zst.slice(0, -12)],
    ['more.gz', new Uint8Array([...gz, 1, 2, 3, 4])],
    ['flipped.gz', gz.map((byte, i) => (i === 40 ? byte ^ 255 : byte))],
  ])('%s is refused by name', async (name, bytes) => {
    const error = await failure(open(named(name, bytes)));
    expect(error.kind).toBe('file');
    expect(error.message).toContain(`${name}: `);
    expect(error.message).not.toMatch(/internal/i);
  });

  it('one that is too large for memory is refused before it is there', async () => {
    const large = named('large.gz', new Uint8Array(gzipSync(Buffer.alloc(8 << 20))));
    expect((await failure(unpack(large, 'gzip', { maxBytes: 1 << 20 }))).message).toContain(
      'large.gz: decompressed it has more than 1 MB. Decompress it first',
    );
  });
});
