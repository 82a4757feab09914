import { describe, expect, it } from 'vitest';
import { countOf, type LedgerPart } from '../core/part.ts';
import { failure, named, platform, START, twoHours, watched } from '../ledger/testing.ts';
import type { NamedBlob, OpenedLedger } from '../ledger/types.ts';
import { writeParquet } from '../ledger/write.ts';
import { openForAnalysis } from './open.ts';

const part = (change: Partial<LedgerPart>): LedgerPart => ({ where: {}, from: null, to: null, ...change });
const openPart = (
  files: readonly NamedBlob[],
  chosen: Partial<LedgerPart>,
  options: Partial<Parameters<typeof openForAnalysis>[2]> = {},
): Promise<OpenedLedger> =>
  openForAnalysis({ kind: 'files', files, part: part(chosen) }, null, { platform, ...options });

const N = 7200;
const { table, hive } = twoHours();

describe('a ledger that does not fit', () => {
  const small = { ...platform, memory: 2_000_000 };

  it('is refused by its footers, before a row is read', async () => {
    const files = (await hive()).map(watched);
    const error = await failure(
      openForAnalysis({ kind: 'files', files: files.map(({ file }) => file) }, null, { platform: small }),
    );
    expect(error).toMatchObject({
      kind: 'memory',
      advice: 'Narrow it: choose partitions (provider_id, hour) or a time range',
      survey: { keys: ['provider_id', 'hour'], k: 8 },
    });
    if (error.kind !== 'memory') throw new Error('not memory');
    const fits = error.survey!.fits;
    expect(fits).toBeGreaterThan(1000);
    expect(fits).toBeLessThan(N);
    expect(error.problem).toMatch(/^this ledger has 7,200 events; about [\d,]+ fit in memory at k = 8$/);
    for (const { file, read } of files) expect(read(), file.path).toBeLessThan(file.blob.size / 2);
    // What the survey says fits does open.
    const chosen = part({ where: { provider_id: ['b'] } });
    expect(countOf(error.survey!, chosen).events).toBeLessThan(fits);
    expect(
      (
        await openPart(
          files.map(({ file }) => file),
          chosen,
          { platform: small },
        )
      ).report.events,
    ).toBe(N / 3);
    const still = await failure(
      openPart(
        files.map(({ file }) => file),
        { where: { provider_id: ['a', 'b', 'c'] } },
        { platform: small },
      ),
    );
    expect(still.message).toMatch(/the part chosen \(provider_id a, b, c\) has 7,200 events/);
  });

  it('has the less room the more another ledger takes, and says which', async () => {
    const files = await hive();
    const whole = await openForAnalysis({ kind: 'files', files }, null, { platform });
    const { takesBytes } = whole.report;
    expect(takesBytes).toBeGreaterThan(N * 100);
    const opened = (memory: number, other?: { readonly name: string; readonly bytes: number }) =>
      openForAnalysis({ kind: 'files', files }, null, { platform: { ...platform, memory }, other });
    // Memory for two such ledgers, and for a little less.
    const other = { name: 'last week', bytes: takesBytes };
    expect((await opened(2 * takesBytes + 1, other)).report.events).toBe(N);
    const error = await failure(opened(2 * takesBytes - 100_000, other));
    if (error.kind !== 'memory') throw new Error('not memory');
    expect(error.problem).toMatch(/ fit in memory at k = 8, beside last week, which takes [\d.]+ [kM]B$/);
    expect(error.advice).toMatch(/; or close last week$/);
    expect(error.survey!.fits).toBeLessThan(N);
    expect(error.survey!.fits).toBeGreaterThan(0.8 * N);
    // What is taken already can be more than there is.
    expect(await failure(opened(takesBytes, { name: 'all', bytes: 2 * takesBytes }))).toMatchObject({
      kind: 'memory',
      survey: { fits: 0 },
    });
  });

  it('holds fewer events on more axes', async () => {
    const files = await hive();
    const fits = async (k: number) => {
      const error = await failure(openForAnalysis({ kind: 'files', files }, null, { platform: small, k }));
      return error.kind === 'memory' ? error.survey!.fits : NaN;
    };
    expect(await fits(64)).toBeLessThan((await fits(8)) / 1.5);
  });

  it('of a format that does not state its rows is counted while it is read', async () => {
    const csv = named(
      'a.csv',
      `event_id,ts,agent_id\n${Array.from({ length: 60_000 }, (_, i) => `${i},${START + i * 1000},a`).join('\n')}\n`,
    );
    const error = await failure(openForAnalysis({ kind: 'files', files: [csv] }, null, { platform: small }));
    expect(error.message).toMatch(/^Too large for memory: this ledger has more than [\d,]+ events/);
    expect(error).toMatchObject({
      kind: 'memory',
      advice: 'Narrow it: choose a time range',
      survey: { estimated: true, hasTime: true },
    });
    const opened = await openPart([csv], { from: START, to: START + 1_000_000 }, { platform: small });
    expect(opened.report).toMatchObject({ events: 1000, part: { of: 60_000, exact: true } });
  });

  it('says so where memory runs out all the same', async () => {
    const file = named('one.parquet', await writeParquet(table, platform));
    const accept = () => Promise.reject(new RangeError('Array buffer allocation failed'));
    const error = await failure(
      openForAnalysis({ kind: 'files', files: [file] }, null, { platform, sink: { accept } }),
    );
    expect(error).toMatchObject({
      kind: 'memory',
      problem: 'memory ran out while 7,200 events were being opened',
      advice: 'Narrow it: choose a time range',
      survey: { hasTime: true },
    });
  });
});
