import * as v from 'valibot';
import { STYLE_FEATURES } from '../change/style.ts';
import { CHANGE_CONVERSATIONS, type StreamReference } from '../change/types.ts';
import type { FittedReference } from '../changes.ts';
import { choice, counts, flag, integer, list, must, number, numbers, relations, text } from '../files/schema.ts';
import type { ReferenceFile } from './referenceFile.ts';
import type { ChangeChannel } from './table.ts';

const streamSchema = v.object({
  messages: v.pipe(integer(0), v.description('Counted messages in the reference')),
  conversations: integer(0),
  inBlocks: v.pipe(flag, v.description('Blocks of ten messages stand for conversations')),
  mean: v.pipe(numbers, v.description('Mean of the features')),
  information: v.pipe(numbers, v.description('A_s, by axis')),
  centre: v.pipe(numbers, v.description('mu_s, by axis')),
  newest: v.pipe(
    list(v.object({ conversation: integer(0), messages: integer(1), sum: numbers })),
    v.description('The conversations whose latest message is newest, at most 256: number, messages, sum of z'),
  ),
});

const featureSchema = v.object({
  label: text,
  column: text,
  kind: choice(['log', 'raw', 'indicator']),
  values: v.pipe(
    v.nullable(v.pipe(list(text), v.minLength(1, must('a list of at least one value')))),
    v.description('Values that make an indicator 1; null: any, or it is a number'),
  ),
  scale: v.pipe(number, v.gtValue(0, must('above 0'))),
});

const referenceSchema = (id: ChangeChannel) =>
  v.pipe(
    v.object({
      axes: integer(1),
      root: v.pipe(numbers, v.description('H, axes x axes, symmetric')),
      within: v.pipe(numbers, v.description('w, by axis')),
      between: v.pipe(numbers, v.description('b, by axis')),
      wander: v.pipe(number, v.description('Wander index omega')),
      wanderKnown: flag,
      features: v.pipe(
        v.nullable(list(featureSchema)),
        v.description('What it is made of, where that follows from the ledger; null: always the same'),
      ),
      streams: list(streamSchema),
    }),
    relations(({ axes, root, within, between, features, streams }, refuseUnless) => {
      const ofLength = (values: readonly number[], length: number, path: readonly (string | number)[]): void =>
        refuseUnless(values.length === length, path, `a list of ${length} numbers`);
      ofLength(root, axes * axes, ['root']);
      ofLength(within, axes, ['within']);
      ofLength(between, axes, ['between']);
      if (id === 'style')
        refuseUnless(axes === STYLE_FEATURES.length, ['axes'], `${STYLE_FEATURES.length}, the features of style`);
      refuseUnless(
        id === 'behaviour' ? features?.length === axes : features === null,
        ['features'],
        id === 'behaviour' ? `a list of ${axes}, one per axis` : 'null',
      );
      const positive = (values: readonly number[]): boolean => values.every((value) => value > 0);
      refuseUnless(positive(within), ['within'], 'numbers above 0');
      refuseUnless(positive(between), ['between'], 'numbers above 0');
      streams.forEach((stream, s) => {
        refuseUnless(
          stream.newest.length <= CHANGE_CONVERSATIONS,
          ['streams', s, 'newest'],
          `a list of at most ${CHANGE_CONVERSATIONS}`,
        );
        for (const name of ['mean', 'information', 'centre'] as const)
          ofLength(stream[name], axes, ['streams', s, name]);
        stream.newest.forEach(({ sum }, j) => ofLength(sum, axes, ['streams', s, 'newest', j, 'sum']));
      });
    }),
    v.transform(({ axes, root, within, between, wander, wanderKnown, features, streams }): FittedReference => ({
      axes,
      root: Float64Array.from(root),
      within: Float64Array.from(within),
      between: Float64Array.from(between),
      wander,
      wanderKnown,
      features:
        features &&
        features.map(({ values, ...feature }) => ({ ...feature, values: feature.kind === 'indicator' ? values : [] })),
      inBlocks: Uint8Array.from(streams, ({ inBlocks }) => Number(inBlocks)),
      streams: streams.map(({ messages, conversations, mean, information, centre, newest }): StreamReference => ({
        messages,
        conversations,
        mean: Float64Array.from(mean),
        information: Float64Array.from(information),
        centre: Float64Array.from(centre),
        newest: {
          conversation: Int32Array.from(newest, ({ conversation }) => conversation),
          messages: Int32Array.from(newest, (own) => own.messages),
          sums: Float64Array.from(newest.flatMap(({ sum }) => sum)),
        },
      })),
    })),
  );

const calibrationSchema = v.object({
  limit: number,
  omega: v.pipe(number, v.description('Wander index of the topics')),
  nu: v.pipe(number, v.description('Degrees of freedom')),
  w: v.pipe(numbers, v.description('Variance of a message within its conversation, by axis')),
  b: v.pipe(numbers, v.description('Variance of conversations, by axis')),
  conversations: v.pipe(counts, v.description('In the reference, by stream')),
  messages: v.pipe(counts, v.description('In the reference, by stream')),
});
const calibrated = v.pipe(v.nullable(calibrationSchema), v.description('null: out of action'));

/** How files hold what a channel of lasting change takes from the reference. */
export const changeReferenceFile = <C extends ChangeChannel>(id: C) =>
  ({
    schema: v.pipe(v.nullable(referenceSchema(id)), v.description('null: out of action')),
    toFile: (reference) =>
      reference && {
        axes: reference.axes,
        wander: reference.wander,
        wanderKnown: reference.wanderKnown,
        features:
          reference.features &&
          reference.features.map(({ values, ...feature }) => ({
            ...feature,
            values: feature.kind === 'indicator' && values ? [...values] : null,
          })),
        root: [...reference.root],
        within: [...reference.within],
        between: [...reference.between],
        streams: reference.streams.map(({ messages, conversations, mean, information, centre, newest }, s) => ({
          messages,
          conversations,
          inBlocks: reference.inBlocks[s] === 1,
          mean: [...mean],
          information: [...information],
          centre: [...centre],
          newest: Array.from(newest.conversation, (conversation, j) => ({
            conversation,
            messages: newest.messages[j],
            sum: [...newest.sums.subarray(j * reference.axes, (j + 1) * reference.axes)],
          })),
        })),
      },
    check: (reference, streams, refuseUnless) =>
      refuseUnless(
        reference === null || reference.streams.length === streams,
        ['streams'],
        `a list of ${streams}, one per stream`,
      ),
    calibration: { [id]: calibrated } as { readonly [Name in C]: typeof calibrated },
    results: { [id]: calibrated } as { readonly [Name in C]: typeof calibrated },
  }) satisfies ReferenceFile<FittedReference | null>;
