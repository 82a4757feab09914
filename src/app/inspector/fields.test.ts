import { describe, expect, it } from 'vitest';
import { fieldsOf, fieldText, speakerOf } from './fields.ts';

describe('fields', () => {
  it('orders ledger columns first, keeps unknown ones, leaves out text, row and columns not in the file', () => {
    const row = {
      extra: 1.5,
      row: 3,
      text: 'hi',
      agent_id: 'a',
      event_id: 12345678901234567890n,
      role: null,
      outcome: null,
    };
    expect(fieldsOf(row, ['event_id', 'agent_id', 'text', 'role'])).toEqual([
      { name: 'event_id', text: '12345678901234567890' },
      { name: 'agent_id', text: 'a' },
      { name: 'role', text: null },
      { name: 'extra', text: '1.5' },
    ]);
  });

  it('writes times in UTC, from whichever form SQL gives, and nested values as JSON', () => {
    const written = '2026-03-01 09:30:00.125';
    expect(fieldText('ts', Date.UTC(2026, 2, 1, 9, 30, 0, 125))).toBe(written);
    expect(fieldText('ts', new Date(Date.UTC(2026, 2, 1, 9, 30, 0, 125)))).toBe(written);
    expect(fieldText('ts', BigInt(Date.UTC(2026, 2, 1, 9, 30, 0, 125)) * 1000n + 7n)).toBe(`${written}007`);
    expect(fieldText('x', { n: 3n, list: [1] })).toBe('{"n":"3","list":[1]}');
  });

  it('names a speaker', () => {
    expect([
      speakerOf({ agent_id: 'a', provider_id: 'p' }),
      speakerOf({ agent_id: null, provider_id: 'p' }),
      speakerOf({}),
    ]).toEqual(['a', 'p', 'unknown speaker']);
  });
});
