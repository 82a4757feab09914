import { threadsOf } from '../../core/embeddingModel.ts';

/** The texts of a ledger that are not the same as another. */
export interface Texts {
  readonly texts: number;
  readonly characters: number;
}

/** Time that a model takes to embed texts here, ms. @param speed characters a second of one thread */
export const embeddingTime = ({ characters }: Texts, speed: number, cores: number): number =>
  (1000 * characters) / (speed * threadsOf(cores));

/** From this time on a sample is offered, ms; it is to take no longer. */
export const LONG_MS = 120_000;

/** Events of each stream at most, so that they are some share of all. @param streams their events */
export function sampleFor(streams: readonly number[], share: number): number {
  const wanted = share * streams.reduce((sum, events) => sum + events, 0);
  let [low, high] = [1, Math.max(1, ...streams)];
  while (low < high) {
    const most = Math.ceil((low + high) / 2);
    if (streams.reduce((sum, events) => sum + Math.min(events, most), 0) <= wanted) low = most;
    else high = most - 1;
  }
  return low;
}
