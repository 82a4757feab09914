import { describe, expect, it } from 'vitest';
import { dragWindow, moveReference } from './window.ts';

const full = { min: 0, max: 1000 };
const window = { min: 200, max: 400 };

describe('the window of the overview', () => {
  it('moves as a whole, and no further than the ledger', () => {
    expect(dragWindow('window', window, 300, 350, full, 5)).toEqual({ min: 250, max: 450 });
    expect(dragWindow('window', window, 300, 9000, full, 5)).toEqual({ min: 800, max: 1000 });
  });

  it('moves one edge and leaves the other', () => {
    expect(dragWindow('from', window, 200, 150, full, 5)).toEqual({ min: 150, max: 400 });
    expect(dragWindow('to', window, 400, 900, full, 5)).toEqual({ min: 200, max: 900 });
    expect(dragWindow('from', window, 200, 700, full, 5)).toEqual({ min: 395, max: 400 });
    expect(dragWindow('to', window, 400, -50, full, 5)).toEqual({ min: 200, max: 205 });
  });

  it('is drawn anew in either direction', () => {
    expect(dragWindow('draw', window, 700, 600, full, 5)).toEqual({ min: 600, max: 700 });
  });
});

it('edges of the reference period stay in order and within the ledger', () => {
  expect(moveReference('ref-from', window, -10, full, 5)).toEqual({ min: 0, max: 400 });
  expect(moveReference('ref-from', window, 999, full, 5)).toEqual({ min: 395, max: 400 });
  expect(moveReference('ref-to', window, 2000, full, 5)).toEqual({ min: 200, max: 1000 });
  expect(moveReference('ref-to', window, 0, full, 5)).toEqual({ min: 200, max: 205 });
});
