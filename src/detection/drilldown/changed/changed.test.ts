import { describe, expect, it } from 'vitest';
import { STYLE_FEATURES } from '../../change/style.ts';
import type { FittedReference } from '../../changes.ts';
import { axisEnds, polesOf } from './poles.ts';
import type { ChangedAxis, ChangedFigure, WhatChanged } from './types.ts';
import { whatChanged, type ChangeMessages } from './whatChanged.ts';
import {
  axisText,
  changeSentences,
  changeSummary,
  conversationsText,
  figureText,
  isAgainst,
  sizeText,
  wanderText,
} from './words.ts';

const AXES = STYLE_FEATURES.length;
const BOLD = STYLE_FEATURES.findIndex(({ name }) => name === 'bold');
const QUESTION = STYLE_FEATURES.findIndex(({ name }) => name === 'question');

const diagonal = (axes: number): Float64Array => {
  const root = new Float64Array(axes * axes);
  for (let a = 0; a < axes; a++) root[a * axes + a] = 1;
  return root;
};

const referenceOf = (axes: number, change: Partial<FittedReference> = {}): FittedReference => ({
  axes,
  root: diagonal(axes),
  within: new Float64Array(axes).fill(0.6),
  between: new Float64Array(axes).fill(0.4),
  wander: 0.01,
  wanderKnown: true,
  features: null,
  inBlocks: new Uint8Array(1),
  streams: [
    {
      messages: 60,
      conversations: 12,
      mean: new Float64Array(axes),
      information: new Float64Array(axes).fill(20),
      centre: new Float64Array(axes),
      newest: { conversation: new Int32Array(0), messages: new Int32Array(0), sums: new Float64Array(0) },
    },
  ],
  ...change,
});

/** Messages from event `first` on, of the values of two axes. */
function messages(first: number, values: readonly (readonly [number, number])[], axes = AXES): ChangeMessages {
  const features = new Float32Array(values.length * axes);
  values.forEach(([one, two], i) => {
    features[i * axes + (axes === AXES ? BOLD : 0)] = one;
    features[i * axes + (axes === AXES ? QUESTION : 1)] = two;
  });
  const index = values.map((_, i) => first + i);
  return { index, row: index.map((i) => i + 1000), thread: index.map((i) => i >> 1), features };
}

/** A window of information 10 whose axes have moved by as many standard deviations. */
function windowOf(moved: Readonly<Record<number, number>>, axes = AXES) {
  const zeros = new Float64Array(axes);
  const sum = Float64Array.from({ length: axes }, (_, a) => 10 * (moved[a] ?? 0));
  return { sum, information: new Float64Array(axes).fill(10), sumBefore: zeros, informationBefore: zeros };
}

const found = (moved: Readonly<Record<number, number>>, reference = referenceOf(AXES)): WhatChanged =>
  whatChanged({
    channel: 'style',
    alert: { stream: 0, onset: 200, fired: 205 },
    stream: 'b',
    reference,
    window: windowOf(moved),
    conversations: { before: 12, since: 3 },
    limit: Math.log(10_000),
    before: messages(0, [
      [0, 1],
      [0, 3],
      [0, 3],
      [1, 2],
    ]),
    since: messages(200, [
      [2, 0],
      [3, 0],
      [3, 1],
      [1, 1],
      [4, 0],
    ]),
    notes: ['as given'],
  });

describe('what changed', () => {
  it('names the axes that speak for a change by weight, with signed sizes and plain figures', () => {
    const { axes, notes } = found({ [BOLD]: 1.25, [QUESTION]: -0.9 });
    expect(axes.map(({ label }) => label)).toEqual(['bold', 'question marks']);
    expect(axes.map(({ size }) => size)).toEqual([1.25, expect.closeTo(-0.9, 12)]);
    expect(axes[0].weight).toBeGreaterThan(axes[1].weight);
    const { scale } = STYLE_FEATURES[BOLD];
    expect(axes[0].figure).toEqual({
      before: expect.closeTo(scale ** 2 / 4, 6) as number,
      since: expect.closeTo((scale ** 2 * (4 + 9 + 9 + 1 + 16)) / 5, 6) as number,
      unit: 'per 100 characters',
    });
    expect(notes).toEqual(['as given']);
  });

  it('quotes the messages furthest along on either side, one a conversation and none twice', () => {
    const [bold, question] = found({ [BOLD]: 1.25, [QUESTION]: -0.9 }).axes;
    // 204 has the most; of the conversation of 202 and 203 only one is shown.
    expect(bold.since.map(({ index }) => index)).toEqual([204, 201, 202]);
    expect(bold.since[0].row).toBe(1204);
    expect(question.before.map(({ index }) => index)).toEqual([1, 3, 0]);
  });

  it('says where figures point the other way, where blocks stand for conversations, and what is left out', () => {
    const against = found({ [BOLD]: -1.5 });
    expect(isAgainst(against.axes[0])).toBe(true);
    expect(against.notes[0]).toMatch(/can point the other way than its plain figures/);
    expect(found({ [BOLD]: 1.5 }, referenceOf(AXES, { inBlocks: Uint8Array.of(1) })).notes[0]).toMatch(/ten messages/);
    const many = found(Object.fromEntries(STYLE_FEATURES.map((_, a) => [a, 1 + a / 100])));
    expect(many.axes).toHaveLength(8);
    expect(many.notes[0]).toMatch(/^42 more add a little/);
    expect(found({}).axes).toEqual([]);
    expect(changeSummary(found({}))).toMatch(/a little of everything/);
  });

  it('tells behaviour by ratios and shares, and leaves out figures that are missing on a side', () => {
    const features = [
      { label: 'output tokens', column: 'output_tokens', kind: 'log', values: [], scale: 0.5 },
      { label: 'tool calls', column: 'role', kind: 'indicator', values: ['tool'], scale: 0.4 },
    ] as const;
    const log = (tokens: number): number => Math.log1p(tokens) / 0.5;
    const one = 1 / 0.4;
    const of = (since: readonly (readonly [number, number])[]): WhatChanged =>
      whatChanged({
        ...{ channel: 'behaviour', alert: { stream: 0, onset: 200, fired: 203 }, stream: 'b', notes: [], limit: 9.2 },
        reference: referenceOf(2, { features }),
        window: windowOf({ 0: 2, 1: 1 }, 2),
        conversations: { before: 12, since: 3 },
        before: messages(
          0,
          [30, 30, 30, 30].map((tokens, i) => [log(tokens), i === 0 ? one : 0] as const),
          2,
        ),
        since: messages(200, since, 2),
      });
    const changed = of([
      [log(63), one],
      [log(63), one],
      [log(63), 0],
    ]);
    expect(changeSummary(changed)).toBe('output tokens × 2.1, tool calls 25 % to 67 %');
    const missing = of([[Number.NaN, 0]]).axes[0];
    expect(missing.figure).toBeNull();
    expect(missing.since).toEqual([]);
  });
});

