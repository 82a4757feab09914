import { describe, expect, it } from 'vitest';
import type { ChannelAlarms } from './channels.ts';
import { checkTruth, countOutcomes, judgeByTruth, readTruth, truthOf, type LedgerOutcome } from './truth.ts';

const ENTRY = {
  name: 'one',
  kind: 'swap-other',
  wander: true,
  reference: 4,
  onset_event: 7,
  onset_seq: 4,
  stream: 'b',
};
const NOTHING = { name: 'two.parquet', kind: 'null', wander: false, reference: 4, onset_event: null, stream: null };

describe('a file of truth', () => {
  it('is read with other fields, and finds a ledger with or without the ending of its file', () => {
    const truth = readTruth(JSON.stringify([{ ...ENTRY, from: 'm1', to: 'm2' }, NOTHING]), 'truth.json');
    expect(truth[0]).toEqual(ENTRY);
    for (const name of ['one', 'one.parquet', 'one.csv.gz']) expect(truthOf(truth, name, 'f')).toBe(truth[0]);
    for (const name of ['two', 'two.parquet', 'two.csv']) expect(truthOf(truth, name, 'f')).toBe(truth[1]);
    expect(() => truthOf(truth, 'on.parquet', 'truth.json')).toThrow(
      /^truth\.json: it says nothing of the ledger "on\.parquet"\. It has "one", "two\.parquet": add the ledger/,
    );
  });

  it.each([
    ['{', /it is not JSON/],
    ['{"name": "one"}', /it must be a list, not/],
    [[{ ...ENTRY, kind: '' }], /"\[0\]\.kind" must be a text that is not empty/],
    [[{ ...ENTRY, wander: 'yes' }], /"\[0\]\.wander" must be true or false, not "yes"/],
    [[ENTRY, { ...NOTHING, reference: 0 }], /"\[1\]\.reference" must be a whole number from 1, not 0/],
    [[{ ...ENTRY, onset_event: undefined }], /"\[0\]\.onset_event" is missing/],
    [[{ ...ENTRY, onset_event: 3 }], /"\[0\]\.onset_event" must be past the reference \(4\), not 3/],
    [[{ ...ENTRY, stream: null }], /"\[0\]\.stream" must be null where "onset_event" is, and only there, not null/],
    [[{ ...NOTHING, stream: 'a' }], /"\[0\]\.stream" must be null where/],
    [[ENTRY, ENTRY], /"\[1\]\.name" must be the name of one ledger only, not "one"/],
  ])('refuses %j', (content, message) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    expect(() => readTruth(text, 'truth.json')).toThrow(message);
    expect(() => readTruth(text, 'truth.json')).toThrow(/^truth\.json: the truth cannot be used/);
  });
});

/** Twelve events in turn of a and b; b changes at event 7, its fourth. */
const events = { n: 12, streams: ['a', 'b'], stream: Int32Array.from({ length: 12 }, (_, i) => i % 2) };

describe('a ledger', () => {
  it.each([
    [{ reference: 12 }, /"one" is not as it says: the reference has 12 events, the ledger 12/],
    [{ onset_event: 13 }, /the change is at event 13, the ledger has 12/],
    [{ onset_event: 8 }, /event 8 is of the stream "a", not of "b"/],
    [{ stream: 'c' }, /event 7 is of the stream "b", not of "c"/],
    [{ onset_seq: 5 }, /event 7 is number 4 of its stream, not 5/],
  ])('that cannot be as the file says is refused: %j', (change, message) => {
    expect(() => checkTruth({ ...ENTRY, ...change }, events, 'truth.json')).toThrow(message);
  });

  it('that is as the file says is taken, with or without the place in its stream', () => {
    for (const seq of [4, null, undefined]) checkTruth({ ...ENTRY, onset_seq: seq }, events, 'truth.json');
    checkTruth({ ...NOTHING }, events, 'truth.json');
  });
});

