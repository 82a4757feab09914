import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { findFiles, namedBlobs } from './files.node.ts';
import { openLedger } from './open.ts';
import { collector, failure, named, open, plainLedger, platform } from './testing.ts';
import type { OpenedLedger } from './types.ts';
import { writeHive } from './write.ts';

const folder = mkdtempSync(join(tmpdir(), 'tautline-'));
afterAll(() => rmSync(folder, { recursive: true }));

const csv = (id: number, text = 'x'): string => `event_id,agent_id,text\n${id},a,${text}\n`;
/** A folder of some files (path -> content) and links (path -> target). */
const folderOf = (name: string, files: Record<string, string>, links: Record<string, string> = {}): string => {
  for (const path of Object.keys({ ...files, ...links }))
    mkdirSync(join(folder, name, path, '..'), { recursive: true });
  for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, name, path), content);
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(folder, name, path));
  return join(folder, name);
};
const opened = async (path: string): Promise<OpenedLedger> => {
  const { files, passedOver } = await findFiles(path);
  return openLedger({ kind: 'files', files, passedOver }, null, { platform });
};

describe('files on disk', () => {
  it('a partitioned folder, or one file of it', async () => {
    for (const { path, bytes } of await writeHive(plainLedger(9, 2), platform)) {
      mkdirSync(join(folder, 'ledger', path, '..'), { recursive: true });
      writeFileSync(join(folder, 'ledger', path), bytes);
    }
    const files = await namedBlobs(join(folder, 'ledger'));
    expect(files.map((file) => file.path)).toEqual(
      ['a', 'b', 'c'].map((id) => `provider_id=${id}/hour=2024-01-01T00/part-0.parquet`),
    );
    expect((await open(files)).report.events).toBe(9);
    const one = await open(await namedBlobs(join(folder, 'ledger', files[1].path)));
    expect([one.report.events, one.columns.provider!.values]).toEqual([3, ['b']]);
  });
  it('that are not there, or none', async () => {
    expect((await failure(namedBlobs(join(folder, 'nowhere')))).message).toContain(
      'nowhere: there is no such file or folder',
    );
    mkdirSync(join(folder, 'empty'));
    expect((await failure(namedBlobs(join(folder, 'empty')))).message).toContain('empty: the folder holds no files');
  });

  it('links are followed, to files and folders; what leads nowhere or back is named', async () => {
    const store = folderOf('store', { blob: csv(2), 'more/c.csv': csv(3) });
    const linked = folderOf(
      'linked',
      { 'a.csv': csv(1) },
      {
        'b.csv': join('..', 'store', 'blob'),
        c: join(store, 'more'),
        'again.csv': 'a.csv',
        loop: '.',
        'out/self': 'self',
        'out/up': join('..', '..'),
        'gone.csv': 'nowhere.csv',
      },
    );
    const { columns, report } = await opened(linked);
    expect(Array.from(columns.eventId)).toEqual([1n, 2n, 3n]);
    expect(report.notes).toContain('2 links ignored (leading nowhere): gone.csv, out/self.');
    expect(report.notes).toContain('3 links ignored (leading to what is read already): again.csv, loop, out/up.');
    expect((await opened(folderOf('links', {}, { 'b.csv': join('..', 'store', 'blob') }))).report.events).toBe(1);
  });

  it('a pipe is not waited for, and named', async () => {
    const folder = folderOf('pipes', { 'a.csv': csv(1) });
    execFileSync('mkfifo', [join(folder, 'b.csv')]);
    expect((await opened(folder)).report.notes).toContain('1 ignored (a pipe, a socket or a device, no file): b.csv.');
    expect((await failure(findFiles(join(folder, 'b.csv')))).message).toContain('it is neither a file nor a folder');
  });

  it('hidden and underscore folders and files, and what is no data by its name, are listed', async () => {
    const { columns, report } = await opened(
      folderOf('hidden', {
        'a.csv': csv(1),
        '.b.csv': csv(2),
        '.ipynb_checkpoints/a-checkpoint.csv': csv(3),
        '_temporary/0/c.csv': csv(4),
        '_delta_log/00.json': '{}',
        _SUCCESS: '',
        'README.md': 'x',
      }),
    );
    expect(Array.from(columns.eventId)).toEqual([1n]);
    expect(report.notes).toContain(
      '6 files ignored (not data by name): .b.csv, .ipynb_checkpoints/a-checkpoint.csv, README.md, _SUCCESS, ' +
        '_delta_log/00.json, _temporary/0/c.csv.',
    );
    const none = await failure(findFiles(folderOf('none', { '_temporary/c.csv': csv(4), 'x.md': 'x', 'y.md': 'y' })));
    expect(none.message).toContain('the folder holds no file of data (passed over: _temporary/c.csv, x.md, y.md)');
    expect((await opened(folderOf('one', { 'log.unknown': csv(5) }))).report.events).toBe(1);
  });

  const replace = (path: string): void => {
    writeFileSync(path, csv(2));
    utimesSync(path, 5e8, 5e8);
  };
  it.each([
    ['grows', (path: string) => appendFileSync(path, '9,a,late\n')],
    ['shrinks', (path: string) => truncateSync(path, 40)],
    ['is replaced by one of the same size', replace],
    ['is gone', (path: string) => rmSync(path)],
  ])('a file that %s says so, whoever reads on', async (_, change) => {
    const path = join(folderOf('changing', { 'a.csv': csv(1) }), 'a.csv');
    utimesSync(path, 4e8, 4e8);
    const ledger = await opened(path);
    change(path);
    const error = await failure(ledger.store(collector(), {}));
    expect(error).toMatchObject({ kind: 'changed', file: 'a.csv' });
    expect(error.message).toBe('a.csv changed while it was read; open it again');
  });

  it('a file of the browser that cannot be read any more says the same', async () => {
    const file = named('a.csv', csv(1));
    for (const name of ['NotReadableError', 'NotFoundError']) {
      const slice = (): Blob =>
        Object.assign(new Blob(), { arrayBuffer: () => Promise.reject(new DOMException('no', name)) });
      const gone = Object.create(file.blob, { size: { value: 1 << 20 }, slice: { value: slice } }) as Blob;
      expect((await failure(open({ path: 'a.csv', blob: gone }))).message).toBe(
        'a.csv changed while it was read; open it again',
      );
    }
  });
});

