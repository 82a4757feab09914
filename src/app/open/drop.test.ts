import { describe, expect, it } from 'vitest';
import { isLedgerPath } from '../../ledger/formats/list.ts';
import { gatherEntries, sortOut } from './drop.ts';
import type { DropEntry } from './dropped.ts';

const blob = (name: string): File => new File([name], name);
const file = (fullPath: string): DropEntry => {
  const name = fullPath.split('/').at(-1)!;
  return { isFile: true, isDirectory: false, name, fullPath, file: (done) => done(blob(name)) };
};
/** A folder whose reader hands out at most a hundred entries at a time, as Chromium's does. */
const folder = (fullPath: string, children: DropEntry[]): DropEntry => ({
  isFile: false,
  isDirectory: true,
  name: fullPath.split('/').at(-1)!,
  fullPath,
  createReader: () => {
    let given = 0;
    return {
      readEntries: (done) => {
        done(children.slice(given, given + 100));
        given += 100;
      },
    };
  },
});

describe('drop traversal', () => {
  it('walks partition folders and keeps their relative paths, in order', async () => {
    const drop = folder('/ledger', [
      folder('/ledger/provider_id=b', [
        folder('/ledger/provider_id=b/hour=2026-01-01T01', [
          file('/ledger/provider_id=b/hour=2026-01-01T01/part-0.parquet'),
        ]),
      ]),
      folder('/ledger/provider_id=a', [
        file('/ledger/provider_id=a/part-1.parquet'),
        file('/ledger/provider_id=a/part-0.parquet'),
      ]),
      file('/ledger/_SUCCESS'),
      file('/ledger/README.md'),
      folder('/ledger/.git', [file('/ledger/.git/x.parquet')]),
    ]);
    const { files, ignored } = await gatherEntries([drop]);
    expect(files.map((f) => f.path)).toEqual([
      'ledger/provider_id=a/part-0.parquet',
      'ledger/provider_id=a/part-1.parquet',
      'ledger/provider_id=b/hour=2026-01-01T01/part-0.parquet',
    ]);
    expect(ignored).toEqual(['ledger/.git/x.parquet', 'ledger/README.md', 'ledger/_SUCCESS']);
  });

  it('takes a folder whatever its own name, but no hidden one within', () => {
    const paths = ['_exports/a.parquet', '_exports/.cache/b.parquet', '_exports/_SUCCESS'];
    const { files, ignored } = sortOut(paths.map((path) => ({ path, blob: blob(path) })));
    expect(files.map((f) => f.path)).toEqual(['_exports/a.parquet']);
    expect(ignored).toEqual(['_exports/.cache/b.parquet', '_exports/_SUCCESS']);
  });

  it('reads folders of more than a hundred files to the end', async () => {
    const parts = Array.from({ length: 250 }, (_, i) => file(`/big/part-${String(i).padStart(3, '0')}.parquet`));
    expect((await gatherEntries([folder('/big', parts)])).files).toHaveLength(250);
  });

  it('rejects when a file cannot be read', async () => {
    const gone: DropEntry = {
      ...file('/gone.parquet'),
      file: (_done, failed) => failed(new DOMException('gone', 'NotFoundError')),
    };
    await expect(gatherEntries([gone])).rejects.toThrow('gone');
  });

  it('keeps a file of any name that was dropped by itself: the reader says what is wrong with it', () => {
    expect(sortOut([{ path: 'notes.txt', blob: blob('notes.txt') }])).toMatchObject({
      files: [{ path: 'notes.txt' }],
      ignored: [],
    });
  });

  it('tells ledger files from others', () => {
    expect(['a.parquet', 'x/provider_id=a/b.csv.gz', 'c.NDJSON', 'd.arrow'].every(isLedgerPath)).toBe(true);
    expect(['x/_temporary/a.parquet', 'x/.DS_Store', 'a.txt', 'parquet'].some(isLedgerPath)).toBe(false);
  });
});
