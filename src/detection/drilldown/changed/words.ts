import { formatCount, formatNumber, formatPercent } from '../../../core/format.ts';
import type { ChangeChannel } from '../../channels/table.ts';
import type { ChangedAxis, ChangedFigure, WhatChanged } from './types.ts';

/** What changed, in words: the same on the screen, in reports and on the command line. */

/** Axes in a sentence: those of meaning take many words. */
const TOLD: Readonly<Record<ChangeChannel, number>> = { style: 4, meaning: 2, behaviour: 4 };

/** "+1.2 sd" */
export function sizeText(size: number): string {
  const text = Math.abs(size).toFixed(1);
  return text === '0.0' ? '0.0 sd' : `${size < 0 ? '−' : '+'}${text} sd`;
}

/** "12 % to 31 %", "× 2.1", "0.2 to 1.9 per 100 characters" */
export function figureText({ before, since, unit }: ChangedFigure): string {
  if (unit === 'share') return `${formatPercent(before, 2)} to ${formatPercent(since, 2)}`;
  const numbers = `${formatNumber(before, 2)} to ${formatNumber(since, 2)}`;
  if (unit === 'times') return before > 0 && since > 0 ? `× ${formatNumber(since / before, 2)}` : numbers;
  return unit === '' ? numbers : `${numbers} ${unit}`;
}

/** Whether the plain figures of an axis point the other way than its size. */
export function isAgainst({ figure, size }: Pick<ChangedAxis, 'figure' | 'size'>): boolean {
  return figure !== null && Math.sign(figure.since - figure.before) === -Math.sign(size);
}

const quoted = (words: readonly string[]): string => `“${words.join(', ')}”`;

/** "axis 3, towards “tide, moss” and away from “order, ship”" */
export function axisText({ label, poles }: Pick<ChangedAxis, 'label' | 'poles'>): string {
  const ends = [
    ...(poles && poles.towards.length > 0 ? [`towards ${quoted(poles.towards)}`] : []),
    ...(poles && poles.awayFrom.length > 0 ? [`away from ${quoted(poles.awayFrom)}`] : []),
  ];
  return ends.length > 0 ? `${label}, ${ends.join(' and ')}` : label;
}

/** The size of an axis as it is shown: one whose ends have words says by them which way. */
export function shownSize({ size, poles }: Pick<ChangedAxis, 'size' | 'poles'>): number {
  return poles !== null && poles.towards.length + poles.awayFrom.length > 0 ? Math.abs(size) : size;
}

export const axisSizeText = (axis: Pick<ChangedAxis, 'size' | 'poles'>): string => sizeText(shownSize(axis));

/** One axis in a few words: of behaviour by its figures, of the others by its size. */
function briefly(axis: ChangedAxis, channel: ChangeChannel): string {
  if (channel === 'behaviour' && axis.figure && !isAgainst(axis)) return `${axis.label} ${figureText(axis.figure)}`;
  if (channel === 'meaning') return `${axisText(axis)} (${axisSizeText(axis)})`;
  return `${axis.label} ${sizeText(axis.size)}`;
}

/** "bold +1.2 sd, question marks −0.9 sd" */
export function changeSummary({ axes, channel }: Pick<WhatChanged, 'axes' | 'channel'>, told = TOLD[channel]): string {
  if (axes.length === 0) return 'a little of everything, no feature by itself';
  return axes
    .slice(0, told)
    .map((axis) => briefly(axis, channel))
    .join(channel === 'meaning' ? '; ' : ', ');
}

const conversationsOf = (count: number): string =>
  `${formatCount(count)} ${count === 1 ? 'conversation' : 'conversations'}`;

/** "13 conversations before the change, 6 since it, when it fired" */
export const conversationsText = ({ conversations }: Pick<WhatChanged, 'conversations'>): string =>
  `${conversationsOf(conversations.before)} before it, ${formatCount(conversations.since)} since`;

/** From here on the topics of a reference count as wandering, and what the limit rises by (docs/methods.md 14). */
const WANDER = 0.04;
/** With fewer conversations before the change, the reference is short. */
const SHORT_REFERENCE = 40;
/** Up to this budget false alarms were measured to be no more than twice it where topics wander. */
const MEASURED_BUDGET = 2000;

/** How topics wander, and what that does to false alarms. @param limit of S, which is ln of the budget otherwise */
export function wanderText(
  { wander, limit, conversations }: Pick<WhatChanged, 'wander' | 'limit' | 'conversations'>,
  budget: number,
): string {
  if (!(wander > WANDER)) return `topics do not wander (${formatNumber(Math.max(0, wander), 2)})`;
  const raised = formatNumber(limit - Math.log(budget), 2);
  const times = budget > MEASURED_BUDGET ? 'three times' : 'twice';
  const short = conversations.before < SHORT_REFERENCE ? ' on a reference this short' : '';
  return (
    `topics wander (${formatNumber(wander, 2)}): the limit is raised by ${raised}, ` +
    `expect up to ${times} the budget of false alarms${short}`
  );
}

/** What each channel speaks of, to begin a sentence with. */
export const CHANGED_SUBJECT: Readonly<Record<ChangeChannel, string>> = {
  style: 'How it writes has changed',
  meaning: 'What it speaks of has changed',
  behaviour: 'How it behaves has changed',
};

/** All of it as sentences. */
export function changeSentences(found: WhatChanged, budget: number): string[] {
  const wander = wanderText(found, budget);
  return [
    `${CHANGED_SUBJECT[found.channel]}: ${changeSummary(found)}.`,
    `It began at about event ${formatCount(found.onset)} (an estimate) and was found at event ` +
      `${formatCount(found.fired)}: ${conversationsText(found)}.`,
    `${wander[0].toUpperCase()}${wander.slice(1)}.`,
  ];
}
