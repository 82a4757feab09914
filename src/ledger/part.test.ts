import { describe, expect, it } from 'vitest';
import { countOf, type LedgerPart } from '../core/part.ts';
import { openLedger } from './open.ts';
import { collector, failure, named, plainLedger, platform, START, twoHours, vectorsByRow, watched } from './testing.ts';
import type { NamedBlob, OpenedLedger } from './types.ts';
import { hourOf, writeParquet } from './write.ts';

const part = (change: Partial<LedgerPart>): LedgerPart => ({ where: {}, from: null, to: null, ...change });
const openPart = (
  files: readonly NamedBlob[],
  chosen: Partial<LedgerPart>,
  options: Partial<Parameters<typeof openLedger>[2]> = {},
): Promise<OpenedLedger> => openLedger({ kind: 'files', files, part: part(chosen) }, null, { platform, ...options });
const ids = (ledger: OpenedLedger) => Array.from(ledger.columns.eventId, Number);

const N = 7200;
const { table, hive } = twoHours();
const HOURS = [START, START + 3_600_000].map(hourOf);

describe('partitions', () => {
  it('chosen are opened, of others nothing but the footer is read, and all of it is said', async () => {
    const files = (await hive()).map(watched);
    const sink = collector();
    const ledger = await openPart(
      files.map(({ file }) => file),
      { where: { provider_id: ['a', 'c'], hour: [HOURS[1]] } },
      { sink },
    );
    const expected = Array.from({ length: N }, (_, i) => i)
      .filter((i) => i % 3 !== 1 && hourOf(table.time![i]) === HOURS[1])
      .map((i) => i + 1);
    expect(ids(ledger)).toEqual(expected);
    expect(ledger.columns.provider!.values.toSorted()).toEqual(['a', 'c']);
    expect(sink.rows.map((row) => Number(row.event_id)).sort((a, b) => a - b)).toEqual(expected);
    expect(ledger.report).toMatchObject({
      name: 'big',
      files: 2,
      rowsRead: expected.length,
      events: expected.length,
      part: { of: N, exact: true },
    });
    expect(ledger.report.notes).toContain(
      `Only a part is open: ${expected.length.toLocaleString('en-US')} of 7,200 events ` +
        `(hour ${HOURS[1]}; provider_id a, c).`,
    );
    for (const { file, read } of files) {
      const taken = /provider_id=[ac]\/hour=.*T01/.test(file.path);
      expect(read() / file.blob.size > 0.9, file.path).toBe(taken);
      if (!taken) expect(read(), file.path).toBeLessThan(file.blob.size / 2);
    }
  });

  it('have the fingerprint of a ledger of those events alone', async () => {
    const all = await hive();
    const chosen = await openPart(all, { where: { hour: [HOURS[0]] } });
    const alone = await openLedger({ kind: 'files', files: all.filter(({ path }) => path.includes(HOURS[0])) }, null, {
      platform,
    });
    const whole = await openLedger({ kind: 'files', files: all }, null, { platform });
    expect(chosen.report.fingerprint).toBe(alone.report.fingerprint);
    expect(chosen.report.fingerprint).not.toBe(whole.report.fingerprint);
    expect(whole.report.part).toBeNull();
    expect(countOf(whole.report.survey, part({ where: { hour: [HOURS[0]] } }))).toEqual({
      events: chosen.report.events,
      exact: true,
    });
  });

  it('that are not there are refused by name', async () => {
    const files = await hive();
    expect((await failure(openPart(files, { where: { region: ['x'] } }))).message).toBe(
      'The ledger is not partitioned by "region". Choose among its partitions: provider_id, hour',
    );
    expect((await failure(openPart(files, { where: { provider_id: ['a', 'z'] } }))).message).toBe(
      'The ledger has no partition provider_id=z. Its values of provider_id are a, b, c',
    );
    expect(
      (await failure(openPart([named('a.csv', 'event_id,agent_id\n1,a\n')], { where: { hour: ['x'] } }))).message,
    ).toMatch(/no partitions: choose a time range/);
  });

  it('left out may be damaged', async () => {
    const files = await hive();
    const torn = files.map((file, i) => (i === 0 ? named(file.path, 'PAR1 torn') : file));
    const ledger = await openPart(torn, { where: { provider_id: ['b'] } });
    expect(ledger.report.events).toBe(N / 3);
    expect(ledger.report.part).toMatchObject({ exact: false });
    expect(ledger.report.notes[0]).toMatch(/2,400 of about 6,000 events/);
  });
});

