import { formatBytes, formatCount } from '../../core/format.ts';
import { median } from '../../core/statistics.ts';
import type { AppRow } from '../model.ts';
import type { Large } from './large.ts';
import type { AppMeasurements } from './measure.ts';
import type { RendererMemory } from './memory.ts';
import type { Opening } from './opening.ts';

const GB = 1e9;
const PICTURE_MS = 3000;

interface Limit {
  readonly text: string;
  meets(value: number): boolean;
}

const atMost = (most: number, show: (value: number) => string): Limit => ({
  text: `≤ ${show(most)}`,
  meets: (value) => value <= most,
});

const ms = (value: number): string => `${formatCount(Math.round(value))} ms`;
const msAtMost = (most: number): Limit => atMost(most, ms);
const bytesAtMost = (most: number): Limit => atMost(most, formatBytes);
/** A screen shows 60 frames a second. */
const perSecond = (least: number): Limit => ({ text: `≥ ${least}`, meets: (value) => Math.round(value) >= least });

/**
 * The median of some runs, the least and the most of them, and how many met the target: it is met where most did.
 * Infinite or missing values were not seen.
 */
function row(what: string, values: readonly number[], show: (value: number) => string, limit?: Limit): AppRow {
  const seen = values.filter(Number.isFinite);
  const target = limit?.text ?? '';
  if (seen.length === 0) return { what, measured: 'not measured here', target, met: null };
  const span = seen.length > 1 ? ` (${show(Math.min(...seen))} to ${show(Math.max(...seen))})` : '';
  const met = limit === undefined ? null : seen.filter((value) => limit.meets(value)).length;
  const counted = met !== null && values.length > 1 ? `, ${met} of ${values.length}` : '';
  return {
    what,
    measured: `${show(median(seen))}${span}${counted}`,
    target,
    met: met === null ? null : 2 * met > values.length,
  };
}

const peak = (memory: RendererMemory | null): number => memory?.peak ?? Number.NaN;

function openingRows(name: string, all: readonly Opening[], limits: Readonly<Record<string, Limit>> = {}): AppRow[] {
  const of = (pick: (opening: Opening) => number) => all.map(pick);
  return [
    row(
      `${name}: progress shown`,
      of(({ progress }) => progress),
      ms,
      limits.progress,
    ),
    row(
      `${name}: first full picture`,
      of(({ firstPicture }) => firstPicture),
      ms,
      limits.firstPicture,
    ),
    row(
      `${name}: tables filled, at rest`,
      of(({ atRest }) => atRest),
      ms,
      limits.atRest,
    ),
    row(
      `${name}: longest main-thread task (0: none over 50)`,
      of(({ longestTask }) => longestTask),
      ms,
      limits.task,
    ),
    row(
      `${name}: longest wait for the main thread`,
      of(({ lag }) => lag),
      ms,
    ),
    row(
      `${name}: peak renderer memory (resident)`,
      of(({ memory }) => peak(memory)),
      formatBytes,
      limits.memory,
    ),
  ];
}

/** Of a ledger of many events. */
export function largeRows(large: Large): AppRow[] {
  const name = `${formatCount(large.events)} x ${large.dimension}`;
  const room = (large.memoryGib / 2) * 2 ** 30;
  const less = `${name} where a tab may take ${formatBytes(room)}`;
  const { whole, narrowed } = large;
  const rows = whole
    ? [
        ...openingRows(`${name}, whole`, [whole], { memory: bytesAtMost(6 * GB) }),
        {
          what: `${name}, whole: STYLE is armed`,
          measured: whole.style ? 'yes' : 'no',
          target: 'yes',
          met: whole.style,
        },
      ]
    : [{ what: `${name}, whole`, measured: 'refused here', target: 'opens', met: false }];
  const events = (count: number) => `${formatCount(count)} events`;
  return [
    ...rows,
    ...(narrowed
      ? [
          row(`${less}: refused, and a part opened by name`, [narrowed.opening.events], events),
          ...openingRows(`${name}, narrowed`, [narrowed.opening], { memory: bytesAtMost(room) }),
        ]
      : [{ what: less, measured: 'not refused', target: 'refused', met: false }]),
  ];
}

/** The measurements with the targets they are held against. */
export function rowsOf(m: AppMeasurements): AppRow[] {
  const { use } = m;
  const one = (what: string, value: number, show: (value: number) => string, limit?: Limit) =>
    row(what, [value], show, limit);
  const rate = (value: number) => `${value.toFixed(1)} a second`;
  const ratios = m.plain.map(({ firstPicture }, i) => firstPicture / m.isolated[i].firstPicture);
  const times = (value: number) => `${value.toFixed(2)}×`;
  return [
    ...openingRows('open', m.isolated, {
      progress: msAtMost(500),
      firstPicture: msAtMost(PICTURE_MS),
      atRest: msAtMost(6000),
      task: msAtMost(50),
      memory: bytesAtMost(1.4 * GB),
    }),
    row(
      'open: a row to be read in the inspector',
      m.rows.map(({ inspector }) => inspector),
      ms,
      msAtMost(PICTURE_MS),
    ),
    row(
      'open: rows to be read in the table',
      m.rows.map(({ table }) => table),
      ms,
      msAtMost(PICTURE_MS),
    ),
    ...openingRows('open, not isolated', m.plain),
    row('first full picture, not isolated against isolated', ratios, times, atMost(1.5, times)),
    one('at rest: held by page and workers', use.heldBytes ?? Number.NaN, formatBytes),
    one('threshold slider: pictures', use.picturesPerSecond, rate, perSecond(60)),
    one('threshold slider: frames', use.framesPerSecond, rate),
    one('threshold slider: longest main-thread task (0: none over 50)', use.dragLongestTask, ms, msAtMost(50)),
    one('threshold slider: longest wait for the main thread', use.dragLag, ms),
    one('zoom: picture', use.zoom, ms),
    one('lambda, zoomed in: first picture', use.lambdaFirst, ms, msAtMost(150)),
    one('lambda, zoomed in: refined', use.lambdaRefined, ms, msAtMost(250)),
    one('lambda, whole ledger: first picture', use.lambdaWholeFirst, ms, msAtMost(150)),
    one('lambda, whole ledger: refined', use.lambdaWholeRefined, ms, msAtMost(250)),
    ...use.searches.map(({ text, hits, ms: took }) =>
      one(`search for "${text}": ${formatCount(hits)} hits`, took, ms, msAtMost(1000)),
    ),
    one('all: longest main-thread task (0: none over 50)', use.longestTask, ms, msAtMost(50)),
    one('all: longest wait for the main thread', use.lag, ms),
    one('all: peak renderer memory (resident)', peak(use.memory), formatBytes, bytesAtMost(1.4 * GB)),
  ];
}

/** The rows as text, one per line. */
export function printRows(rows: readonly AppRow[]): string {
  const widths = [
    Math.max(...rows.map(({ what }) => what.length)),
    Math.max(...rows.map(({ measured }) => measured.length)),
  ];
  return rows
    .map(({ what, measured, target, met }) => {
      const verdict = met === null ? '' : met ? 'met ' : 'MISSED ';
      return `${what.padEnd(widths[0])}  ${measured.padStart(widths[1])}  ${verdict}${target}`.trimEnd();
    })
    .join('\n');
}
