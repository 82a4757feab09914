import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { convertLedger } from './convert.ts';
import { openLedger } from './open.ts';
import { collector, named, open, platform } from './testing.ts';
import type { NamedBlob, OpenedLedger } from './types.ts';

/** Every fixture of other tools and libraries, written as Parquet and opened again. */

const FOLDERS = ['shapes', 'everyday'].map((name) => new URL(`./fixtures/${name}/`, import.meta.url));
const FIXTURES = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => !/expected\.json$|_logs\.jsonl$/.test(name))
    .map((name) => [name, folder] as const),
);

/** A file, with the log records that belong to it, or all files of a folder. */
function blobsOf(name: string, folder: URL): NamedBlob[] {
  const isThere = (path: string): boolean => statSync(new URL(path, folder)).isFile();
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => isThere(path) && (path === name || path.startsWith(`${name}/`) || path === name.replace('.', '_logs.')),
  );
  return paths.map((path) => named(path, readFileSync(new URL(path, folder))));
}

interface Opened {
  readonly ledger: OpenedLedger;
  readonly rows: readonly object[];
}

/** A ledger and the rows that are stored, by canonical row. */
async function opened(files: readonly NamedBlob[]): Promise<Opened> {
  const sink = collector();
  const ledger = await openLedger({ kind: 'files', files }, null, { platform, sink });
  const rows = sink.rows
    .sort((a, b) => Number(a.row) - Number(b.row))
    .map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([key, value]) => [
          key.replace(/(?: \(file\))+$/, ''),
          typeof value === 'object' ? JSON.stringify(value, (_, inner: unknown) => String(inner)) : value,
        ]),
      ),
    );
  return { ledger, rows };
}

async function converted(ledger: OpenedLedger, partition: boolean): Promise<NamedBlob[]> {
  const files: NamedBlob[] = [];
  const write = (path: string, bytes: Uint8Array): Promise<void> =>
    Promise.resolve(void files.push(named(path, bytes)));
  await convertLedger(ledger, write, { platform, partition });
  return files;
}

describe('written as Parquet, every fixture is the same ledger', () => {
  it.each(FIXTURES)('%s', async (name, folder) => {
    const files = blobsOf(name, folder);
    const before = await opened(files);
    const { fingerprint, events, dimension, embedder } = before.ledger.report;
    for (const partition of [false, true]) {
      const after = await opened(await converted((await opened(files)).ledger, partition));
      expect(after.ledger.report).toMatchObject({ fingerprint, events, dimension, embedder, leftOut: [] });
      after.rows.forEach((row, i) => expect(row).toMatchObject(before.rows[i]));
    }
  });

  it('events without a provider are in a partition of their own', async () => {
    const ledger = await open(named('a.csv', 'event_id,agent_id,text\n1,a,tea\n2,b,rain\n'));
    const files = await converted(ledger, true);
    expect(files.map(({ path }) => path)).toEqual([
      'provider_id=__HIVE_DEFAULT_PARTITION__/hour=__HIVE_DEFAULT_PARTITION__/part-0.parquet',
    ]);
    const { report, columns } = await open(files);
    expect([report.fingerprint, columns.provider, columns.agent!.values]).toEqual([
      ledger.report.fingerprint,
      null,
      ['a', 'b'],
    ]);
  });
});
