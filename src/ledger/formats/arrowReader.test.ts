import * as arrow from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { openTable } from '../source.ts';
import { failure, fixture, named, open, platform } from '../testing.ts';
import { BlobWindow, messageAt } from './arrowMessages.ts';
import { inflateZstdFrame } from './zstd.ts';

describe('compressed Arrow', () => {
  it.each(['zstd.arrows', 'lz4.arrow'])('%s damaged within a buffer is refused by name', async (name) => {
    const whole = new Uint8Array(await fixture(name).blob.arrayBuffer());
    let refused = 0;
    for (let at = 500; at + 80 < whole.length; at += 80) {
      const damaged = whole.slice();
      damaged.fill(0, at, at + 80);
      const error = await open(named('damaged.arrow', damaged)).then(
        () => null,
        (thrown: unknown) => thrown as Error,
      );
      if (error) expect(error.message).toContain('damaged.arrow');
      if (error?.message.includes('truncated or damaged')) refused++;
    }
    expect(refused).toBeGreaterThan(2);
  });

  it('that states another length than a buffer has is refused', async () => {
    const whole = new Uint8Array(await fixture('zstd.arrows').blob.arrayBuffer());
    const magic = [0x28, 0xb5, 0x2f, 0xfd];
    const at = whole.findIndex((_, i) => magic.every((byte, j) => whole[i + j] === byte));
    whole[at - 8] += 8;
    expect((await failure(open(named('long.arrows', whole)))).message).toMatch(
      /long\.arrows: the Arrow file .* damaged \(column "event_id": a Zstandard frame does not hold the 104 bytes/,
    );
  });
});

/** Every column as text, row by row. */
async function rowsOf(name: string, bytes: Uint8Array): Promise<string> {
  const reader = await openTable(named(name, bytes), platform);
  const columns = reader.fields.flatMap((field) => (field.type === null ? [] : [field.name]));
  const rows: unknown[] = [columns];
  for await (const batch of reader.read({ columns, batchRows: 7 }))
    for (let i = 0; i < batch.rows; i++)
      rows.push(batch.columns.map((data) => String(new arrow.Vector([data as arrow.Data]).get(i))));
  return JSON.stringify(rows);
}

/** Where the metadata of the messages of a file is, and its footer. */
async function metadataOf(bytes: Uint8Array): Promise<[from: number, to: number][]> {
  const footer = bytes.length - 10 - new DataView(bytes.buffer).getInt32(bytes.length - 10, true);
  const places: [number, number][] = [[footer, bytes.length - 6]];
  for (let at = 8; at < footer;) {
    const message = await messageAt(new BlobWindow(new Blob([bytes as BlobPart])), at, bytes.length);
    if (!message) break;
    places.push([at, message.end - (await message.body()).length]);
    at = message.end;
  }
  return places;
}

describe('damaged Arrow', () => {
  it.each(['plain.arrow', 'views.arrow', 'lz4.arrow'])(
    '%s with any number of its metadata changed is refused at once, or reads as it was',
    async (name) => {
      const whole = new Uint8Array(await fixture(name).blob.arrayBuffer());
      const intact = await rowsOf(name, whole);
      let refused = 0;
      for (const [from, to] of await metadataOf(whole))
        for (let at = from; at + 8 <= to; at += 8)
          for (const value of [-8n, 1n << 33n, 1n]) {
            const changed = whole.slice();
            new DataView(changed.buffer).setBigInt64(at, value, true);
            const outcome = await rowsOf(name, changed).catch((thrown: unknown) => thrown as Error);
            if (outcome instanceof Error) {
              expect(outcome.name, `${value} at ${at}`).toBe('TautlineFailure');
              refused++;
            } else expect(outcome, `${value} at ${at}`).toBe(intact);
          }
      expect(refused).toBeGreaterThan(100);
    },
  );

  const TABLE = arrow.tableFromArrays({ event_id: Int32Array.of(1, 2, 3), text: ['one', 'two', 'one'] });
  const ipc = arrow.tableToIPC(TABLE, 'stream').slice();
  const words = (bytes: Uint8Array): Int32Array => new Int32Array(bytes.buffer, 0, bytes.length >> 2);
  const positionOf = (...wanted: number[]): number =>
    words(ipc).findIndex((_, at, all) => wanted.every((word, i) => all[at + i] === word));

  it.each<[string, (bytes: Uint8Array) => Uint8Array, RegExp]>([
    [
      'an offset far out',
      (bytes) => {
        words(bytes)[positionOf(0, 3, 6) + 1] = 1 << 30;
        return bytes;
      },
      /column "text": its offsets do not lie in order within 8/,
    ],
    [
      'an entry that its dictionary does not have',
      (bytes) => {
        words(bytes)[positionOf(0, 1, 0)] = 999;
        return bytes;
      },
      /column "text": row 1 of its batch is entry 999 of a dictionary of 2/,
    ],
    [
      'a text that is not UTF-8',
      (bytes) => {
        bytes[Buffer.from(bytes).indexOf('onetwo') + 4] = 255;
        return bytes;
      },
      /column "text": the text in row 2 of its batch is not UTF-8/,
    ],
    ['a second stream behind the first', (bytes) => new Uint8Array(Buffer.concat([bytes, ipc])), /follow its end/],
    ['an end within a message', (bytes) => bytes.slice(0, -40), /it ends too early/],
  ])('%s is refused', async (_, change, message) => {
    const { kind, message: said } = await failure(rowsOf('bad.arrows', change(ipc.slice())));
    expect(kind).toBe('file');
    expect(said).toMatch(/^bad\.arrows: the Arrow file is truncated or damaged/);
    expect(said).toMatch(message);
  });

  it('two columns of one name are refused by name', async () => {
    const schema = new arrow.Schema(['ts', 'ts'].map((name) => new arrow.Field(name, new arrow.Int32())));
    const column = arrow.makeData({ type: new arrow.Int32(), length: 1, data: Int32Array.of(1) });
    const data = arrow.makeData({ type: new arrow.Struct(schema.fields), length: 1, children: [column, column] });
    const table = new arrow.Table([new arrow.RecordBatch(schema, data as never)]);
    const twice = named('twice.arrow', arrow.tableToIPC(table, 'file'));
    expect((await failure(open(twice))).message).toContain('twice.arrow: two columns are named "ts"');
  });

  it('numbers in the other byte order are refused by name', async () => {
    const whole = new Uint8Array(await fixture('plain.arrows').blob.arrayBuffer());
    const message = await messageAt(new BlobWindow(new Blob([whole])), 0, whole.length);
    const view = new DataView(whole.buffer);
    // The first field of the Schema table, which little-endian writers leave at its default: point it at a 1.
    const root = 8 + view.getUint32(8, true);
    const header = root + view.getUint16(root - view.getInt32(root, true) + 8, true);
    const schema = header + view.getUint32(header, true);
    const table = schema - view.getInt32(schema, true);
    expect(message?.kind).toBe('schema');
    view.setUint16(table + 4, view.getUint16(table + 6, true), true);
    expect((await failure(open(named('big.arrows', whole)))).message).toContain('big-endian');
  });
});

describe('Zstandard frames', () => {
  /** A block of three bytes as they are, and one that repeats a byte four times. */
  const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 7, 3 << 3, 0, 0, 97, 98, 99, (4 << 3) | 3, 0, 0, 100);

  it('inflate to what they hold, no more and no less', () => {
    expect(new TextDecoder().decode(inflateZstdFrame(frame, 7))).toBe('abcdddd');
    for (const length of [0, 6, 8, 200_000]) expect(() => inflateZstdFrame(frame, length)).toThrow(/Zstandard|offset/);
    for (let end = 0; end < frame.length; end++) expect(() => inflateZstdFrame(frame.slice(0, end), 7)).toThrow();
    expect(() => inflateZstdFrame(Uint8Array.of(...frame, 0), 7)).toThrow('ends elsewhere');
  });
});
