import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { err, ok } from '../../core/result.ts';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import { createViewCodec } from '../url.ts';
import { DEFAULT_VIEW, fitToLedger, forgetLedger } from '../view.ts';
import { choice, clamp, fieldsOf, forget, single, texts, type AddressField, type ViewField } from './field.ts';
import { VIEW_FIELDS } from './fields.ts';
import { VIEW_VALUES } from './testing.ts';

const rows = Object.entries(VIEW_FIELDS) as [keyof typeof VIEW_FIELDS, ViewField<unknown>][];
const noDrop = (field: string, problem: string) => expect.fail(`${field}: ${problem}`);

describe.each(rows)('%s', (key, field) => {
  const values: fc.Arbitrary<unknown> = VIEW_VALUES[key];

  it('reads back what it wrote, under its own names and no other', () => {
    fc.assert(
      fc.property(values, (value) => {
        const written = field.encode(value);
        expect(fieldsOf(field, written)).toEqual(written);
        for (const [other, { names }] of rows)
          if (other !== key) expect([other, fieldsOf({ names }, written)]).toEqual([other, []]);
        expect(field.decode(written, noDrop)).toEqual(value);
      }),
    );
  });

  it('takes no room in the address while it is as it begins', () => {
    expect(field.encode(field.initial)).toEqual([]);
    expect(field.decode([], noDrop)).toEqual(field.initial);
  });

  it('never throws, and either uses a text or names it', () => {
    const named = fc.constantFrom(...field.names.map((name) => (name.endsWith('.') ? `${name}x` : name)));
    fc.assert(
      fc.property(fc.array(fc.tuple(named, fc.string()), { maxLength: 4 }), (fields: readonly AddressField[]) => {
        const dropped: string[] = [];
        const value = field.decode(fields, (name) => dropped.push(name));
        // What it took it can write, and reads again as the same.
        expect(field.decode(field.encode(value), noDrop)).toEqual(value);
        for (const name of dropped) expect([...fields.map(([given]) => given), 'where']).toContain(name);
      }),
    );
  });

  it('is fitted and forgotten without becoming something that cannot be written', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 2_000_000 }), (value, events) => {
        const fitted = clamp(field, value, events);
        expect(clamp(field, fitted, events)).toBe(fitted);
        for (const kept of [fitted, forget(field, value)])
          expect(field.decode(field.encode(kept), noDrop)).toEqual(kept);
      }),
    );
  });
});

describe('a view', () => {
  it('keeps looks and thresholds for another ledger, and nothing that means its events or streams', () => {
    const view = {
      ...DEFAULT_VIEW,
      screen: 'laboratory',
      source: { kind: 'sample', name: 'fracture' },
      mapping: { text: 'message' },
      axis: 'time',
      range: { from: 10, to: 20 },
      hiddenStreams: ['a'],
      selected: 12,
      evidence: { event: 12, tab: 'words', kind: null },
      theme: 'dark',
      foldedPanels: ['coupling'],
      alertFilter: { kinds: ['DRIFT'], stream: 'a', search: 'x' },
      parameters: { ...DEFAULT_PARAMETERS, h: 7, reference_range: [0, 300] },
      reference: 'bundle.json',
      baseline: { ...DEFAULT_PARAMETERS, reference_range: [0, 300] },
    } as const;
    expect(forgetLedger(view)).toEqual({
      ...DEFAULT_VIEW,
      screen: 'laboratory',
      source: { kind: 'sample', name: 'fracture' },
      axis: 'time',
      theme: 'dark',
      foldedPanels: ['coupling'],
      alertFilter: { kinds: ['DRIFT'], stream: null, search: null },
      parameters: { ...DEFAULT_PARAMETERS, h: 7 },
      reference: 'bundle.json',
    });
  });

  it('that fits a ledger is the same view', () => {
    const view = { ...DEFAULT_VIEW, range: { from: 10, to: 20 }, selected: 12 };
    expect(fitToLedger(view, 21)).toBe(view);
    expect(fitToLedger(view, 15)).toEqual({ ...view, range: { from: 10, to: 15 } });
    expect(fitToLedger(view, 12)).toEqual({ ...view, range: { from: 10, to: 12 }, selected: null });
  });
});

describe('a row more', () => {
  /** Rows as later screens will bring them. */
  const codec = createViewCodec(
    {
      ...VIEW_FIELDS,
      shelves: texts('shelf', 'page'),
      panels: single<readonly string[] | null>('panels', {
        initial: null,
        belongsTo: 'page',
        write: (order) => order?.join(',') ?? '',
        read: (given) => ok(given.split(',')),
      }),
      source2: choice('lens', ['reference', 'range'], 'is not reference or range', {
        initial: 'reference',
        belongsTo: 'ledger',
      }),
      pin: single<number | null>('pin', {
        initial: null,
        belongsTo: 'ledger',
        write: String,
        read: (given) => (/^\d+$/.test(given) ? ok(Number(given)) : err(`"${given}" is not an event index`)),
        clamp: (at, events) => (at !== null && at < events ? at : null),
        // Version 1 called it inject, and counted from 1.
        upgrade: {
          1: (fields) =>
            fields.map(([name, given]) => (name === 'inject' ? ['pin', String(Number(given) - 1)] : [name, given])),
        },
      }),
    },
    2,
  );
  const view = { ...codec.initial, shelves: ['kl', 'cusum'], panels: ['b', 'a'], pin: 400 };

  it('is written, read, fitted, forgotten and upgraded, and changes nothing of the others', () => {
    const text = codec.encode({ ...view, selected: 3, source2: 'range' });
    expect(text).toBe('v=2&at=3&shelf=kl&shelf=cusum&panels=b,a&lens=range&pin=400');
    expect(codec.decode(text)).toEqual({ view: { ...view, selected: 3, source2: 'range' }, dropped: [] });
    expect(codec.fitToLedger(view, 400)).toEqual({ ...view, pin: null });
    expect(codec.forgetLedger({ ...view, source2: 'range' })).toEqual({ ...view, pin: null });
    expect(codec.decode('v=1&at=3&inject=401&shelf=kl')).toEqual({
      view: { ...codec.initial, selected: 3, shelves: ['kl'], pin: 400 },
      dropped: [],
    });
  });

  it('names what it cannot use, in the order of the address', () => {
    expect(codec.decode('v=2&colour=red&pin=soon&lens=never&at=x').dropped).toEqual([
      { field: 'colour', problem: 'is not known to this version' },
      { field: 'pin', problem: '"soon" is not an event index' },
      { field: 'lens', problem: '"never" is not reference or range' },
      { field: 'at', problem: '"x" is not an event index' },
    ]);
  });
});
