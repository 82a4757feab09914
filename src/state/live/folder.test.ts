import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { TautlineFailure } from '../../core/errors.ts';
import { folderSource, handleReader, hostReader, requireLog } from './folder.ts';

/** Files by path, as they are at the moment. */
type Disk = Map<string, string>;

const commit = (number: number): string =>
  `${JSON.stringify({
    ...{ format: 'tautline-commit', version: 1, number, kind: 'unit', owner: 'o', written: '2026-01-05T09:00:00Z' },
    source: { topic: 't', topicId: 'i', partition: 0, from: 0, to: 0, held: [] },
    ...{ events: { from: number, to: number + 1 }, add: [], opened: [], closed: [], late: 0, doubles: 0, refused: 0 },
    ...{ untracked: 0, through: null, bundle: null, hasState: false },
  })}\n`;
const pathOf = (number: number): string => `_log/${String(number).padStart(20, '0')}.json`;
const diskOf = (commits: number): Disk =>
  new Map(Array.from({ length: commits }, (_, number) => [pathOf(number), commit(number)]));

const going = (): AbortSignal => new AbortController().signal;
const problemOf = async (asked: Promise<unknown>): Promise<TautlineFailure['error']> => {
  const thrown = await asked.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof TautlineFailure)) throw new Error(`no failure: ${String(thrown)}`);
  return thrown.error;
};

describe('a folder that is followed by the numbers of its commits', () => {
  const source = (disk: Disk, asked: string[] = []) =>
    folderSource('folder', (path) => {
      asked.push(path);
      const text = disk.get(path);
      return Promise.resolve(text === undefined ? null : new Blob([text]));
    });

  it('is read to its end, in order, and from a number on', async () => {
    const numbers = async (after: number): Promise<number[]> =>
      (await source(diskOf(200)).commits(after, false, going())).map(({ number }) => number);
    expect(await numbers(-1)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(await numbers(197)).toEqual([198, 199]);
    expect(await numbers(199)).toEqual([]);
  });
  it('is asked for one number while nothing comes, until the next is there', async () => {
    const disk = diskOf(3);
    const asked: string[] = [];
    const waiting = source(disk, asked).commits(2, true, going());
    await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(1);
    expect(new Set(asked)).toEqual(new Set([pathOf(3)]));
    disk.set(pathOf(3), commit(3));
    expect((await waiting).map(({ number }) => number)).toEqual([3]);
  });
  it('ends waiting where it is left', async () => {
    const end = new AbortController();
    const waiting = source(diskOf(1)).commits(0, true, end.signal);
    end.abort();
    expect(await waiting).toEqual([]);
  });
  it('is tried again where a commit was copied in part, and refused where it is none', async () => {
    const disk = diskOf(2);
    disk.set(pathOf(1), commit(1).slice(0, 40));
    expect(await problemOf(source(disk).commits(-1, false, going()))).toMatchObject({
      ...{ kind: 'stalled', url: `folder/${pathOf(1)}` },
      problem: 'it is not whole yet',
    });
    disk.set(pathOf(1), '{"format":"another"}\n');
    expect(await problemOf(source(disk).commits(-1, false, going()))).toMatchObject({ kind: 'file' });
  });
});

describe('a host', () => {
  const open: (() => void)[] = [];
  afterEach(() => open.splice(0).forEach((close) => close()));

  /** A plain host: what it has, and the status of what it has not. */
  async function host(disk: Disk, missing = 404): Promise<string> {
    const server = createServer((request, response) => {
      const text = disk.get(decodeURIComponent(request.url!.slice(1)));
      response.writeHead(text === undefined ? missing : 200).end(text);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    open.push(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('gives files by their paths, and says what is not there', async () => {
    const read = hostReader(await host(new Map([['provider_id=a b/hour=1/x.parquet', 'rows']])));
    expect(await (await read('provider_id=a b/hour=1/x.parquet', going()))!.text()).toBe('rows');
    expect(await read('y.parquet', going())).toBeNull();
  });
  it('that lets nobody list its files says 403 of what is not there: believed of the first file alone', async () => {
    const disk = diskOf(1);
    const url = await host(disk, 403);
    expect(await problemOf(hostReader(url)('other', going()))).toMatchObject({ kind: 'network' });
    const followed = folderSource(url, hostReader(url));
    expect((await followed.commits(-1, false, going())).map(({ number }) => number)).toEqual([0]);
    expect(await followed.commits(0, false, going())).toEqual([]);
  });
  it('that fails or is gone is worth trying again', async () => {
    expect(await problemOf(hostReader(await host(new Map(), 503))('x', going()))).toMatchObject({ kind: 'stalled' });
    expect(await problemOf(hostReader('http://127.0.0.1:1')('x', going()))).toMatchObject({
      kind: 'stalled',
      advice: expect.stringContaining('Access-Control-Allow-Origin') as string,
    });
  });
});

describe('a folder of this machine', () => {
  /** As much of a handle as is used; what reading a file throws stands in its place. */
  const handle = (disk: Map<string, string | DOMException>, under = ''): FileSystemDirectoryHandle => {
    const nothing = (): Promise<never> => Promise.reject(new DOMException('', 'NotFoundError'));
    const made: Partial<FileSystemDirectoryHandle> = {
      name: 'ledger',
      getDirectoryHandle: (name) =>
        [...disk.keys()].some((path) => path.startsWith(`${under}${name}/`))
          ? Promise.resolve(handle(disk, `${under}${name}/`))
          : nothing(),
      getFileHandle: (name) => {
        const found = disk.get(under + name);
        if (found === undefined) return nothing();
        const getFile = (): Promise<File> =>
          typeof found === 'string' ? Promise.resolve(new File([found], name)) : Promise.reject(found);
        return Promise.resolve({ getFile } as FileSystemFileHandle);
      },
    };
    return made as FileSystemDirectoryHandle;
  };
  const read = (disk: Map<string, string | DOMException>, path: string) => handleReader(handle(disk))(path, going());

  it('is read by paths, and what is not there may come', async () => {
    const disk = new Map([['provider_id=a/hour=1/x.parquet', 'rows']]);
    expect(await (await read(disk, 'provider_id=a/hour=1/x.parquet'))!.text()).toBe('rows');
    expect(await read(disk, 'provider_id=a/hour=2/x.parquet')).toBeNull();
    expect(await read(disk, 'provider_id=a/hour=1/y.parquet')).toBeNull();
  });
  it('tells a file that is being written from one that may not be read', async () => {
    const disk = new Map([
      ['a', new DOMException('', 'NotReadableError')],
      ['b', new DOMException('', 'NotAllowedError')],
    ]);
    expect(await problemOf(read(disk, 'a'))).toMatchObject({ kind: 'stalled', url: 'ledger/a' });
    expect(await problemOf(read(disk, 'b'))).toMatchObject({
      ...{ kind: 'file', file: 'ledger' },
      advice: expect.stringContaining('allow it') as string,
    });
  });
  it('that has no log is no ledger', async () => {
    await requireLog(handle(diskOf(1)));
    expect(await problemOf(requireLog(handle(new Map([['x.parquet', '']]))))).toMatchObject({
      problem: expect.stringContaining('no live ledger') as string,
    });
  });
});
