import type { EventColumns, IndexRange } from '../../core/columns.ts';
import type { Parameters } from '../parameters.ts';
import { warmupOf } from '../reference.ts';
import { mean, standardDeviation } from '../../core/statistics.ts';
import type { Episode } from './score.ts';

export const LENGTH_ONLY = 'text length alone';

/** Less spread of ln(1 + characters) than this is rounding: the texts are all of one length. */
const NO_SPREAD = 1e-9;
/**
 * A stream needs as many reference texts for a mean and a spread of its own (docs/methods.md 6 has the same for its
 * means).
 */
const MIN_OWN = 16;

/**
 * The detector that looks at nothing but how long a text is: what separates two models is largely verbosity, so a
 * detector of meanings that does not beat it has shown nothing. CUSUM as in docs/methods.md 8 on z = (ln(1 +
 * characters) - m) / s, in both directions (texts that grow, texts that shrink), with the same h, kappa, cap and
 * warm-up. m and s are those of the stream's reference texts, of all reference texts where it has fewer than 16. Events
 * without text leave the sums as they are; a stream whose reference texts are all of one length is not judged.
 * @param lengths characters of each event's text, -1 = none
 */
export function lengthOnlyEpisodes(
  events: Pick<EventColumns, 'n' | 'streams' | 'stream'>,
  lengths: Int32Array,
  reference: IndexRange,
  { h, kappa, cap, warmup }: Pick<Parameters, 'h' | 'kappa' | 'cap' | 'warmup'>,
): Episode[] {
  const texts: number[][] = events.streams.map(() => []);
  const total = new Int32Array(events.streams.length);
  for (let i = 0; i < events.n; i++) {
    const s = events.stream[i];
    total[s]++;
    if (i >= reference.from && i < reference.to && lengths[i] >= 0) texts[s].push(Math.log1p(lengths[i]));
  }
  const pooled = texts.flat();
  const calibrated = texts
    .map((own) => (own.length < MIN_OWN ? pooled : own))
    .map((own) => ({ m: mean(own), s: standardDeviation(own) }));
  const warm = total.map((count) => warmupOf(warmup, count));

  const seq = new Int32Array(events.streams.length);
  const sides = events.streams.map(() => [1, -1].map((sign) => ({ sign, sum: 0, open: false, onset: 0, onsetSeq: 0 })));
  const episodes: Episode[] = [];
  for (let i = 0; i < events.n; i++) {
    const stream = events.stream[i];
    const at = ++seq[stream];
    const { m, s } = calibrated[stream];
    if (i < reference.to || at <= warm[stream] || lengths[i] < 0 || !(s > NO_SPREAD)) continue;
    const z = (Math.log1p(lengths[i]) - m) / s;
    for (const side of sides[stream]) {
      if (side.sum === 0) [side.onset, side.onsetSeq] = [i, at];
      side.sum = Math.min(2 * h, Math.max(0, side.sum + Math.min(side.sign * z, cap) - kappa));
      if (side.sum === 0) side.open = false;
      else if (side.sum > h && !side.open) {
        side.open = true;
        episodes.push({
          kind: LENGTH_ONLY,
          stream,
          onset: side.onset,
          onsetSeq: side.onsetSeq,
          fired: i,
          firedSeq: at,
        });
      }
    }
  }
  return episodes;
}
