import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS, PARAMETER_NAMES, parseParameters, type Parameters } from '../detection/parameters.ts';
import type { ViewState } from './types.ts';
import { decodeView, encodeView, URL_VERSION } from './url.ts';
import { DEFAULT_VIEW } from './view.ts';
import { VIEW_VALUES } from './view/testing.ts';

const view: fc.Arbitrary<ViewState> = fc.record(VIEW_VALUES);

describe('the address of a view', () => {
  it('reads back what it wrote, whatever the view', () => {
    fc.assert(
      fc.property(view, (written) => {
        const text = encodeView(written);
        expect(text).not.toMatch(/[\s#"<>]/);
        expect(decodeView(text)).toEqual({ view: written, dropped: [] });
      }),
      { numRuns: 500 },
    );
  });

  it('is empty for the default view, and names only what differs', () => {
    expect(encodeView(DEFAULT_VIEW)).toBe('');
    const changed: ViewState = {
      ...DEFAULT_VIEW,
      source: { kind: 'sample', name: 'fracture' },
      range: { from: 12_000, to: 13_000 },
      selected: 12_403,
      parameters: { ...DEFAULT_PARAMETERS, lambda_fast: 0.3, zone: [0.4, 2] },
    };
    expect(encodeView(changed)).toBe('v=1&sample=fracture&range=12000-13000&at=12403&lambda_fast=0.3&zone=0.4,2');
    const source = {
      kind: 'file',
      name: 'big',
      part: {
        where: { hour: ['2026-01-05T09', null], provider_id: ['a/b'] },
        from: Date.UTC(2026, 0, 5, 9, 30),
        to: 1767607200000.25,
      },
    } as const;
    expect(encodeView({ ...DEFAULT_VIEW, source })).toBe(
      'v=1&file=big&where.hour=2026-01-05T09&where.hour=__HIVE_DEFAULT_PARTITION__&where.provider_id=a/b' +
        '&from=2026-01-05T09:30:00Z&to=1767607200000.25',
    );
    expect(encodeView({ ...DEFAULT_VIEW, baseline: { ...DEFAULT_PARAMETERS, h: 7 } })).toBe('v=1&base.h=7');
    expect(encodeView({ ...DEFAULT_VIEW, evidence: { event: 12, tab: 'words', kind: 'STYLE_SHIFT' } })).toBe(
      'v=1&evidence=12,words,STYLE_SHIFT',
    );
    const chosen: ViewState['evidence'] = {
      event: 12,
      tab: 'words',
      kind: null,
      choices: { against: 'others', colour: 'time' },
    };
    expect(encodeView({ ...DEFAULT_VIEW, evidence: chosen })).toBe(
      'v=1&evidence=12,words&evidence.against=others&evidence.colour=time',
    );
  });

  it('never throws and always gives usable parameters, whatever the text', () => {
    const known = fc.constantFrom(
      'v',
      'sample',
      'url',
      'file',
      'map',
      'map.ts',
      'map.nothing',
      'axis',
      'range',
      'at',
      'alerts',
      'sort',
      'where',
      'where.',
      'where.hour',
      'where.__proto__',
      'from',
      'to',
      ...PARAMETER_NAMES,
    );
    const text = fc.oneof(
      fc.string(),
      fc
        .array(fc.tuple(known, fc.string()), { maxLength: 12 })
        .map((fields) => fields.map((f) => f.join('=')).join('&')),
    );
    fc.assert(
      fc.property(text, (raw) => {
        const { view: read } = decodeView(raw);
        expect(parseParameters(read.parameters).ok).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('an address that is wrong', () => {
  it.each([
    ['lambda_fast=2', 'lambda_fast', /must be from/],
    ['lambda_fast=', 'lambda_fast', /needs a number/],
    ['k=2.5', 'k', /whole number/],
    ['zone=2,1', 'zone', /first must be the smaller/],
    ['adaptive=yes', 'adaptive', /true or false/],
    ['range=9-3', 'range', /not a range/],
    ['from=noon', 'from', /not a time/],
    ['to=1e999', 'to', /not a time/],
    ['at=-4', 'at', /not an event index/],
    ['evidence=12,gossip', 'evidence', /not an event and a part of the evidence/],
    ['evidence.against=nobody', 'evidence.against', /not a value that it can take/],
    ['evidence.before=9-3', 'evidence.before', /not a value that it can take/],
    ['evidence.mood=blue', 'evidence.mood', /not a choice of the evidence/],
    ['axis=sideways', 'axis', /neither event nor time/],
    ['alerts=DRIFT,OTHER', 'alerts', /does not exist/],
    ['sort=colour', 'sort', /not a column/],
    ['url=javascript:alert(1)', 'url', /not an http/],
    ['map.nothing=x', 'map.nothing', /not a ledger column/],
    ['screen=cinema', 'screen', /not a screen/],
    ['base.h=99', 'base.h', /must be from/],
    ['base.surprise=1', 'base.surprise', /not known/],
    ['surprise=1', 'surprise', /not known/],
    ['mewma_lambda=0.2', 'mewma_lambda', /without effect: SHIFT gave way/],
    ['base.mewma_lambda=0.3', 'base.mewma_lambda', /without effect/],
  ])('falls back from %s and names it', (text, field, problem) => {
    const { view: read, dropped } = decodeView(`v=1&sample=fracture&${text}&h=9`);
    expect(dropped).toEqual([{ field, problem: expect.stringMatching(problem) }]);
    expect(read).toEqual({
      ...DEFAULT_VIEW,
      source: { kind: 'sample', name: 'fracture' },
      parameters: { ...DEFAULT_PARAMETERS, h: 9 },
    });
  });

  it('of the version before takes a budget that is too small now as the least, and names it', () => {
    const { view: read, dropped } = decodeView('v=1&k=2&h=4&mewma_lambda=0.2&false_alarm_budget=500');
    expect(dropped.map(({ field }) => field)).toEqual(['mewma_lambda', 'false_alarm_budget']);
    expect(dropped[1].problem).toBe('was 500, below the least of 1000, which is used');
    expect(read.parameters).toEqual({ ...DEFAULT_PARAMETERS, k: 2, h: 4, false_alarm_budget: 1000 });
  });

  it('opens to the end where the end of a part lies before its start, and says so', () => {
    const { view: read, dropped } = decodeView('v=1&sample=fracture&from=2026-01-05T10:00:00Z&to=2026-01-05T09:00:00Z');
    expect(dropped).toEqual([{ field: 'to', problem: 'it is not after "from"' }]);
    expect(read.source).toEqual({
      kind: 'sample',
      name: 'fracture',
      part: { where: {}, from: Date.UTC(2026, 0, 5, 10), to: null },
    });
  });

  it('drops as little as it can of parameters that contradict each other', () => {
    const { view: read, dropped } = decodeView('v=1&h=9&lambda_fast=0.01&kappa=0.5');
    expect(dropped).toEqual([{ field: 'lambda_fast', problem: expect.stringContaining('lambda_slow') }]);
    expect(read.parameters).toEqual({ ...DEFAULT_PARAMETERS, h: 9, kappa: 0.5 } satisfies Parameters);
  });

  it('upgrades step by step', () => {
    const renamed = (from: string, to: string) => (fields: readonly (readonly [string, string])[]) =>
      fields.map(([n, v]) => [n === from ? to : n, v] as const);
    const { view: read, dropped } = decodeView('v=0&cusum_limit=9', { 0: renamed('cusum_limit', 'h') });
    expect(dropped).toEqual([]);
    expect(read.parameters.h).toBe(9);
  });

  it.each([String(URL_VERSION + 1), '0', 'x', '', '-1', '1e99'])(
    'reads what it can of version "%s" and says so',
    (version) => {
      const { view: read, dropped } = decodeView(`v=${version}&h=9`);
      expect(dropped.map(({ field }) => field)).toEqual(['v']);
      expect(read.parameters.h).toBe(9);
    },
  );
});