describe('folders that logs and caches leave', () => {
  it.each([
    ['numbers', ['app.log', 'app.log.1', 'app.log.2', 'app.log.10'], [3, 2, 1, 0]],
    ['packed ones', ['app.jsonl', 'app.jsonl.1', 'app.jsonl.2.gz'], [2, 1, 0]],
    ['days', ['app.log', 'app.log.2026-01-03', 'app.log.2026-01-04'], [2, 0, 1]],
    ['days in a row', ['app.log', 'app.log-20260103.gz', 'app.log-20260104'], [2, 0, 1]],
    ['hours', ['a.jsonl', 'a.jsonl.2026-01-04_09', 'a.jsonl.2026-01-04_10-00-00'], [2, 0, 1]],
    ['names before the end', ['app-2026-01-03.log', 'app-2026-01-04.log', 'app.log'], [0, 1, 2]],
    ['parts, by padded numbers', ['a.ndjson.001', 'a.ndjson.002', 'a.ndjson.010'], [0, 1, 2]],
  ])('a log that was put aside by %s opens in the order of time', async (name, paths, order) => {
    const line = (i: number): string => `{"agent_id":"a","text":"${i}"}\n`;
    const files = Object.fromEntries(paths.map((path, i) => [path, line(order[i])]));
    const log = folderOf(`log ${name}`, files);
    for (const path of paths.filter((one) => one.endsWith('.gz')))
      writeFileSync(join(log, path), gzipSync(files[path]));
    const sink = collector();
    const { files: found, passedOver } = await findFiles(log);
    await openLedger({ kind: 'files', files: found, passedOver }, null, { platform, sink });
    const texts = sink.rows.sort((a, b) => Number(a.row) - Number(b.row)).map(({ text }) => text);
    expect(texts).toEqual(paths.map((_, i) => String(i)));
  });

  it("the hub's cache of links opens by the names of the links, of the revision in use", async () => {
    const blob = (id: string): string => `data/blobs/${id}`;
    const link = (revision: string, id: string): Record<string, string> => ({
      [`data/snapshots/${revision}/train/a.csv`]: `../../../blobs/${id}`,
    });
    const files = { [blob('11aa')]: csv(1), [blob('22bb')]: csv(2), 'data/refs/main': 'new\n' };
    const cache = folderOf('hub', files, { ...link('new', '11aa'), ...link('old', '22bb') });
    const { columns, report } = await opened(cache);
    expect(Array.from(columns.eventId)).toEqual([1n]);
    expect(report.notes).toContain('1 folder ignored (another revision of the same data): data/snapshots/old.');
    expect((await opened(join(cache, 'data/snapshots/old'))).columns.eventId[0]).toBe(2n);
    const store = folderOf('annex', { '.git/objects/77': csv(7) }, { 'a.csv': '.git/objects/77' });
    expect((await opened(store)).columns.eventId[0]).toBe(7n);
  });
});