describe('a time range', () => {
  /** As the file has it: in whole microseconds. */
  const at = (i: number): number => Math.round(table.time![i] * 1000) / 1000;
  it('takes its first time and not its last, and reads only the row groups that it lies in', async () => {
    const { file, read } = watched(named('one.parquet', await writeParquet(table, platform, { rowGroupRows: 100 })));
    const sink = collector();
    const ledger = await openPart([file], { from: at(1250), to: at(1450) }, { sink });
    const opening = read();
    expect(ids(ledger)).toEqual(Array.from({ length: 200 }, (_, i) => 1251 + i));
    expect(ledger.columns.time[0]).toBe(at(1250));
    expect(sink.rows.map((row) => row.text)).toEqual(Array.from({ length: 200 }, (_, i) => `message ${1251 + i}`));
    const vectors = await vectorsByRow(ledger);
    expect([...vectors.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(vectors.get(3)).toEqual(Array.from(table.embeddings!.subarray(1253 * 3, 1254 * 3)));
    // The embeddings of some rows only.
    const only = new Uint8Array(200);
    only[150] = 1;
    expect(await vectorsByRow(ledger, only)).toEqual(
      new Map([[150, Array.from(table.embeddings!.subarray(1400 * 3, 1401 * 3))]]),
    );
    // Three of 72 row groups, the footer and its copy for the schema.
    expect(opening).toBeLessThan(file.blob.size / 2);
    expect(ledger.report.part).toEqual({ part: part({ from: at(1250), to: at(1450) }), of: N, exact: true });
  });

  it.each([
    ['from', 0, N, N],
    ['one event', 7199, N, 1],
    ['an instant', 100, 101, 1],
  ])('%s', async (_, from, to, expected) => {
    const file = named('one.parquet', await writeParquet(table, platform, { rowGroupRows: 1000 }));
    const ledger = await openPart([file], { from: at(from), to: to === N ? null : at(to) });
    expect(ledger.report.events).toBe(expected);
  });

  it('keeps void events, and counts those without ts among what is left out', async () => {
    const isVoid = Uint8Array.from({ length: 100 }, (_, i) => Number(i % 10 === 5));
    const time = Float64Array.from({ length: 100 }, (_, i) => (i % 25 === 7 ? NaN : START + i * 1000));
    for (const rowGroupRows of [10, 100]) {
      const file = named(
        'one.parquet',
        await writeParquet({ ...plainLedger(100, 3), isVoid, time }, platform, { rowGroupRows }),
      );
      const ledger = await openPart([file], { from: START + 50_000, to: START + 80_000 });
      expect(ids(ledger)).toEqual(Array.from({ length: 30 }, (_, i) => 51 + i).filter((id) => id !== 58));
      expect(ledger.report.voidEvents).toBe(3);
      expect(ledger.report.leftOut).toEqual([
        {
          reason: 'ts is missing, so the event has no place in the order',
          count: 4,
          examples: ['8', '33', '58', '83'],
        },
      ]);
    }
  });

  it('is the same for every format', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => ({
      id: i + 1,
      ts: START + i * 1000,
      agent: `a${i % 2}`,
      text: `t ${i}`,
      embedding: [i, -i],
    }));
    const csv = `${['event_id,ts,agent_id,text,embedding']
      .concat(
        rows.map((r) => `${r.id},${new Date(r.ts).toISOString()},${r.agent},${r.text},"[${r.embedding.join(', ')}]"`),
      )
      .join('\n')}\n`;
    const ndjson = rows
      .map(({ id, ts, agent, text, embedding }) =>
        JSON.stringify({ event_id: id, ts, agent_id: agent, text, embedding }),
      )
      .join('\n');
    const prints = new Set<string>();
    for (const file of [named('a.csv', csv), named('a.ndjson', ndjson)]) {
      const ledger = await openPart([file], { from: START + 100_000, to: START + 200_000 });
      expect(ids(ledger)).toEqual(Array.from({ length: 100 }, (_, i) => 101 + i));
      expect((await vectorsByRow(ledger)).get(99)).toEqual([199, -199]);
      expect(ledger.report.part).toMatchObject({ of: 300, exact: true });
      prints.add(ledger.report.fingerprint);
    }
    expect(prints.size).toBe(1);
  });

  it('numbers the rows that it names as the file does', async () => {
    const lines = Array.from(
      { length: 50 },
      (_, i) => `${new Date(START + i * 1000).toISOString()},a${i === 40 ? ',extra' : ''},x`,
    );
    const ledger = await openPart([named('a.csv', `ts,agent_id,text\n${lines.join('\n')}\n`)], {
      from: START + 30_000,
    });
    expect(ledger.report.leftOut).toEqual([
      { reason: 'the line has 4 fields, 3 expected', count: 1, examples: ['row 41 of a.csv'] },
    ]);
    expect(ledger.report.events).toBe(19);
    expect(ledger.report.notes).toContain('Without event_id, positions are counted in the part that is open.');
  });

  it('that holds nothing, or of a ledger without ts, is refused', async () => {
    const file = named('one.parquet', await writeParquet(table, platform));
    const none = await failure(openPart([file], { from: START + 1e9 }));
    expect(none).toMatchObject({
      kind: 'ledger',
      problem: 'No event lies in the part chosen (from 2024-01-12 13:46:40.000)',
      survey: { hasTime: true },
    });
    const order = await failure(
      openPart([named('b.parquet', await writeParquet({ ...table, time: undefined }, platform))], { from: 0 }),
    );
    expect(order.message).toBe(
      'The ledger has no ts, so no time range can be taken of it. Map a column to ts, or choose partitions',
    );
  });
});
