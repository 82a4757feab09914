import { describe, expect, it } from 'vitest';
import { ALERT_KINDS, EVENT_STATES } from '../detection/types.ts';
import { contrast, parseColor, type LinearRgb } from './color.ts';
import {
  divergingColor,
  kindStyle,
  eventStateStyle,
  REST_GREYS,
  streamStyle,
  STREAM_HUES,
  VALUE_HUES,
  type Mode,
} from './palette.ts';

/** The surfaces that charts are drawn on (--bg, --bg-raised, --bg-sunken), per theme. */
const SURFACES: Record<Mode, readonly string[]> = {
  dark: ['#0f1318', '#171c23', '#0a0d11'],
  light: ['#f6f7f9', '#ffffff', '#eceff3'],
};
const MODES: readonly Mode[] = ['dark', 'light'];

/** Machado, Oliveira & Fernandes 2009, severity 1, in linear light. */
const VISION: Record<string, readonly (readonly number[])[]> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function oklab([r, g, b]: LinearRgb): number[] {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function seen(color: string, vision: string): number[] {
  const rgb = parseColor(color);
  if (!rgb) throw new Error(`not a colour: ${color}`);
  const [r, g, b] = VISION[vision].map((row) =>
    Math.min(1, Math.max(0, row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2])),
  );
  return oklab([r, g, b]);
}

/**
 * Smallest distance in OKLab between any two of `colors` as seen with `vision`; 0.02 is about a just noticeable
 * difference.
 */
function closest(colors: readonly string[], vision: string): number {
  const labs = colors.map((color) => seen(color, vision));
  let least = Infinity;
  labs.forEach((a, i) =>
    labs.slice(0, i).forEach((b) => {
      least = Math.min(least, Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
    }),
  );
  return least;
}

describe.each(MODES)('palette on %s', (mode) => {
  const groups = {
    streams: STREAM_HUES[mode],
    values: [...VALUE_HUES[mode], ...Object.values(REST_GREYS[mode])],
    kinds: ALERT_KINDS.map((kind) => kindStyle(kind, mode).color),
    eventStates: EVENT_STATES.map((eventState) => eventStateStyle(eventState, mode).color),
  };

  it.each(Object.entries(groups))('%s contrast at least 3:1 with every surface', (_name, colors) => {
    for (const color of colors)
      for (const surface of SURFACES[mode])
        expect(contrast(color, surface), `${color} on ${surface}`).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.keys(VISION))('hues stay apart with %s vision', (vision) => {
    expect(closest(groups.streams, vision)).toBeGreaterThan(0.06);
    expect(closest(groups.kinds, vision)).toBeGreaterThan(0.08);
    expect(closest(groups.values, vision)).toBeGreaterThan(0.06);
    expect(closest(groups.eventStates, vision)).toBeGreaterThan(0.03);
  });

  it('leaves the hues of streams to streams', () => {
    for (const other of [...groups.kinds, ...groups.eventStates])
      for (const stream of groups.streams)
        expect(closest([other, stream], 'normal'), `${other} ${stream}`).toBeGreaterThan(0.05);
    for (const kind of groups.kinds)
      for (const stream of groups.streams)
        expect(closest([kind, stream], 'normal'), `${kind} ${stream}`).toBeGreaterThan(0.08);
  });

  it('tells 24 streams apart, and letters tell kinds and routes apart', () => {
    expect(new Set(Array.from({ length: 24 }, (_, i) => JSON.stringify(streamStyle(i, mode)))).size).toBe(24);
    expect(new Set(ALERT_KINDS.map((kind) => kindStyle(kind, mode).letter)).size).toBe(ALERT_KINDS.length);
    expect(new Set(EVENT_STATES.map((eventState) => eventStateStyle(eventState, mode).letter)).size).toBe(
      EVENT_STATES.length,
    );
  });

  it('runs the diverging scale through a neutral middle', () => {
    expect(divergingColor(Number.NaN, mode)).toBe('transparent');
    expect(divergingColor(-1, mode)).not.toBe(divergingColor(1, mode));
    expect(contrast(divergingColor(0, mode), SURFACES[mode][0])).toBeLessThan(1.5);
    expect(divergingColor(7, mode)).toBe(divergingColor(1, mode));
  });
});
