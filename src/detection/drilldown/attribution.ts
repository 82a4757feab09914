import type { Coordinates, DictionaryColumn } from '../../core/columns.ts';
import { TautlineFailure } from '../../core/errors.ts';
import { formatCount, formatNumber, formatPercent } from '../../core/format.ts';
import type { EventIndex } from '../../core/units.ts';
import { cholesky } from '../../kernels/reference/cholesky.ts';
import type { Parameters } from '../parameters.ts';
import { groupBy } from './group.ts';
import { addOuter, backwardSolve, dot, forwardSolve, quadratic, symmetricEigen, whitenedBy } from './linear.ts';
import type { Attribution, DirectionShare, EventShare, GroupShare, TellingEvent } from './types.ts';
import { covarianceWeights, residualsOf, type CovarianceWeights, type GainInput } from './weights.ts';

export interface AttributionInput extends GainInput {
  readonly coordinates: Coordinates;
  readonly parameters: Parameters;
  /** S x k: reference means of the streams, for KL against the frozen reference. */
  readonly referenceMeans: Float64Array;
  /** Of every row of the ledger. */
  readonly agent: DictionaryColumn | null;
  readonly thread: DictionaryColumn | null;
}

/** Events listed by name; the others are summed. */
const LISTED = 100;
/** Telling events on either side of a direction. */
const TELLING = 5;
/** Events whose weight in every estimate is below this cannot move a double. */
const NO_WEIGHT = 1e-20;
/** Events below this share of the newest event's weight in the fast estimate are not recent. */
const RECENT = 0.01;

/**
 * Exact attribution of friction and KL at event `at` (docs/methods.md 4). D = S_fast - S_slow is the sum of w_i r_i
 * r_i^T and what is left of the identity, so share_i = <w_i r_i r_i^T, D>_F / ||D||_F^2 adds up to 1 over events and
 * the identity. KL is the sum of (e - 1 - ln e) / 2 over the eigenvalues e of B^-1 A, with A and B the covariances that
 * KL compares, shrinkage included.
 * @throws TautlineFailure of kind ledger where the event is void
 */
export function attribute(input: AttributionInput, at: EventIndex): Attribution {
  const { events, coordinates, parameters } = input;
  const { k } = coordinates;
  if (events.isVoid[at]) {
    throw new TautlineFailure({
      kind: 'ledger',
      problem: `event ${formatCount(at)} is a pause: it has no embedding, and moves no covariance`,
      advice: 'Choose an event of the stream before or after it.',
    });
  }
  const weights = covarianceWeights(input, at);
  const from = firstWeighted(weights);
  const residuals = residualsOf(weights, coordinates, from);
  const residual = (j: number) => residuals.subarray((j - from) * k, (j - from + 1) * k);
  const { index, fast, slow, initial } = weights;

  const difference = scaledIdentity(initial.fast - initial.slow, k);
  for (let j = from; j < index.length; j++) addOuter(difference, fast[j] - slow[j], residual(j), k);
  const square = dot(difference, difference);
  const part = (value: number) => (square > 0 ? value / square : 0);

  const nameOf = (column: DictionaryColumn | null, i: EventIndex) =>
    column ? (column.values[column.codes[events.row[i]]] ?? null) : null;
  const shares: EventShare[] = [];
  for (let j = from; j < index.length; j++) {
    const i = index[j];
    const r = residual(j);
    const weight = fast[j] - slow[j];
    shares.push({
      index: i,
      row: events.row[i],
      weight,
      fastWeight: fast[j],
      slowWeight: slow[j],
      residual: Math.sqrt(dot(r, r)),
      share: part(weight * quadratic(difference, r, k)),
      agent: nameOf(input.agent, i),
      thread: nameOf(input.thread, i),
    });
  }
  let trace = 0;
  for (let a = 0; a < k; a++) trace += difference[a * k + a];
  const identity = { weight: initial.fast - initial.slow, share: part((initial.fast - initial.slow) * trace) };
  const { directions, kl, singular } = divergence(input, weights, at, from, residual, (i) => ({
    agent: nameOf(input.agent, i),
    thread: nameOf(input.thread, i),
  }));
  const sorted = shares.toSorted((a, b) => Math.abs(b.share) - Math.abs(a.share) || b.index - a.index);
  const listed = sorted.slice(0, LISTED);
  return {
    at,
    stream: events.streams[events.stream[at]],
    k,
    friction: Math.sqrt(square),
    kl,
    anchor: parameters.anchor,
    events: listed,
    rest: { events: index.length - listed.length, share: sorted.slice(LISTED).reduce((sum, e) => sum + e.share, 0) },
    initial: identity,
    agents: input.agent ? grouped(shares, (e) => e.agent) : [],
    threads: input.thread ? grouped(shares, (e) => e.thread) : [],
    directions,
    notes: notesOf(weights, shares, identity.share, square, singular),
  };
}

function firstWeighted({ index, fast, slow, slowBefore, anchored }: CovarianceWeights): number {
  let from = 0;
  while (from < index.length && Math.max(fast[from], slow[from], slowBefore[from], anchored[from]) < NO_WEIGHT) from++;
  return from;
}

function scaledIdentity(weight: number, k: number): Float64Array {
  const matrix = new Float64Array(k * k);
  for (let a = 0; a < k; a++) matrix[a * k + a] = weight;
  return matrix;
}

