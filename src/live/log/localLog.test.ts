import { appendFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TautlineFailure } from '../../core/errors.ts';
import type { StoredRecord, Transport } from '../transport.ts';
import { frame, unframe } from './frame.ts';
import { openLocalLog } from './localLog.ts';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'tautline-log-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const valueOf = (n: number): Uint8Array => new TextEncoder().encode(`event ${n}`);
const textOf = ({ value }: StoredRecord): string => new TextDecoder().decode(value);
const segments = join('tautline.ledger.v1', '0');

async function take(log: Transport, from: number, count: number): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  if (count === 0) return found;
  for await (const batch of log.read('ledger', 0, from, { signal: new AbortController().signal })) {
    found.push(...batch);
    if (found.length >= count) break;
  }
  return found;
}

async function appendAll(log: Transport, from: number, to: number): Promise<number[]> {
  const positions = await Promise.all(
    Array.from({ length: to - from }, (_, i) => log.append('ledger', { key: 'g', value: valueOf(from + i) })),
  );
  return positions.map(({ offset }) => offset);
}

const rejection = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => '',
    (thrown: unknown) => (thrown instanceof TautlineFailure ? JSON.stringify(thrown.error) : String(thrown)),
  );

describe('a record in its frame', () => {
  it('reads back whole, and is told when a bit is another or bytes are missing', () => {
    const record = { key: 'Grüße', value: valueOf(7), headers: { reason: 'too large' }, timestamp: 1.5 };
    const bytes = frame(record);
    const whole = { kind: 'record', record, end: bytes.length };
    expect(unframe(bytes, 0)).toEqual(whole);
    for (let end = 0; end < bytes.length; end++) expect(unframe(bytes.subarray(0, end), 0).kind).toBe('cut');
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      expect(unframe(changed, 0)).not.toEqual(whole);
    }
  });
});

describe('a local log', () => {
  it('gives every record in the order of its append, over segments, and after it is opened again', async () => {
    const log = await openLocalLog(folder, { segmentBytes: 2000 });
    expect(await appendAll(log, 0, 150)).toEqual(Array.from({ length: 150 }, (_, i) => i));
    for (let n = 150; n < 300; n += 10) await appendAll(log, n, n + 10);
    const id = await log.topicId('ledger');
    await log.close();
    expect((await readdir(join(folder, segments))).length).toBeGreaterThan(2);
    const again = await openLocalLog(folder, { segmentBytes: 2000 });
    expect(await again.topicId('ledger')).toBe(id);
    expect(await again.range('ledger', 0)).toEqual({ first: 0, end: 300 });
    await appendAll(again, 300, 301);
    const found = await take(again, 0, 301);
    expect(found.map(({ offset }) => offset)).toEqual(Array.from({ length: 301 }, (_, i) => i));
    expect(found.map(textOf)).toEqual(Array.from({ length: 301 }, (_, i) => `event ${i}`));
    expect((await take(again, 290, 11)).map(({ offset }) => offset)[0]).toBe(290);
    await again.close();
  });

  it('is followed while it grows, by its own process and by a reader without the lock', async () => {
    const log = await openLocalLog(folder, { segmentBytes: 500 });
    const reader = await openLocalLog(folder, { append: false });
    const both = Promise.all([take(log, 0, 60), take(reader, 0, 60)]);
    for (let n = 0; n < 60; n += 5) await appendAll(log, n, n + 5);
    for (const found of await both)
      expect(found.map(textOf)).toEqual(Array.from({ length: 60 }, (_, i) => `event ${i}`));
    await log.close();
  });

  it('that a crash cut goes on where it was whole', async () => {
    const log = await openLocalLog(folder);
    await appendAll(log, 0, 10);
    await log.close();
    const [name] = await readdir(join(folder, segments));
    const path = join(folder, segments, name);
    const cut = frame({ key: 'g', value: valueOf(10), timestamp: 0 });
    await appendFile(path, cut.subarray(0, cut.length - 3));
    const again = await openLocalLog(folder);
    expect(await appendAll(again, 11, 12)).toEqual([10]);
    expect((await take(again, 0, 11)).map(textOf).at(-1)).toBe('event 11');
    await again.close();
  });

  it('that is damaged in the middle is refused by name, and nothing behind the damage is given', async () => {
    const log = await openLocalLog(folder);
    await appendAll(log, 0, 10);
    await log.close();
    const [name] = await readdir(join(folder, segments));
    const path = join(folder, segments, name);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] ^= 1;
    await writeFile(path, bytes);
    expect(await rejection(openLocalLog(folder))).toContain('the log is damaged at offset');
    await rm(join(folder, 'writer.lock'), { force: true });
    const reader = await openLocalLog(folder, { append: false });
    expect(await rejection(take(reader, 0, 10))).toContain('the log is damaged at offset');
  });

  it('has one writer, and says which', async () => {
    const log = await openLocalLog(folder);
    expect(await rejection(openLocalLog(folder))).toContain(`another process (${process.pid}`);
    await log.close();
    await writeFile(join(folder, 'writer.lock'), JSON.stringify({ pid: 2 ** 22 + 1, host: 'elsewhere' }));
    await (await openLocalLog(folder)).close();
  });

  it('refuses an offset that it does not keep', async () => {
    const log = await openLocalLog(folder, { segmentBytes: 200 });
    for (let n = 0; n < 40; n += 4) await appendAll(log, n, n + 4);
    await log.drop('ledger', 20, Date.now() + 1000);
    const { first, end } = await log.range('ledger', 0);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(20);
    expect(await rejection(take(log, 0, 1))).toContain(`no offset 0: it keeps ${first} to ${end}`);
    expect(await rejection(take(log, end + 1, 1))).toContain('another one than the ledger was written from');
    await log.close();
  });
});