const alarm = (stream: number, fired: number) => ({
  kind: 'x',
  stream,
  onset: fired,
  onsetSeq: 1,
  fired,
  firedSeq: (fired >> 1) + 1,
  resolved: null,
});
const channel = (id: ChannelAlarms['channel'], ...alarms: ChannelAlarms['alarms']): ChannelAlarms => ({
  channel: id,
  limits: [1, 1],
  alarms,
  note: null,
});

describe('alarms against the truth', () => {
  const judge = (...channels: ChannelAlarms[]) => judgeByTruth('one', ENTRY, events, channels);

  it('find a change from its event on, in own events; every other alarm is false', () => {
    // Of the eight events past the reference, three are b's after the change.
    const { healthy, channels } = judge(
      channel('style', alarm(1, 5), alarm(1, 7)),
      channel('meaning', alarm(1, 11), alarm(1, 9), alarm(0, 8)),
      channel('emd'),
    );
    expect(healthy).toBe(5);
    expect(channels).toEqual([
      { channel: 'style', delay: 1, falseAlarms: [{ stream: 'b', fired: 5 }], note: null },
      { channel: 'meaning', delay: 2, falseAlarms: [{ stream: 'a', fired: 8 }], note: null },
      { channel: 'emd', delay: null, falseAlarms: [], note: null },
    ]);
  });

  it('are false in a ledger in which nothing changes', () => {
    const { healthy, hasChange, channels } = judgeByTruth('two', NOTHING, events, [channel('style', alarm(1, 7))]);
    expect([healthy, hasChange, channels[0].delay, channels[0].falseAlarms.length]).toEqual([8, false, null, 1]);
  });

  it('are counted over all, by kind and what kinds have in common, and by kind, topics and reference', () => {
    const found = judge(channel('style', alarm(1, 9)), channel('meaning', alarm(1, 7), alarm(0, 8)));
    const missed = judge(channel('style'), channel('meaning'));
    const quiet = judgeByTruth('two', NOTHING, events, [channel('style'), channel('meaning')]);
    const all: LedgerOutcome[] = [
      found,
      { ...missed, kind: 'swap-same' },
      { ...found, wander: false, reference: 6 },
      quiet,
    ];
    const counts = countOutcomes(all, ['style', 'meaning'], 10);
    const rows = counts.map(({ channel: id, group, ledgers, found: f, falseAlarms, allowed }) => [
      id,
      [group.kind ?? 'all', group.wander, group.reference].filter((part) => part !== null).join(' '),
      ledgers,
      `${f.count} of ${f.of}`,
      `${falseAlarms.count} in ${falseAlarms.exposure}`,
      allowed,
    ]);
    expect(rows.filter(([id]) => id === 'style')).toEqual([
      ['style', 'all', 4, '2 of 3', '0 in 23', 2.3],
      ['style', 'null', 1, '0 of 0', '0 in 8', 0.8],
      ['style', 'swap', 3, '2 of 3', '0 in 15', 1.5],
      ['style', 'swap-other', 2, '2 of 2', '0 in 10', 1],
      ['style', 'swap-same', 1, '0 of 1', '0 in 5', 0.5],
      ['style', 'null false 4', 1, '0 of 0', '0 in 8', 0.8],
      ['style', 'swap-other false 6', 1, '1 of 1', '0 in 5', 0.5],
      ['style', 'swap-other true 4', 1, '1 of 1', '0 in 5', 0.5],
      ['style', 'swap-same true 4', 1, '0 of 1', '0 in 5', 0.5],
    ]);
    expect(rows.find(([id, group]) => id === 'meaning' && group === 'all')).toEqual([
      'meaning',
      'all',
      4,
      '2 of 3',
      '2 in 23',
      2.3,
    ]);
    const either = counts.find(({ channel: id }) => id === 'style or meaning')!;
    expect(either).toMatchObject({ delay: { median: 1 }, found: { count: 2 }, allowed: 4.6 });
    expect(counts[0].delay.median).toBe(2);
    // Garwood: two alarms are compatible with means from 0.242 to 7.22.
    const { interval } = either.falseAlarms;
    expect(interval.map((bound) => Number((bound * 23).toFixed(3)))).toEqual([0.242, 7.225]);
  });
});
