import { describe, expect, it } from 'vitest';
import { failure, named, open, plainLedger, platform, vectorsByRow } from '../ledger/testing.ts';
import type { NamedBlob } from '../ledger/types.ts';
import { writeParquet, type LedgerTable } from '../ledger/write.ts';
import type { SpawnedWorker } from './service/supervisedWorker.ts';
import { createScanThread } from './scanThread.ts';
import { spawnScanHere } from './testing.ts';

const N = 60;
const FILES = 4;

/** Files of a ledger whose rows are dealt out in turn, so that no file follows on another in time. */
async function dealt(
  change: (table: LedgerTable, file: number) => LedgerTable = (table) => table,
): Promise<NamedBlob[]> {
  const whole = plainLedger(N, 3);
  return Promise.all(
    Array.from({ length: FILES }, async (_, file) => {
      const rows = Array.from({ length: N / FILES }, (_row, i) => i * FILES + file);
      const table: LedgerTable = {
        ...whole,
        n: rows.length,
        eventId: BigInt64Array.from(rows, (row) => whole.eventId[row]),
        time: Float64Array.from(rows, (row) => whole.time![row]),
        // Each file meets the providers in another order.
        provider: {
          codes: Int32Array.from(rows, (_row, i) => i % 3),
          values: ['a', 'b', 'c'].map((_name, i) => 'abcd'[(i + file) % 4]),
        },
        embeddings: Float32Array.from(
          rows.flatMap((row) => Array.from(whole.embeddings!.subarray(3 * row, 3 * row + 3))),
        ),
        text: rows.map((row) => (row % 7 === 0 ? '' : `message ${row}`)),
      };
      return named(`${file}.parquet`, await writeParquet(change(table, file), platform));
    }),
  );
}

const threaded = (spawn: () => SpawnedWorker = spawnScanHere) => ({
  platform: { ...platform, scanThread: createScanThread(spawn, 0) },
});

describe('a scan shared with a thread', () => {
  it('gives what one thread gives, with event ids of the files and without', async () => {
    const files = await dealt();
    const whole = { ts: 'ts', provider_id: 'provider_id', embedding: 'embedding', text: 'text' };
    for (const mapping of [undefined, whole]) {
      const [alone, shared] = [await open(files, { mapping }), await open(files, { mapping, ...threaded() })];
      expect(shared.report).toEqual(alone.report);
      expect(shared.columns).toEqual(alone.columns);
      expect(shared.textLength).toEqual(alone.textLength);
      expect(await vectorsByRow(shared)).toEqual(await vectorsByRow(alone));
      shared.embeddings!.release!();
      expect(await vectorsByRow(shared)).toEqual(await vectorsByRow(alone));
    }
  });

  it('leaves out the same rows for the same reasons', async () => {
    const broken = (table: LedgerTable, file: number): LedgerTable => {
      const embeddings = table.embeddings!.slice();
      embeddings[3 * file + 1] = NaN;
      const eventId = table.eventId.slice();
      if (file === 3) eventId[5] = eventId[6];
      return { ...table, embeddings, eventId };
    };
    const files = await dealt(broken);
    const [alone, shared] = [await open(files), await open(files, threaded())];
    expect(alone.report.leftOut).toHaveLength(2);
    expect(shared.report).toEqual(alone.report);
    expect(shared.columns).toEqual(alone.columns);
  });

  it('is done here where the thread dies or cannot start', async () => {
    const files = await dealt();
    const alone = await open(files);
    const dying = (): SpawnedWorker => {
      const worker = spawnScanHere();
      setTimeout(() => worker.die('out of memory'), 0);
      return worker;
    };
    const unstarted = (): SpawnedWorker => {
      throw new Error('no more workers');
    };
    for (const spawn of [dying, unstarted]) {
      const shared = await open(files, threaded(spawn));
      expect(shared.columns).toEqual(alone.columns);
      expect(shared.report).toEqual(alone.report);
    }
  });

  it('reports a damaged page as one thread does, and ends its worker', async () => {
    const files = await dealt();
    const bytes = new Uint8Array(await files[3].blob.arrayBuffer());
    bytes.fill(0xff, 8, 200);
    const damaged = [...files.slice(0, 3), named('3.parquet', bytes)];
    const expected = await failure(open(damaged));
    expect(expected.message).toContain('3.parquet');
    let ended = 0;
    const counting = (): SpawnedWorker => {
      const worker = spawnScanHere();
      return {
        ...worker,
        terminate: () => {
          ended += 1;
          worker.terminate();
        },
      };
    };
    expect(await failure(open(damaged, threaded(counting)))).toEqual(expected);
    expect(ended).toBe(1);
  });

  it('stops when it is cancelled', async () => {
    const files = await dealt();
    const stop = new AbortController();
    const silent = (): SpawnedWorker => {
      const { port1 } = new MessageChannel();
      setTimeout(() => stop.abort(), 20);
      return { endpoint: port1, onDeath: () => undefined, terminate: () => port1.close() };
    };
    expect((await failure(open(files, { ...threaded(silent), signal: stop.signal }))).kind).toBe('cancelled');
  });
});
