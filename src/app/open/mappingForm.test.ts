import { describe, expect, it } from 'vitest';
import type { FileColumn, FileColumns, TautlineError } from '../../core/errors.ts';
import type { LedgerColumnName } from '../../core/ledgerSchema.ts';
import { kindText } from './eventKinds.ts';
import {
  canHaveUnit,
  choicesOf,
  isSame,
  markOf,
  problemsOf,
  refusedColumn,
  stillMissing,
  withSource,
  withUnit,
} from './mappingForm.ts';

const file = (name: string, kind: FileColumn['class'], rest: Partial<FileColumn> = {}): FileColumn => ({
  name,
  type: kind,
  class: kind,
  inferred: false,
  isCoordinate: false,
  ...rest,
});
const FILES = [
  file('who', 'string'),
  file('when', 'integer'),
  file('at', 'time'),
  file('said', 'string'),
  file('tokens', 'integer'),
  file('vec', 'vector'),
  file('d0', 'float', { isCoordinate: true }),
  file('d1', 'float', { isCoordinate: true }),
];

describe('problems of a mapping', () => {
  it.each<[string, Partial<Record<LedgerColumnName, string>>, LedgerColumnName, RegExp | null]>([
    ['none', { agent_id: 'who', ts: 'when', text: 'said', embedding: 'vec' }, 'text', null],
    ['a column that is not there', { text: 'gone' }, 'text', /have no column "gone"/],
    ['a type that it cannot be', { cost_usd: 'vec' }, 'cost_usd', /"vec" is vector; cost_usd has to be DOUBLE/],
    ['text that is the vector too', { text: 'said', embedding: 'said' }, 'embedding', /"said" is read as text too/],
    ['one number twice', { input_tokens: 'tokens', output_tokens: 'tokens' }, 'input_tokens', /as output_tokens too/],
    ['one name twice', { provider_id: 'who', agent_id: 'who', label: 'who' }, 'agent_id', null],
    ['a time that is the id too', { ts: 'when', event_id: 'when' }, 'ts', null],
    ['coordinates', { embedding: 'embedding_*' }, 'embedding', null],
  ])('%s', (_, mapping, column, words) => {
    const problem = problemsOf(mapping, FILES).get(column);
    if (words) expect(problem).toMatch(words);
    else expect(problem).toBeUndefined();
  });

  it('include coordinates that are not there', () => {
    expect(problemsOf({ embedding: 'embedding_*' }, [FILES[0]]).get('embedding')).toMatch(/no columns such as/);
  });

  it('are those of a refusal, at the column that was read', () => {
    const has: FileColumns = { columns: FILES, mapping: { cost_usd: 'said' } };
    const error = {
      kind: 'column',
      file: 'a.csv',
      column: 'said',
      found: '"x" at row 3',
      needed: 'DOUBLE',
      advice: '',
    };
    expect(refusedColumn(error as TautlineError, has)).toEqual({
      column: 'cost_usd',
      problem: 'Found "x" at row 3; it has to be DOUBLE.',
    });
    expect(refusedColumn({ kind: 'ledger', problem: '', advice: '' }, has)).toBeNull();
  });
});

it('coordinates are one choice, of the embedding alone', () => {
  expect(choicesOf(FILES, 'embedding', '')).toEqual(['embedding_*', 'who', 'when', 'at', 'said', 'tokens', 'vec']);
  expect(choicesOf(FILES, 'text', '(file)')).toEqual(['(file)', 'who', 'when', 'at', 'said', 'tokens', 'vec']);
  expect(choicesOf(FILES, 'cost_usd', 'd0')).toContain('d0');
});

it('what is needed and missing is said by the group', () => {
  expect(stillMissing({ agent_id: 'who', embedding: 'vec' })).toEqual([]);
  expect(stillMissing({ agent_id: 'who' })).toEqual(['text or embedding (nothing to measure drift by)']);
  expect(markOf('text', {})).toEqual({ kind: 'missing', text: 'needed: this or embedding' });
  expect(markOf('text', { text: 'said' })).toEqual({ kind: 'needed', text: 'needed' });
  expect(markOf('text', { embedding: 'vec' })).toEqual({ kind: 'optional', text: 'not needed: embedding is there' });
  expect(markOf('ts', {})?.text).toBe('without it events are in the order of event_id');
  expect([markOf('ts', { ts: 'at' }), markOf('label', {})]).toEqual([null, null]);
});

it('a unit is of numbers, and goes with them', () => {
  expect(FILES.filter((column) => canHaveUnit(column)).map(({ name }) => name)).toEqual(['when', 'tokens', 'd0', 'd1']);
  expect(canHaveUnit(file('a', 'string'), ['"1700000000"', '"1.5"'])).toBe(true);
  expect(canHaveUnit(file('a', 'string'), ['"2024-01-01"'])).toBe(false);
  const start = { mapping: { ts: 'when' }, units: withUnit({}, 'ts', 's') };
  expect(withSource(start, 'ts', 'tokens', FILES)).toEqual({ mapping: { ts: 'tokens' }, units: { ts: 's' } });
  expect(withSource(start, 'ts', 'at', FILES)).toEqual({ mapping: { ts: 'at' }, units: {} });
  expect(withSource(start, 'ts', '', FILES)).toEqual({ mapping: {}, units: {} });
  expect(isSame(start, { ...start, units: {} })).toBe(false);
  expect(isSame(start, { mapping: { ts: 'when' }, units: { ts: 's' } })).toBe(true);
});

it('kinds of events are counted in words', () => {
  const agents = { kind: 'agent', all: 5, captured: 3, events: 1, contextOnly: 3 } as const;
  expect(kindText(agents, true)).toBe('1 of 5 is an event; 3 gave context only; 1 without captured content');
  expect(kindText({ ...agents, events: 0, contextOnly: 0 }, false)).toBe('5, not taken; 2 without captured content');
  expect(kindText({ kind: 'tool', all: 0, captured: 0, events: 0, contextOnly: 0 }, true)).toBe('none in the files');
});
