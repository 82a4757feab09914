import type { EventIndex, Seq } from '../../core/units.ts';

/** The machine of lasting change: what STYLE, MEANING and BEHAVIOUR have in common (docs/methods.md 14). */

/** In what the channels differ. */
export interface ChangeSettings {
  /** Messages that the identity counts for in the pooled covariance. */
  readonly shrinkage: number;
  /** Standard deviation of a change under the alternative. */
  readonly tau: number;
  /** Share of the axes that a change is expected to touch. */
  readonly pi: number;
}

export const CHANGE_SETTINGS = {
  style: { shrinkage: 100, tau: 0.5, pi: 0.2 },
  meaning: { shrinkage: 50, tau: 0.35, pi: 0.2 },
  behaviour: { shrinkage: 20, tau: 1, pi: 0.5 },
} as const satisfies Record<string, ChangeSettings>;

/** Windows of own counted messages that are compared with what was before them, and the weight of each. */
export const CHANGE_WINDOWS = [4, 8, 16, 32, 64] as const;
export const CHANGE_WEIGHTS = [6, 6, 12, 24, 48] as const;
/** Conversations of a stream that may go on: those whose latest message is newest. */
export const CHANGE_CONVERSATIONS = 256;
/** Values of a standardised axis and means of a conversation are cut here, in standard deviations. */
export const CLIP_MESSAGE = 3.5;
export const CLIP_CONVERSATION = 3;
/** Counted reference messages that a stream needs to have a statistic. */
export const FEWEST_MESSAGES = 16;
/** An open alert is cleared below this share of the limit. */
export const CHANGE_REARM = 0.5;

/** Conversations of a stream, those whose latest message is newest, oldest of these first. */
export interface NewestConversations {
  readonly conversation: Int32Array;
  readonly messages: Int32Array;
  /** Sums of z, one row of `axes` each. */
  readonly sums: Float64Array;
}

/** What the reference fixes of a stream. */
export interface StreamReference {
  /** Counted reference messages n_s and conversations. */
  readonly messages: number;
  readonly conversations: number;
  /** m_s. */
  readonly mean: Float64Array;
  /** A_s and mu_s. */
  readonly information: Float64Array;
  readonly centre: Float64Array;
  readonly newest: NewestConversations;
}

/** What the reference fixes, of one channel. Arrays have an entry per axis. */
export interface ChangeReference {
  readonly axes: number;
  /** H = K^(-1/2), axes x axes, symmetric. */
  readonly root: Float64Array;
  /** w and b: variance of a message within a conversation, and of conversations. */
  readonly within: Float64Array;
  readonly between: Float64Array;
  /** How much topics wander, omega. */
  readonly wander: number;
  /** False where conversations are too few to tell omega: the channel is out of action. */
  readonly wanderKnown: boolean;
  readonly streams: readonly StreamReference[];
}

export interface ChangeAlert {
  readonly stream: number;
  /** Positions of events, counted as the caller counts them; `cleared` is null while it is open. */
  readonly onset: number;
  readonly fired: number;
  readonly cleared: number | null;
  /** Largest S. */
  readonly peak: number;
}

/** A window against what was before it: all that says which axes have changed. Vectors over the axes. */
export interface ChangeWindow {
  /** Growth of U and of I over the window. */
  readonly sum: Float64Array;
  readonly information: Float64Array;
  /** U_0 and I_0. */
  readonly sumBefore: Float64Array;
  readonly informationBefore: Float64Array;
}

/** Degrees of freedom nu: heavier tails where topics wander. */
export const changeDegrees = (wander: number): 20 | 7 => (wander > WANDER_TOLERATED ? 7 : 20);

/** The limit of S at one false alarm in `budget` events. */
export const changeLimit = (wander: number, budget: number): number =>
  Math.log(budget) + WANDER_COST * Math.max(0, wander - WANDER_TOLERATED);

const WANDER_TOLERATED = 0.04;
const WANDER_COST = 20;

/** Information of the mean of a conversation of `messages`, i(c). */
export const information = (messages: number, within: number, between: number): number =>
  messages === 0 ? 0 : 1 / (between + within / messages);

/** ln of the factor of an axis, 1 - pi + pi BF: how much it speaks for a change. */
export function changeEvidence(
  { sum, information: grown, sumBefore, informationBefore }: ChangeWindow,
  reference: { readonly information: Float64Array },
  { tau, pi }: ChangeSettings,
  degrees: number,
): { readonly weight: Float64Array; readonly size: Float64Array } {
  const weight = new Float64Array(sum.length);
  const size = new Float64Array(sum.length);
  for (let a = 0; a < sum.length; a++) {
    const j = grown[a];
    if (j <= 0) continue;
    const before = reference.information[a] + informationBefore[a];
    const d = sum[a] - (j * sumBefore[a]) / before;
    const v = j + j ** 2 / before;
    const kappa = (tau * j) ** 2 / v;
    const t2 = d ** 2 / v;
    const ratio = (1 + t2 / degrees) / (1 + t2 / (degrees * (1 + kappa)));
    weight[a] = Math.log(1 - pi + (pi * ratio ** ((degrees + 1) / 2)) / Math.sqrt(1 + kappa));
    size[a] = d / j;
  }
  return { weight, size };
}

/** Where what an alert fired on began, where its channel tells. */
export interface Onset {
  readonly event: EventIndex;
  readonly seq: Seq;
}
