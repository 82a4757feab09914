import type { EventIndex, LedgerRow } from '../../../core/units.ts';
import { formatCount } from '../../../core/format.ts';
import type { BehaviourFeature } from '../../change/behaviour.ts';
import { standardise } from '../../change/reference.ts';
import { STYLE_FEATURES, type StyleFeature } from '../../change/style.ts';
import { CHANGE_SETTINGS, changeDegrees, changeEvidence, type ChangeWindow } from '../../change/types.ts';
import type { ConversationCounts, FittedReference } from '../../changes.ts';
import type { ChangeChannel } from '../../channels/table.ts';
import type { ChangedAxis, ChangedFigure, ChangedMessage, WhatChanged } from './types.ts';
import { isAgainst } from './words.ts';

/** Axes that are told at most, and messages quoted on each side of one. */
const MOST_AXES = 8;
const QUOTES = 3;

/** Counted messages of one stream, in order. */
export interface ChangeMessages {
  readonly index: ArrayLike<EventIndex>;
  readonly row: ArrayLike<LedgerRow>;
  /** Code of each message's thread, negative = none. */
  readonly thread: ArrayLike<number>;
  /** A row of all axes a message. */
  readonly features: Float32Array;
}

export interface ChangeInput {
  readonly channel: ChangeChannel;
  readonly alert: { readonly stream: number; readonly onset: EventIndex; readonly fired: EventIndex };
  readonly stream: string;
  readonly reference: FittedReference;
  readonly window: ChangeWindow;
  readonly conversations: ConversationCounts;
  readonly limit: number;
  readonly before: ChangeMessages;
  readonly since: ChangeMessages;
  readonly notes: readonly string[];
}

/** The axes that a window speaks for, with plain figures and the messages that show each best. */
export function whatChanged(input: ChangeInput): WhatChanged {
  const { channel, alert, stream, reference, window, conversations, limit, before, since } = input;
  const own = reference.streams[alert.stream];
  const settings = CHANGE_SETTINGS[channel];
  const { weight, size } = changeEvidence(window, own, settings, changeDegrees(reference.wander));
  const order = Array.from(weight.keys())
    .filter((a) => weight[a] > 0)
    .sort((a, b) => weight[b] - weight[a] || a - b);
  const sides = [before, since].map((messages) => ({ messages, z: standardised(messages, reference, own.mean) }));
  const axes = order.slice(0, MOST_AXES).map((a): ChangedAxis => {
    const way = Math.sign(size[a]);
    const [shownBefore, shownSince] = sides.map(({ messages, z }, side) =>
      telling(messages, z, reference.axes, a, own.mean[a], side === 0 ? -way : way),
    );
    return {
      axis: a,
      label: labelOf(channel, reference.features, a),
      weight: weight[a],
      size: size[a],
      figure: figureOf(channel, reference, a, before, since),
      poles: null,
      before: shownBefore,
      since: shownSince,
    };
  });
  const blocks = reference.inBlocks[alert.stream] === 1;
  return {
    channel,
    stream,
    onset: alert.onset,
    fired: alert.fired,
    conversations,
    messages: { before: before.index.length, since: since.index.length },
    wander: reference.wander,
    limit,
    axes,
    notes: [
      ...(order.length > axes.length
        ? [`${formatCount(order.length - axes.length)} more add a little; listed are those that add the most.`]
        : []),
      ...(axes.some(isAgainst)
        ? ['Sizes allow for what goes together, so that one can point the other way than its plain figures.']
        : []),
      ...(blocks ? ['Conversations are not told apart by threads here: ten messages in a row stand for one.'] : []),
      ...input.notes,
    ],
  };
}

const labelOf = (channel: ChangeChannel, features: readonly BehaviourFeature[] | null, a: number): string =>
  channel === 'style' ? STYLE_FEATURES[a].label : (features?.[a].label ?? `axis ${a + 1}`);

function standardised(
  { features, index }: ChangeMessages,
  { axes, root }: Pick<FittedReference, 'axes' | 'root'>,
  mean: Float64Array,
): Float64Array {
  const all = new Float64Array(index.length * axes);
  const y = new Float64Array(axes);
  for (let i = 0; i < index.length; i++)
    standardise(features, i * axes, mean, 0, root, y, all.subarray(i * axes, (i + 1) * axes));
  return all;
}

/** Messages that are furthest one way along an axis, no two alike, of different conversations where there are. */
function telling(
  { index, row, thread, features }: ChangeMessages,
  z: Float64Array,
  axes: number,
  a: number,
  mean: number,
  way: number,
): ChangedMessage[] {
  // As the channel sees it, and as it is: what goes together with it may hide either.
  const place = (i: number): number => way * (z[i * axes + a] + features[i * axes + a] - mean);
  const order = Array.from({ length: index.length }, (_, i) => i)
    .filter((i) => !Number.isNaN(place(i)))
    .sort((p, q) => place(q) - place(p) || p - q);
  const alike = (i: number, j: number): boolean => {
    for (let b = 0; b < axes; b++) if (!Object.is(features[i * axes + b], features[j * axes + b])) return false;
    return true;
  };
  const chosen: number[] = [];
  for (const mayRepeat of [false, true])
    for (const i of order) {
      if (chosen.length === QUOTES) break;
      if (chosen.some((j) => alike(i, j) || (!mayRepeat && thread[i] >= 0 && thread[i] === thread[j]))) continue;
      chosen.push(i);
    }
  return chosen.sort((p, q) => place(q) - place(p)).map((i) => ({ index: index[i], row: row[i] }));
}

/** How a value of a feature is turned into what can be read, before and after the mean over messages. */
interface Plain {
  readonly unit: ChangedFigure['unit'];
  readonly of: (value: number) => number;
  readonly total: (mean: number) => number;
}

const same = (value: number): number => value;
const unlog = (value: number): number => Math.sign(value) * Math.expm1(Math.abs(value));

function plainStyle({ kind, name }: StyleFeature): Plain {
  if (kind === 'mark') return { unit: 'per 100 characters', of: (v) => v ** 2, total: same };
  if (kind === 'words') return { unit: 'per 100 words', of: (v) => 5 * v ** 2, total: same };
  if (kind === 'ending') return { unit: 'share', of: same, total: same };
  return name === 'length'
    ? { unit: 'characters', of: same, total: unlog }
    : { unit: name === 'wordlen' ? 'letters a word' : 'words a sentence', of: same, total: Math.exp };
}

function plainBehaviour({ kind }: BehaviourFeature): Plain {
  if (kind === 'indicator') return { unit: 'share', of: same, total: same };
  return kind === 'log' ? { unit: 'times', of: same, total: unlog } : { unit: '', of: same, total: same };
}

function figureOf(
  channel: ChangeChannel,
  { features, axes }: Pick<FittedReference, 'features' | 'axes'>,
  a: number,
  before: ChangeMessages,
  since: ChangeMessages,
): ChangedFigure | null {
  const feature = channel === 'style' ? STYLE_FEATURES[a] : features?.[a];
  if (!feature) return null;
  const { unit, of, total } = 'name' in feature ? plainStyle(feature) : plainBehaviour(feature);
  const mean = (messages: ChangeMessages): number => {
    let [n, sum] = [0, 0];
    for (let i = 0; i < messages.index.length; i++) {
      const value = messages.features[i * axes + a];
      if (Number.isNaN(value)) continue;
      n++;
      sum += of(value * feature.scale);
    }
    return n > 0 ? total(sum / n) : Number.NaN;
  };
  const figure = { before: mean(before), since: mean(since), unit };
  return Number.isFinite(figure.before + figure.since) ? figure : null;
}