function grouped(shares: readonly EventShare[], key: (share: EventShare) => string | null): GroupShare[] {
  const groups = [...groupBy(shares, key)].map(([name, own]) => ({
    name,
    events: own.length,
    share: own.reduce((sum, e) => sum + e.share, 0),
  }));
  return groups.sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
}

/** The eigen-directions of B^-1 A, with the events that stand out along each. */
function divergence(
  { events, coordinates, parameters, referenceMeans }: AttributionInput,
  weights: CovarianceWeights,
  at: EventIndex,
  from: number,
  residual: (j: number) => Float64Array,
  names: (i: EventIndex) => Pick<TellingEvent, 'agent' | 'thread'>,
): { readonly directions: readonly DirectionShare[]; readonly kl: number; readonly singular: boolean } {
  const { k, x } = coordinates;
  const { index, fast, slowBefore, anchored, initial } = weights;
  const n = index.length;
  if (n === 0) return { directions: [], kl: 0, singular: false };
  const anchor = parameters.anchor === 'reference';
  const stream = events.stream[at];
  const seen = (j: number): Float64Array =>
    anchor
      ? Float64Array.from({ length: k }, (_, a) => x[index[j] * k + a] - referenceMeans[stream * k + a])
      : residual(j);
  const own = anchor ? anchored : fast;
  const a = scaledIdentity(anchor ? initial.anchored : initial.fast, k);
  const b = scaledIdentity(anchor ? 1 : initial.slowBefore, k);
  for (let j = from; j < n; j++) {
    const r = seen(j);
    addOuter(a, own[j], r, k);
    if (!anchor) addOuter(b, slowBefore[j], r, k);
  }
  const shrinkage = parameters.shrinkage;
  for (let i = 0; i < k * k; i++) a[i] = (1 - shrinkage) * a[i] + shrinkage * b[i];
  const l = new Float64Array(k * k);
  if (!cholesky(b, k, l)) return { directions: [], kl: Number.NaN, singular: true };
  const { values, vectors } = symmetricEigen(whitenedBy(l, a, k), k);
  const nats = values.map((e) => Math.max(0, (e - 1 - Math.log(e)) / 2));
  const kl = nats.reduce((sum, value) => sum + value, 0);
  if (!Number.isFinite(kl)) return { directions: [], kl: Number.NaN, singular: true };

  const recent: { readonly j: number; readonly whitened: Float64Array }[] = [];
  for (let j = from; j < n; j++)
    if (own[j] >= RECENT * own[n - 1]) recent.push({ j, whitened: forwardSolve(l, seen(j), k) });
  const directions = Array.from({ length: k }, (_, d): DirectionShare => {
    const v = vectors.subarray(d * k, (d + 1) * k);
    const telling = recent
      .map(({ j, whitened }): TellingEvent => {
        const projection = dot(v, whitened);
        return {
          index: index[j],
          row: events.row[index[j]],
          projection,
          share: ((1 - shrinkage) * own[j] * projection ** 2) / values[d],
          ...names(index[j]),
        };
      })
      .sort((p, q) => q.projection - p.projection);
    const axis = backwardSolve(l, v, k);
    const length = Math.sqrt(dot(axis, axis));
    return {
      eigenvalue: values[d],
      nats: nats[d],
      share: nats[d] / kl,
      axis: Array.from(axis, (value) => value / length),
      high: telling.filter((e) => e.projection > 0).slice(0, TELLING),
      low: telling
        .filter((e) => e.projection < 0)
        .reverse()
        .slice(0, TELLING),
    };
  });
  return { directions: directions.sort((p, q) => q.nats - p.nats), kl, singular: false };
}

function notesOf(
  { index, lastReset, resets }: CovarianceWeights,
  shares: readonly EventShare[],
  initial: number,
  square: number,
  singular: boolean,
): string[] {
  const notes: string[] = [];
  if (index.length === 0)
    notes.push("This is the stream's first event: there is no residual yet, and nothing to attribute.");
  else if (square === 0) notes.push('Fast and slow covariance are equal here: there is no friction to share out.');
  const against = shares.filter((e) => e.share < 0);
  if (against.length > 0) {
    const sum = against.reduce((total, e) => total + e.share, 0);
    notes.push(
      `${formatCount(against.length)} of ${formatCount(shares.length)} events have a negative share, ` +
        `${formatPercent(sum)} together: they act against the difference as measured, ` +
        'as old events that only the slow memory still holds do. All shares add up to 100 %.',
    );
  }
  if (Math.abs(initial) > 0.001)
    notes.push(
      `${formatPercent(initial)} is what the identity that both estimates started from still weighs: ` +
        `the stream is ${formatNumber(index.length + 1)} events old.`,
    );
  if (resets > 0) {
    notes.push(
      `The instantiation changed ${resets === 1 ? 'once' : `${formatCount(resets)} times`}, ` +
        `last at event ${formatCount(lastReset)}: ` +
        'there the fast estimate began again from the slow one, so earlier events keep their slow weights in it.',
    );
  }
  if (singular)
    notes.push(
      'KL has no directions here: the covariance that it is taken against is singular, ' +
        'as where a stream repeats itself, or there is no reference.',
    );
  return notes;
}
