import { formatCount, formatPercent } from '../../../core/format.ts';
import { mulberry32 } from '../../../core/random.ts';
import { median } from '../../../core/statistics.ts';
import type { EarlierTask, Examined } from './tasks.ts';

const MAX_EARLIER = 20;
/** Events named at most. */
const EVIDENCE = 20;

/**
 * How near the signals of the window come to those of an earlier alert of the same kind: the smallest distance to any
 * of m of them, against the smallest distance to m stretches of the same length drawn at random. One look, one-sided:
 * to be less alike than stretches drawn at random is no resemblance.
 */
export function examineEarlier({
  test,
  seed,
  permutations,
  events,
  signals,
  windowFrom,
  baselineFrom,
  baselineTo,
  alerts,
}: EarlierTask): Examined {
  const length = events.length - windowFrom;
  const scales = signals.map((values) => {
    const calm = values.slice(baselineFrom, baselineTo).filter((value) => !Number.isNaN(value));
    const centre = median(calm);
    return { centre, scale: median(calm.map((value) => Math.abs(value - centre))) };
  });
  const usable = signals.map((_, s) => s).filter((s) => scales[s].scale > 0);
  const profile = (from: number): number[] =>
    usable.map((s) => (median(signals[s].slice(from, from + length)) - scales[s].centre) / scales[s].scale);
  const own = profile(windowFrom);
  const distance = (from: number): number =>
    Math.hypot(...profile(from).map((value, s) => (Number.isNaN(value) || Number.isNaN(own[s]) ? 0 : value - own[s])));
  const last = windowFrom - length;
  const spans = alerts
    .slice(-MAX_EARLIER)
    .map((alert) => ({ alert, from: events.findIndex((index) => index >= alert.onset) }))
    .filter(({ from }) => from >= 0 && from <= last)
    .map(({ alert, from }) => ({ alert, d: distance(from) }))
    .sort((a, b) => a.d - b.d);
  if (usable.length === 0 || last < 1) return nothing('there are too few events before the window');
  if (spans.length === 0) return nothing('the stream has no earlier alert of this kind far enough before this one');
  const random = mulberry32(seed);
  const drawn = Float64Array.from({ length: permutations }, () => distance(Math.floor(random() * (last + 1))));
  const [nearest] = spans;
  let nearer = 0;
  for (let i = 0; i < permutations; i++) {
    let least = Infinity;
    for (let j = 0; j < spans.length; j++) least = Math.min(least, drawn[Math.floor(random() * permutations)]);
    if (least <= nearest.d) nearer++;
  }
  const farther = 1 - nearer / permutations;
  return {
    findings: [
      {
        test,
        p: (nearer + 1) / (permutations + 1),
        effect: { measure: "Cliff's delta", value: Math.max(0, 2 * farther - 1) },
        smallest: null,
        statement:
          `Of ${formatCount(spans.length)} earlier ${nearest.alert.kind} alerts of the stream ` +
          `the one at event ${formatCount(nearest.alert.fired)} comes nearest in its signals: ` +
          `nearer than the nearest of as many stretches drawn at random in ${formatPercent(farther)} of draws.`,
        evidence: {
          events: spans.slice(0, EVIDENCE).map(({ alert }) => alert.fired),
          figures: {
            'distance, nearest alert': nearest.d,
            'median distance, random stretches': median(drawn),
            'earlier alerts': spans.length,
          },
        },
      },
    ],
    nothing: null,
  };
}

const nothing = (reason: string): Examined => ({ findings: [], nothing: reason });
