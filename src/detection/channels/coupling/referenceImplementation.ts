import { resolveSync } from '../../reference.ts';
import type { StageReferenceImplementation } from '../referenceImplementation.ts';

/** Coupling between streams, plain TypeScript (docs/methods.md 6). */

export interface CouplingOptions {
  readonly k: number;
  readonly streams: number;
  readonly lambda: number;
  readonly sync: 'time' | 'turn';
  /** Events of a thread that count as a match in turn matching. */
  readonly turnWindow: number;
}

export interface CouplingState {
  /** A_pq, S x S, symmetric; 0 at first. */
  readonly cross: Float64Array;
  /** energy_p, 1 at first. */
  readonly energy: Float64Array;
  /** pending[p S + q] = 1: p has spoken and q has not answered yet. */
  readonly pending: Uint8Array;
  /** Last residual of each stream, S x k; 0 before its first event. */
  readonly last: Float64Array;
  /** Time of each stream's last event with an embedding, NaN before. */
  readonly lastTime: Float64Array;
  /** Streams of the last events of each thread, newest last. */
  readonly threads: Map<number, number[]>;
}

export function createCouplingState(o: CouplingOptions): CouplingState {
  const s = o.streams;
  return {
    cross: new Float64Array(s * s),
    energy: new Float64Array(s).fill(1),
    pending: new Uint8Array(s * s),
    last: new Float64Array(s * o.k),
    lastTime: new Float64Array(s).fill(Number.NaN),
    threads: new Map(),
  };
}

/**
 * Takes in one event of stream p and returns rho_p = mean over q of A_pq / sqrt(energy_p energy_q); NaN with a single
 * stream.
 * @param residual r_p, length k; null for a void event
 */
export function couplingStep(
  o: CouplingOptions,
  state: CouplingState,
  p: number,
  residual: ArrayLike<number> | null,
  time: number,
  window: number,
  thread: number,
): number {
  const { k, streams, lambda } = o;
  const { cross, energy, pending, last, lastTime } = state;
  const take = (q: number, value: number) => {
    cross[p * streams + q] += lambda * (value - cross[p * streams + q]);
    cross[q * streams + p] = cross[p * streams + q];
  };
  if (residual === null) {
    for (let q = 0; q < streams; q++) if (q !== p) take(q, 0);
  } else {
    let own = 0;
    for (let i = 0; i < k; i++) own += residual[i] * residual[i];
    energy[p] += lambda * (own / k - energy[p]);
    const turns = state.threads.get(thread) ?? [];
    for (let q = 0; q < streams; q++) {
      if (q === p) continue;
      const matched = o.sync === 'time' ? time - lastTime[q] <= window : turns.includes(q);
      if (pending[p * streams + q]) take(q, 0);
      pending[p * streams + q] = matched ? 0 : 1;
      if (matched) {
        let dot = 0;
        for (let i = 0; i < k; i++) dot += residual[i] * last[q * k + i];
        take(q, dot / k);
        pending[q * streams + p] = 0;
      }
    }
    for (let i = 0; i < k; i++) last[p * k + i] = residual[i];
    lastTime[p] = time;
    if (o.sync === 'turn') state.threads.set(thread, [...turns, p].slice(-o.turnWindow));
  }
  if (streams < 2) return Number.NaN;
  let sum = 0;
  for (let q = 0; q < streams; q++) if (q !== p) sum += cross[p * streams + q] / Math.sqrt(energy[p] * energy[q]);
  return sum / (streams - 1);
}

export const couplingReference: StageReferenceImplementation = {
  eventsPerSecond: 500_000,
  run({ events, n, k, reference, parameters: p }, { residual, window }, out) {
    const options = {
      k,
      streams: events.streams.length,
      lambda: p.lambda_slow,
      sync: resolveSync(p, reference.hasLatency),
      turnWindow: p.turn_window,
    };
    const state = createCouplingState(options);
    for (let i = 0; i < n; i++) {
      const own = events.isVoid[i] ? null : residual.subarray(i * k, (i + 1) * k);
      out.rho[i] = couplingStep(options, state, events.stream[i], own, events.time[i], window[i], events.thread[i]);
    }
  },
};
