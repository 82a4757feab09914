import { expect, it } from 'vitest';
import type { MarkArea } from '../../charts/paint.ts';
import { laneMarkAreas, lineMarkAreas } from './markAreas.ts';

const reference: MarkArea = { from: 0, to: 100, label: 'reference' };
const fault = (from: number, to: number, lane?: number): MarkArea => ({
  from,
  to,
  label: 'fault',
  tone: 'labelled',
  lane,
});

it('labelled stretches lie in the lane of their stream, and once over lines', () => {
  const markAreas = [reference, fault(200, 300, 0), fault(250, 320, 2), fault(400, 420, 1), fault(500, 510)];
  expect(laneMarkAreas(markAreas, [0, 2]).map(({ from, lane }) => [from, lane])).toEqual([
    [0, undefined],
    [200, 0],
    [250, 1],
    [500, undefined],
  ]);
  expect(lineMarkAreas(markAreas, [0, 2], false)).toEqual([reference]);
  expect(lineMarkAreas(markAreas, [0, 2], true).map(({ from, to }) => [from, to])).toEqual([
    [0, 100],
    [200, 320],
    [500, 510],
  ]);
});
