import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
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