describe('the ends of an axis', () => {
  it('are the messages furthest out, told by words of substance', () => {
    const texts = Array.from({ length: 40 }, (_, i) => (i < 20 ? 'the refund of the card' : 'a seat on a flight'));
    const features = Float32Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? 0 : i / 2));
    const ends = axisEnds(features, 2, 1);
    expect([ends.high[0], ends.low.at(-1)]).toEqual([39, 0]);
    expect(ends.high.length + ends.low.length).toBe(40);
    const text = (i: number): string => texts[i];
    expect(polesOf(ends, text, 1)).toEqual({ towards: ['flight', 'seat'], awayFrom: ['refund', 'card'] });
    expect(polesOf(ends, text, -1)).toEqual({ towards: ['refund', 'card'], awayFrom: ['flight', 'seat'] });
    expect(polesOf(ends, () => null, 1)).toEqual({ towards: [], awayFrom: [] });
  });
});

describe('in words', () => {
  it.each<[ChangedFigure, string]>([
    [{ before: 0.12, since: 0.31, unit: 'share' }, '12 % to 31 %'],
    [{ before: 30, since: 63, unit: 'times' }, '× 2.1'],
    [{ before: 0, since: 63, unit: 'times' }, '0 to 63'],
    [{ before: 0.204, since: 1.91, unit: 'per 100 characters' }, '0.2 to 1.9 per 100 characters'],
    [{ before: 2, since: 3, unit: '' }, '2 to 3'],
  ])('figures %j: %s', (figure, text) => expect(figureText(figure)).toBe(text));

  it.each([
    [1.24, '+1.2 sd'],
    [-0.94, '−0.9 sd'],
    [-0.01, '0.0 sd'],
  ])('sizes %d: %s', (size, text) => expect(sizeText(size)).toBe(text));

  const axis = (label: string, size: number, change: Partial<ChangedAxis> = {}): ChangedAxis => ({
    ...{ axis: 0, label, size, weight: 1, figure: null, poles: null, before: [], since: [] },
    ...change,
  });
  it('name features of style by size, and axes of meaning by their ends', () => {
    const style = [axis('bold', 1.2), axis('question marks', -0.9)];
    expect(changeSummary({ channel: 'style', axes: style })).toBe('bold +1.2 sd, question marks −0.9 sd');
    const poles = { towards: ['tide'], awayFrom: ['order', 'ship'] };
    const meaning = [axis('axis 3', -1.5, { poles }), axis('axis 1', -1)];
    expect(changeSummary({ channel: 'meaning', axes: meaning })).toBe(
      'axis 3, towards “tide” and away from “order, ship” (+1.5 sd); axis 1 (−1.0 sd)',
    );
    expect(axisText(axis('axis 3', 1, { poles: { towards: [], awayFrom: ['order'] } }))).toBe(
      'axis 3, away from “order”',
    );
  });

  it.each([
    [0.01, 10_000, 13, 'topics do not wander (0.01)'],
    [-0.2, 10_000, 13, 'topics do not wander (0)'],
    [
      0.12,
      2000,
      13,
      'topics wander (0.12): the limit is raised by 1.6, expect up to twice the budget of false alarms ' +
        'on a reference this short',
    ],
    [
      0.12,
      10_000,
      400,
      'topics wander (0.12): the limit is raised by 1.6, expect up to three times the budget of false alarms',
    ],
  ])('wander %d at a budget of %d with %d conversations: %s', (wander, budget, before, text) => {
    const limit = Math.log(budget) + 20 * Math.max(0, wander - 0.04);
    expect(wanderText({ wander, limit, conversations: { before, since: 2 } }, budget)).toBe(text);
  });

  it('say when it began and of how many conversations that is known', () => {
    const said = changeSentences(found({ [BOLD]: 1.25 }), 10_000);
    expect(said).toEqual([
      'How it writes has changed: bold +1.3 sd.',
      'It began at about event 200 (an estimate) and was found at event 205: 12 conversations before it, 3 since.',
      'Topics do not wander (0.01).',
    ]);
    expect(conversationsText({ conversations: { before: 1, since: 1 } })).toBe('1 conversation before it, 1 since');
  });
});
