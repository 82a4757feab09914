import type { IndexRange } from '../../../core/columns.ts';
import { eventStateStyle, REST_GREYS, streamStyle, VALUE_HUES, type Mode } from '../../../charts/palette.ts';
import { formatCount, formatNumber, formatTimeFull } from '../../../core/format.ts';
import { eventStateName } from '../../../detection/eventStateNames.ts';
import { EVENT_STATES } from '../../../detection/types.ts';
import { NO_VALUE, OTHER, SCALE_STEPS } from '../../../state/drilldown/columnCodes.ts';
import type { CodedPoints } from '../../../state/drilldown/useColumnCodes.ts';
import type { EmbeddingMap } from '../../../workers/drilldown.ts';

/** `column:` and the name of one, or what every map has. */
export type Coloring = 'stream' | 'route' | 'time' | 'phase' | `column:${string}`;

/** Two stretches of a stream that are told apart. */
export interface Phases {
  readonly stream: number;
  readonly before: IndexRange | null;
  readonly stretch: IndexRange;
}

/** A colour of the map for every point, and what the colours stand for. */
export interface Colored {
  /** Index into `colors` of every point. */
  readonly codes: Uint8Array;
  readonly colors: readonly string[];
  /** Only what occurs. */
  readonly key: readonly ColorKey[];
  /** Of a scale: what stands at equal distances along it, from its first colour to its last. */
  readonly scale: { readonly labels: readonly string[]; readonly colors: readonly string[] } | null;
}

interface ColorKey {
  readonly code: number;
  readonly name: string;
  readonly points: number;
  readonly letter?: string;
}

const ramp = (steps: number, mode: Mode): string[] =>
  Array.from({ length: steps }, (_, step) => timeColor(steps === 1 ? 1 : step / (steps - 1), mode));

function keyOf(codes: Uint8Array, names: readonly (readonly [code: number, name: string, letter?: string])[]) {
  const counts = new Uint32Array(256);
  for (const code of codes) counts[code] += 1;
  return names.flatMap(([code, name, letter]): ColorKey[] =>
    counts[code] > 0 ? [{ code, name, points: counts[code], letter }] : [],
  );
}

/** From early to late; luminance grows one way, so that it reads without hue. */
export function timeColor(share: number, mode: Mode): string {
  const stops =
    mode === 'dark'
      ? [
          [64, 72, 160],
          [40, 150, 170],
          [130, 205, 120],
          [250, 235, 120],
        ]
      : [
          [225, 190, 60],
          [60, 160, 110],
          [30, 100, 150],
          [50, 20, 100],
        ];
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const from = Math.min(stops.length - 2, Math.floor(at));
  const channels = stops[from].map((value, i) => Math.round(value + (stops[from + 1][i] - value) * (at - from)));
  return `rgb(${channels.join(', ')})`;
}

/** A stretch of a stream, what it is compared with, what came after it, and pale all else. */
export function colorPhases(
  map: Pick<EmbeddingMap, 'index' | 'stream'>,
  { stream, before, stretch }: Phases,
  mode: Mode,
): Colored {
  const within = (i: number, range: IndexRange | null) => range !== null && i >= range.from && i < range.to;
  const phaseOf = (index: number): number =>
    within(index, stretch) ? 2 : within(index, before) ? 1 : index >= stretch.to ? 3 : 0;
  const codes = Uint8Array.from(map.index, (index, i) => (map.stream[i] === stream ? phaseOf(index) : 0));
  return {
    codes,
    colors: [REST_GREYS[mode].none, timeColor(0.3, mode), timeColor(1, mode), timeColor(0.65, mode)],
    scale: null,
    key: keyOf(codes, [
      [0, 'all else'],
      [1, 'compared with', 'B'],
      [2, 'the stretch', 'S'],
      [3, 'after it', 'A'],
    ]),
  };
}

/** By the values of a column: a hue each, or a scale of numbers and times. */
export function colorValues({ coding, codes }: CodedPoints, mode: Mode): Colored {
  const { other, none } = REST_GREYS[mode];
  if (coding.kind === 'values') {
    const { values, others, ordered } = coding;
    const hues = ordered ? ramp(values.length, mode) : VALUE_HUES[mode];
    const colors = Array.from({ length: NO_VALUE + 1 }, (_, code) => hues[code] ?? other);
    colors[NO_VALUE] = none;
    const rest = `${formatCount(others)} other ${others === 1 ? 'value' : 'values'}`;
    return {
      codes,
      colors,
      scale: null,
      key: keyOf(codes, [
        ...values.map((value, code) => [code, value] as const),
        [OTHER, rest],
        [NO_VALUE, 'no value'],
      ]),
    };
  }
  const colors = ramp(SCALE_STEPS, mode);
  const text = (limit: number): string => (coding.isTime ? formatTimeFull(limit) : formatNumber(limit));
  const quarters = coding.isTime ? [0, 1] : [0, 0.25, 0.5, 0.75, 1];
  return {
    codes,
    colors: Array.from({ length: NO_VALUE + 1 }, (_, code) => colors[code] ?? none),
    scale: { labels: quarters.map((share) => text(coding.limits[share * SCALE_STEPS])), colors },
    key: keyOf(codes, [[NO_VALUE, 'no value']]),
  };
}

export function colorPoints(
  map: Pick<EmbeddingMap, 'index' | 'stream' | 'eventState' | 'time'>,
  by: 'stream' | 'route' | 'time',
  streams: readonly string[],
  mode: Mode,
): Colored {
  const n = map.index.length;
  if (by === 'time') {
    // In the order of events: an even scale, whatever the pauses; its ends are told as times where there are any.
    const codes = Uint8Array.from(map.index, (_, i) => Math.min(SCALE_STEPS - 1, Math.floor((i / n) * SCALE_STEPS)));
    const name = (i: number) =>
      Number.isFinite(map.time[i]) ? formatTimeFull(map.time[i]) : `event ${formatCount(map.index[i])}`;
    const colors = ramp(SCALE_STEPS, mode);
    return { codes, colors, scale: { labels: n === 0 ? [] : [name(0), name(n - 1)], colors }, key: [] };
  }
  if (by === 'stream') {
    const codes = Uint8Array.from(map.stream);
    const colors = streams.map((_, i) => streamStyle(i, mode).color);
    return { codes, colors, scale: null, key: keyOf(codes, [...streams.entries()]) };
  }
  const styles = EVENT_STATES.map((eventState) => eventStateStyle(eventState, mode));
  return {
    codes: map.eventState,
    colors: styles.map(({ color }) => color),
    scale: null,
    key: keyOf(
      map.eventState,
      EVENT_STATES.map((eventState, code) => [code, eventStateName(eventState), styles[code].letter]),
    ),
  };
}
