import { unionSpans } from '../../charts/episodes.ts';
import type { MarkArea } from '../../charts/paint.ts';

/** Mark areas with their lanes renumbered to the streams shown; those of hidden streams are dropped. */
export function laneMarkAreas(markAreas: readonly MarkArea[], streams: readonly number[]): MarkArea[] {
  return markAreas.flatMap((area) => {
    if (area.lane === undefined) return [area];
    const lane = streams.indexOf(area.lane);
    return lane < 0 ? [] : [{ ...area, lane }];
  });
}

/**
 * Mark areas for a chart that all streams share: labelled stretches of the streams shown as one, so that overlaps are
 * no darker, and none where they are not to be hatched.
 */
export function lineMarkAreas(
  markAreas: readonly MarkArea[],
  streams: readonly number[],
  hatched: boolean,
): MarkArea[] {
  const labelled = markAreas.filter(
    ({ tone, lane }) => hatched && tone === 'labelled' && (lane === undefined || streams.includes(lane)),
  );
  const spans = unionSpans(labelled.map(({ from, to }) => ({ onset: from, end: to })));
  return [
    ...markAreas.filter(({ tone }) => tone !== 'labelled'),
    ...spans.map(([from, to]): MarkArea => ({ from, to, label: 'labelled', tone: 'labelled' })),
  ];
}
