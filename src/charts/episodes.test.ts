import { describe, expect, it } from 'vitest';
import { ALERT_KINDS } from '../detection/types.ts';
import { episodeRow, hitEpisode, hitTick, layoutLanes, unionSpans, type Episode } from './episodes.ts';

const domain = { min: 0, max: 1000 };
const box = { left: 0, top: 10, width: 1000, height: 100 };
const episode = (id: number, more: Partial<Episode>): Episode => ({
  id,
  kind: 'DRIFT',
  lane: 0,
  onset: 100,
  fired: 120,
  end: 300,
  open: false,
  overlay: false,
  ...more,
});

const drift = episode(0, {});
const voided = episode(1, { kind: 'VOID', onset: 110, fired: 110, end: 1000, open: true });
const other = episode(2, { lane: 2, onset: 500, fired: 520, end: 600 });
const overlay = episode(-1, { overlay: true, onset: 110, fired: 180, end: 290 });
const all = [drift, voided, other, overlay];

describe('lanes', () => {
  const layout = layoutLanes(all, 3);
  const centre = (of: Episode) => {
    const row = episodeRow(of, layout, box);
    return row.top + row.height / 2;
  };

  it('have a row for each kind that occurs in them, and one where none does', () => {
    expect(layout.lanes.map((lane) => lane.kinds)).toEqual([['DRIFT', 'VOID'], [], ['DRIFT']]);
    expect(layout.lanes[1].top).toBe(layout.lanes[0].height);
    expect(layout.height).toBe(layout.lanes.reduce((sum, lane) => sum + lane.height, 0));
    expect(layout.lanes[1].height).toBeLessThan(layout.lanes[0].height);
  });

  it('shrink their rows where there are many, and stay hittable', () => {
    const many = Array.from({ length: 24 }, (_, lane) =>
      ALERT_KINDS.map((kind, k) => episode(lane * 5 + k, { lane, kind })),
    ).flat();
    const dense = layoutLanes(many, 24);
    expect(dense.rowHeight).toBeLessThan(layout.rowHeight);
    expect(dense.rowHeight).toBeGreaterThanOrEqual(4);
    for (const of of many) {
      const row = episodeRow(of, dense, box);
      expect(hitEpisode(many, 250, row.top + row.height / 2, domain, box, dense)?.id).toBe(of.id);
    }
  });

  it('never draw two kinds over one another', () => {
    const [first, second] = [drift, voided].map((of) => episodeRow(of, layout, box));
    expect(second.top).toBeGreaterThanOrEqual(first.top + first.height);
  });

  it('hand back what is under the pointer', () => {
    expect(hitEpisode(all, 250, centre(voided), domain, box, layout)?.id).toBe(1);
    expect(hitEpisode(all, 550, centre(other), domain, box, layout)?.id).toBe(2);
    expect(hitEpisode(all, 550, centre(drift), domain, box, layout)).toBeNull();
    expect(hitEpisode(all, 303, centre(drift), domain, box, layout)?.id).toBe(0);
  });

  it('prefer a tick to a bar and an alert to its overlay', () => {
    expect(hitEpisode(all, 200, centre(drift), domain, box, layout)?.id).toBe(0);
    expect(hitEpisode(all, 181, centre(drift), domain, box, layout)?.id).toBe(-1);
    expect(hitEpisode(all, 119, centre(drift), domain, box, layout)?.id).toBe(0);
  });
});

it('ticks are found within reach, the nearest first', () => {
  expect(hitTick(all, 122, domain, box)?.id).toBe(0);
  expect(hitTick(all, 116, domain, box)?.id).toBe(0);
  expect(hitTick(all, 113, domain, box)?.id).toBe(1);
  expect(hitTick(all, 140, domain, box)).toBeNull();
});

it('stretches that overlap or touch become one', () => {
  const spans = [
    [5, 9],
    [1, 3],
    [3, 4],
    [8, 12],
    [6, 7],
  ].map(([onset, end]) => ({ onset, end }));
  expect(unionSpans(spans)).toEqual([
    [1, 4],
    [5, 12],
  ]);
  expect(unionSpans([])).toEqual([]);
});
