import { unionSpans } from '../../charts/episodes.ts';
import type { Shade } from '../../charts/paint.ts';

/** Shades with their lanes renumbered to the streams shown; those of hidden streams are dropped. */
export function laneShades(shades: readonly Shade[], streams: readonly number[]): Shade[] {
  return shades.flatMap((shade) => {
    if (shade.lane === undefined) return [shade];
    const lane = streams.indexOf(shade.lane);
    return lane < 0 ? [] : [{ ...shade, lane }];
  });
}

/**
 * Shades for a chart that all streams share: labelled stretches of the streams shown as one, so that overlaps are no
 * darker.
 */
export function lineShades(shades: readonly Shade[], streams: readonly number[]): Shade[] {
  const labelled = shades.filter(
    ({ tone, lane }) => tone === 'labelled' && (lane === undefined || streams.includes(lane)),
  );
  const spans = unionSpans(labelled.map(({ from, to }) => ({ onset: from, end: to })));
  return [
    ...shades.filter(({ tone }) => tone !== 'labelled'),
    ...spans.map(([from, to]): Shade => ({ from, to, label: 'labelled', tone: 'labelled' })),
  ];
}
