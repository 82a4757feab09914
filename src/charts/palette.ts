import { KIND_FACES, type KindFace } from '../detection/channels/table.ts';
import type { AlertKind, EventState } from '../detection/types.ts';

/**
 * Fixed colours of streams, alert kinds (those stand with their channel) and routes.
 * Chosen by a search over OKLCH for the largest smallest distance
 * under normal vision and simulated protanopia, deuteranopia and tritanopia (Machado, Oliveira & Fernandes 2009), at a
 * contrast of at least 3:1 to the backgrounds; `palette.test.ts` checks both. Hues of streams are for streams only;
 * states that no alert stands behind are greys. Colour is never alone: streams repeat
 * their hues with another dash, kinds and routes have a letter.
 */
export type Mode = 'dark' | 'light';

export interface StreamStyle {
  readonly color: string;
  /** Canvas line dash in CSS pixels; empty is solid. */
  readonly dash: readonly number[];
}
export interface KeyStyle {
  readonly color: string;
  readonly letter: string;
  /** How areas of this key are hatched, so that they differ without colour. */
  readonly hatch: Hatch;
}
export type Hatch = KindFace['hatch'];

export const STREAM_HUES: Readonly<Record<Mode, readonly string[]>> = {
  dark: ['#5b93fb', '#ec8e17', '#24f9d3', '#c671c4', '#e9dc4b', '#dd4a31', '#6bbb92', '#cda5fe'],
  light: ['#517ee2', '#b27402', '#1e655c', '#a149a0', '#715f02', '#733119', '#69816f', '#5b268c'],
};
/** Of the values of a column, which are no streams: twelve, then all others as one, and none. */
export const VALUE_HUES: Readonly<Record<Mode, readonly string[]>> = {
  dark: [
    ...['#f68c11', '#51aebd', '#c671fe', '#9df7b0', '#ad4c3f', '#f9e03f'],
    ...['#508db7', '#e790fa', '#76cf8a', '#b77610', '#a049d4', '#889979'],
  ],
  light: [
    ...['#5446d5', '#b77610', '#113f46', '#834791', '#842b02', '#5f7ceb'],
    ...['#5a775f', '#6f049f', '#a85419', '#3a1463', '#92689c', '#511903'],
  ],
};
/** Points of other values, and of none. */
export const REST_GREYS: Readonly<Record<Mode, { readonly other: string; readonly none: string }>> = {
  dark: { other: '#c3c9cf', none: '#6b737c' },
  light: { other: '#4d545c', none: '#81888f' },
};
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2]];

/**
 * Style of stream `index`: eight hues, each solid, then dashed, then dotted; distinct for 24 streams, repeating beyond.
 */
export function streamStyle(index: number, mode: Mode): StreamStyle {
  const hues = STREAM_HUES[mode];
  return { color: hues[index % hues.length], dash: DASHES[Math.floor(index / hues.length) % DASHES.length] };
}

/** Style of what is of the whole ledger and of no stream. */
export const ledgerStyle = (mode: Mode): StreamStyle => ({ color: mode === 'dark' ? '#bcc3ca' : '#474e56', dash: [] });

type Themed = Omit<KindFace, 'label'>;

const EVENT_STATE_STYLES: Readonly<Record<EventState, Themed>> = {
  WARMING: { dark: '#717a84', light: '#81888f', letter: 'W', hatch: 'rising' },
  VOID: KIND_FACES.VOID,
  DRIFT: KIND_FACES.DRIFT,
  HOMOGENIZATION: KIND_FACES.HOMOGENIZATION_FLOOR_NEAR,
  FRAME_WEIGHT_DEGRADATION: KIND_FACES.FRAME_WEIGHT_DEGRADATION,
  ACCOMMODATION: { dark: '#bcc3ca', light: '#474e56', letter: 'A', hatch: 'vertical' },
  WATCH: { dark: '#e3e8ec', light: '#242a31', letter: 'T', hatch: 'cross' },
  IN_FRAME: { dark: '#99a1aa', light: '#656c74', letter: 'I', hatch: 'none' },
};

const resolve = (style: Themed, mode: Mode): KeyStyle => ({
  color: style[mode],
  letter: style.letter,
  hatch: style.hatch,
});

export const kindStyle = (kind: AlertKind, mode: Mode): KeyStyle => resolve(KIND_FACES[kind], mode);
export const eventStateStyle = (eventState: EventState, mode: Mode): KeyStyle =>
  resolve(EVENT_STATE_STYLES[eventState], mode);

/** Diverging scale for correlations, -1 .. 1: orange through the neutral background to blue. */
export function divergingColor(value: number, mode: Mode): string {
  if (!Number.isFinite(value)) return 'transparent';
  const [negative, neutral, positive] =
    mode === 'dark'
      ? ([
          [240, 140, 40],
          [30, 37, 46],
          [79, 160, 250],
        ] as const)
      : ([
          [196, 98, 10],
          [240, 243, 247],
          [32, 92, 190],
        ] as const);
  const t = Math.min(1, Math.abs(value));
  const end = value < 0 ? negative : positive;
  return `rgb(${neutral.map((from, i) => Math.round(from + (end[i] - from) * t)).join(', ')})`;
}
