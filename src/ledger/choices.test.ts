import { describe, expect, it } from 'vitest';
import { advisesMapping } from '../core/errors.ts';
import { columnValues } from './inspect.ts';
import { openLedger, type OpenOptions } from './open.ts';
import { failure, fixture, named, open, platform } from './testing.ts';
import type { LedgerSource } from './types.ts';

/** What opening gives the page to choose by: kinds of events, columns, their first values. */
const NOTHING = { contextOnly: 0 };
const traces = (events?: LedgerSource['events']) =>
  openLedger({ kind: 'files', files: [fixture('shapes/otlp.jsonl')], events }, null, { platform });

describe('kinds of events', () => {
  it.each<[LedgerSource['events'], readonly (readonly [events: number, contextOnly: number])[]]>([
    [
      undefined,
      [
        [7, 0],
        [2, 0],
        [1, 2],
      ],
    ],
    [
      ['model'],
      [
        [7, 0],
        [0, 0],
        [0, 0],
      ],
    ],
    [
      ['agent'],
      [
        [0, 0],
        [0, 0],
        [2, 1],
      ],
    ],
  ])('%s are counted', async (events, counts) => {
    const { report } = await traces(events);
    expect(report.kinds).toEqual([
      { kind: 'model', all: 9, captured: 7, events: counts[0][0], contextOnly: counts[0][1] },
      { kind: 'tool', all: 2, captured: 2, events: counts[1][0], contextOnly: counts[1][1] },
      { kind: 'agent', all: 3, captured: 3, events: counts[2][0], contextOnly: counts[2][1] },
    ]);
    expect(report.events).toBe(counts.reduce((sum, [some]) => sum + some, 0));
  });

  it('are those of all files together', async () => {
    const files = ['otlp.jsonl', 'openinference.jsonl'].map((name) => fixture(`shapes/${name}`));
    const { report } = await open(files);
    expect(report.kinds?.[0]).toMatchObject({ all: 12, captured: 10, events: 10 });
  });

  it('come with the refusal of files of which none is an event, and the advice', async () => {
    const files = [fixture('shapes/openinference.jsonl')];
    const source: LedgerSource = { kind: 'files', files, events: ['tool'] };
    expect(await failure(openLedger(source, null, { platform }))).toMatchObject({
      kind: 'file',
      advice: 'Take model spans as events too',
      kinds: [
        { kind: 'model', all: 3, captured: 3, events: 0, ...NOTHING },
        { kind: 'tool', all: 0, captured: 0, events: 0, ...NOTHING },
        { kind: 'agent', all: 0, captured: 0, events: 0, ...NOTHING },
      ],
    });
  });

  it('are none of ledgers', async () => {
    expect((await open(named('a.csv', 'agent_id,text\na,one\n'))).report.kinds).toBeNull();
  });
});

/** Refusals that another mapping or unit mends. */
const REFUSED: [what: string, text: string, options: Partial<OpenOptions>][] = [
  ['nothing said', 'a,n\none,1\n', {}],
  ['a name of no column', 'who,text\na,one\n', { stated: { map: { agent_id: 'wo' }, unit: {} } }],
  ['a wrong type', 'agent_id,text,cost_usd\na,one,much\nb,two,more\n', {}],
  ['a wrong value', 'agent_id,text,autonomy_level\na,one,300\n', {}],
  ['ids that are numbers and texts', 'event_id,agent_id,text\n1,a,one\n2,b,two\nx-3,a,three\n', {}],
  ['times of two units', 'ts,agent_id,text\n1700000000,a,one\n1700000001000,b,two\n', {}],
  ['a unit of dates', 'ts,agent_id,text\n2024-01-01,a,one\n', { stated: { map: {}, unit: { ts: 's' } } }],
  ['a unit of no column', 'agent_id,text\na,one\n', { stated: { map: {}, unit: { ts: 's' } } }],
];

describe('a refusal that another mapping mends', () => {
  it.each(REFUSED)('%s: it carries the columns away', async (_, text, options) => {
    const refused = await failure(open(named('a.csv', text), options));
    const columns = text.split('\n', 1)[0].split(',');
    expect(refused).toMatchObject({ has: { columns: columns.map((name) => ({ name })) } });
    expect(advisesMapping(refused) || /\bunit\b|\bCast\b/.test(refused.message)).toBe(true);
  });

  it('leaves the first values of every column to be asked for', async () => {
    let values: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
    const text = 'k1,k2,k3\n,2.5,"one, long"\na,3,\nb,4,\nc,5,\n';
    await failure(open(named('a.csv', text), { onFiles: (files) => void (values = columnValues(files)) }));
    expect(Object.fromEntries((await values)!)).toEqual({
      k1: ['"a"', '"b"', '"c"'],
      k2: ['"2.5"', '"3"', '"4"'],
      k3: ['"one, long"'],
    });
  });
});

it('the coordinates of a vector are told from other columns', async () => {
  const { report } = await open(named('a.csv', 'agent_id,e0,e1,e2,n1\na,1,2,3,4\nb,2,3,4,5\n'));
  expect(report.columns.filter(({ isCoordinate }) => isCoordinate).map(({ name }) => name)).toEqual(['e0', 'e1', 'e2']);
  expect(report.columns.find(({ name }) => name === 'n1')).toMatchObject({ class: 'integer', inferred: true });
});
