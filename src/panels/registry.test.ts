import { beforeAll, describe, expect, it } from 'vitest';
import { ALERT_KINDS } from '../detection/types.ts';
import { DEFAULT_PARAMETERS } from '../detection/parameters.ts';
import { PANELS } from './registry.ts';
import { analysed, inputOf, type Analysed } from './testing.ts';

const LINE_PANELS = PANELS.filter((panel) => panel.type === 'lines');

describe('the registry', () => {
  it('names every panel once, and says what it shows in one sentence', () => {
    expect(new Set(PANELS.map((panel) => panel.id)).size).toBe(PANELS.length);
    for (const { id, description } of PANELS) {
      expect(description, id).toMatch(/\.$/);
      expect(description.slice(0, -1), id).not.toMatch(/[.!?] [A-Z]/);
    }
  });

  it('marks each kind of alert on at least one panel of lines', () => {
    expect(ALERT_KINDS.filter((kind) => !LINE_PANELS.some((panel) => panel.kinds.includes(kind)))).toEqual([]);
  });
});

describe.each(LINE_PANELS)('$id, on a real analysis', (panel) => {
  let tiny: Analysed;
  beforeAll(async () => {
    tiny = await analysed({ fracture: 320, texts: true });
  });

  it.each(panel.scales)('draws a line with values on a %s scale', async (scale) => {
    const spec = panel.toChart(await inputOf(panel, tiny, { scale }));
    expect(spec.scale).toBe(scale);
    expect(spec.unit).toBe(panel.unit);
    expect(spec.lines.length).toBeGreaterThan(0);
    for (const line of spec.lines) {
      expect(line.points.length % 2).toBe(0);
      expect(
        line.points.some((value, i) => i % 2 === 1 && Number.isFinite(value)),
        line.name,
      ).toBe(true);
    }
    expect(new Set(spec.lines.map((line) => line.key)).size).toBe(spec.lines.length);
  });

  it('leaves out hidden streams, and survives before any series has arrived', async () => {
    const input = await inputOf(panel, tiny, { streams: [1] });
    if (!panel.ledgerWide) expect(panel.toChart(input).lines.map((line) => line.name)).toEqual(['b']);
    expect(panel.toChart({ ...input, series: {} }).lines).toEqual([]);
  });

  it('says why there is nothing to see, and what to do', () => {
    expect(panel.empty(tiny.report)).toMatch(/\. .+\.$|: .+\.$/);
    expect(panel.empty({ ...tiny.report, streams: tiny.report.streams.slice(0, 1), hasLatency: false })).toMatch(/\.$/);
    panel.note?.(tiny.report, DEFAULT_PARAMETERS);
  });
});
