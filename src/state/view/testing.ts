import fc from 'fast-check';
import { EVENT_KINDS } from '../../core/ledgerSchema.ts';
import { STREAM_KEYS } from '../../core/streamKey.ts';
import { normalPart } from '../../core/part.ts';
import { STATED_UNITS } from '../../core/statedMapping.ts';
import {
  DEFAULT_PARAMETERS,
  PARAMETER_NAMES,
  PARAMETER_SPECS,
  parseParameters,
  type ParameterName,
} from '../../detection/parameters.ts';
import { ALERT_KINDS } from '../../detection/types.ts';
import { LEDGER_COLUMNS } from '../../ledger/types.ts';
import { writeRange } from '../evidenceChoices.ts';
import { normalBaseline } from '../scenarios.ts';
import type { ViewState } from '../types.ts';
import { EVIDENCE_TABS } from './evidence.ts';
import { FIND_COMPARISONS } from './find.ts';
import { ALERT_COLUMNS, SCREENS } from './fields.ts';

const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
const index = fc.nat({ max: 10_000_000 });
const range = fc
  .tuple(index, fc.integer({ min: 1, max: 100_000 }))
  .map(([from, length]) => ({ from, to: from + length }));

function value(of: ParameterName): fc.Arbitrary<unknown> {
  const spec = PARAMETER_SPECS[of];
  const inRange = (min: number, max: number, integer: boolean) =>
    integer
      ? fc.integer({ min, max })
      : fc.double({ min, max, noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
  switch (spec.type) {
    case 'number':
      return inRange(spec.min, spec.max, spec.integer);
    case 'choice':
      return fc.constantFrom(...spec.choices);
    case 'column':
      return fc.oneof(fc.constantFrom(...STREAM_KEYS), name);
    case 'names':
      return fc.oneof(fc.constant(spec.default), fc.uniqueArray(name, { minLength: 1, maxLength: 4 }));
    case 'boolean':
      return fc.boolean();
    case 'pair': {
      const pair = fc
        .tuple(inRange(spec.min, spec.max, spec.integer), inRange(spec.min, spec.max, spec.integer))
        .filter(([a, b]) => a < b);
      return spec.nullable ? fc.option(pair) : pair;
    }
  }
}
const parameters = fc
  .record(Object.fromEntries(PARAMETER_NAMES.map((n) => [n, value(n)])), { requiredKeys: [] })
  .map((raw) => parseParameters(raw))
  .filter((parsed) => parsed.ok)
  .map((parsed) => (parsed.ok ? parsed.value : DEFAULT_PARAMETERS));

const choices = fc.record(
  {
    against: fc.constantFrom('before', 'others', 'visible'),
    windows: fc.constantFrom('alert', 'rest', 'ranges'),
    before: range.map(writeRange),
    thread: fc.string().map((name) => `=${name}`),
  },
  { requiredKeys: ['against'] },
);
const time = fc.oneof(fc.integer({ min: -1e12, max: 4e12 }), fc.double({ min: 1e12, max: 2e12, noNaN: true }));
const part = fc
  .record({
    where: fc.dictionary(name, fc.array(fc.option(name), { minLength: 1, maxLength: 4 }), {
      noNullPrototype: true,
      maxKeys: 3,
    }),
    times: fc.option(
      fc.tuple(fc.option(time), fc.option(time)).filter(([from, to]) => from === null || to === null || from < to),
    ),
  })
  .map(({ where, times }) => normalPart({ where, from: times?.[0] ?? null, to: times?.[1] ?? null }));
const parted = <S extends object>(source: fc.Arbitrary<S>) =>
  fc.tuple(source, part).map(([whole, chosen]) => (chosen ? { ...whole, part: chosen } : whole));

/** Values that each thing of the view can have. */
export const VIEW_VALUES: { readonly [K in keyof ViewState]: fc.Arbitrary<ViewState[K]> } = {
  screen: fc.constantFrom(...SCREENS),
  source: fc.oneof(
    fc.constant(null),
    parted(name.map((n) => ({ kind: 'sample' as const, name: n }))),
    parted(name.map((n) => ({ kind: 'file' as const, name: n }))),
    parted(fc.webUrl({ withFragments: true, withQueryParameters: true }).map((url) => ({ kind: 'url' as const, url }))),
  ),
  mapping: fc.option(fc.dictionary(fc.constantFrom(...LEDGER_COLUMNS), name, { noNullPrototype: true })),
  units: fc.record(
    { ts: fc.constantFrom(...STATED_UNITS), latency_ms: fc.constantFrom(...STATED_UNITS) },
    { requiredKeys: [] },
  ),
  events: fc.option(fc.subarray([...EVENT_KINDS], { minLength: 1 })),
  axis: fc.constantFrom('event', 'time'),
  range: fc.option(range),
  hiddenStreams: fc.uniqueArray(name, { maxLength: 4 }),
  selected: fc.option(index),
  reference: fc.option(fc.string({ minLength: 1 })),
  evidence: fc.option(
    fc.record(
      {
        event: index,
        tab: fc.constantFrom(...EVIDENCE_TABS),
        kind: fc.option(fc.constantFrom(...ALERT_KINDS)),
        choices,
      },
      { requiredKeys: ['event', 'tab', 'kind'] },
    ),
  ),
  theme: fc.constantFrom('dark', 'light', 'system'),
  foldedPanels: fc.uniqueArray(name, { maxLength: 4 }),
  parameters,
  baseline: fc.option(parameters).map(normalBaseline),
  alertFilter: fc.record({
    kinds: fc.option(fc.subarray([...ALERT_KINDS])),
    stream: fc.option(name),
    search: fc.option(name),
  }),
  logScales: fc.uniqueArray(name, { maxLength: 4 }),
  linearScales: fc.uniqueArray(name, { maxLength: 4 }),
  sweep: fc.record({
    x: fc.option(fc.constantFrom({ name: 'h' as const, from: 4, to: 24 }, { name: 'dwell' as const, from: 2, to: 9 })),
    y: fc.option(fc.constantFrom({ name: 'kappa' as const, from: 0.5, to: 2.5 })),
    steps: fc.option(fc.integer({ min: 2, max: 40 })),
  }),
  budget: fc.option(
    fc.record({
      amount: fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
      per: fc.constantFrom('events', 'hour', 'day', 'week'),
    }),
  ),
  inControl: fc.constantFrom('reference', 'ledger'),
  delay: fc.record({
    stream: fc.option(name),
    change: fc.constantFrom('mean', 'scale'),
    size: fc.option(fc.constantFrom(0, 0.5, 3, 20)),
    start: fc.option(index),
    within: fc.option(fc.integer({ min: 10, max: 5000 })),
  }),
  calibrationSeed: fc.option(fc.nat()),
  labels: fc.constantFrom('ticks', 'hatched'),
  pinnedPanels: fc.uniqueArray(name, { maxLength: 4 }),
  panelOrder: fc.uniqueArray(name, { maxLength: 4 }),
  unfoldedPanels: fc.uniqueArray(name, { maxLength: 4 }),
  panelHeights: fc.dictionary(
    name.filter((id) => id !== '__proto__'),
    fc.integer({ min: 60, max: 600 }),
    { maxKeys: 4 },
  ),
  compare: fc.uniqueArray(name, { maxLength: 2 }),
  find: fc.option(
    fc.record({
      text: fc.string({ unit: 'grapheme' }),
      filters: fc.array(
        fc.record({ column: name, comparison: fc.constantFrom(...FIND_COMPARISONS), value: fc.string() }),
        { maxLength: 3 },
      ),
    }),
  ),
  alertSort: fc.record({
    by: fc.constantFrom(...ALERT_COLUMNS),
    descending: fc.boolean(),
  }),
};
