import type { IndexRange } from '../../../core/columns.ts';
import { eventStateStyle, streamStyle, type Mode } from '../../../charts/palette.ts';
import { formatCount, formatTimeFull } from '../../../core/format.ts';
import { eventStateName } from '../../../detection/eventStateNames.ts';
import { EVENT_STATES } from '../../../detection/types.ts';
import type { EmbeddingMap } from '../../../workers/drilldown.ts';

export type Coloring = 'stream' | 'route' | 'time' | 'phase';

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
  readonly key: readonly {
    readonly code: number;
    readonly name: string;
    readonly points: number;
    readonly letter?: string;
  }[];
  /** True if the key is a scale from its first to its last name. */
  readonly isScale: boolean;
}

const STEPS = 24;

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

/** The stretch, what it is compared with, and pale all else. */
export function colorPhases(
  map: Pick<EmbeddingMap, 'index' | 'stream'>,
  { stream, before, stretch }: Phases,
  mode: Mode,
): Colored {
  const within = (i: number, range: IndexRange | null) => range !== null && i >= range.from && i < range.to;
  const codes = Uint8Array.from(map.index, (index, i) =>
    map.stream[i] !== stream ? 0 : within(index, stretch) ? 2 : within(index, before) ? 1 : 0,
  );
  const colors = [mode === 'dark' ? '#4a4f57' : '#c9ccd1', timeColor(0.3, mode), timeColor(1, mode)];
  const names = ['all else', 'compared with', 'the stretch'];
  return {
    codes,
    colors,
    isScale: false,
    key: names.flatMap((name, code) => {
      const points = codes.reduce((sum, own) => sum + (own === code ? 1 : 0), 0);
      return points > 0 ? [{ code, name, points, letter: ['', 'B', 'S'][code] }] : [];
    }),
  };
}

export function colorPoints(
  map: Pick<EmbeddingMap, 'index' | 'stream' | 'eventState' | 'time'>,
  by: Exclude<Coloring, 'phase'>,
  streams: readonly string[],
  mode: Mode,
): Colored {
  const n = map.index.length;
  if (by === 'time') {
    // In the order of events: an even scale, whatever the pauses; its ends are told as times where there are any.
    const codes = Uint8Array.from(map.index, (_, i) => Math.min(STEPS - 1, Math.floor((i / n) * STEPS)));
    const name = (i: number) =>
      n === 0 ? '' : Number.isFinite(map.time[i]) ? formatTimeFull(map.time[i]) : `event ${formatCount(map.index[i])}`;
    return {
      codes,
      colors: Array.from({ length: STEPS }, (_, step) => timeColor(step / (STEPS - 1), mode)),
      isScale: true,
      key:
        n === 0
          ? []
          : [
              { code: 0, name: name(0), points: n },
              { code: STEPS - 1, name: name(n - 1), points: n },
            ],
    };
  }
  const codes = by === 'stream' ? Uint8Array.from(map.stream) : map.eventState;
  const names = by === 'stream' ? streams : EVENT_STATES.map(eventStateName);
  const counts = new Uint32Array(names.length);
  for (const code of codes) counts[code] += 1;
  const styles =
    by === 'stream'
      ? streams.map((_, i) => streamStyle(i, mode))
      : EVENT_STATES.map((eventState) => eventStateStyle(eventState, mode));
  return {
    codes,
    colors: styles.map(({ color }) => color),
    isScale: false,
    key: names.flatMap((name, code) =>
      counts[code] > 0
        ? [
            {
              code,
              name,
              points: counts[code],
              ...(by === 'route' && { letter: eventStateStyle(EVENT_STATES[code], mode).letter }),
            },
          ]
        : [],
    ),
  };
}
