import { describe, expect, it } from 'vitest';
import { printRows, rowsOf } from './index.ts';
import type { AppMeasurements } from './measure.ts';

const measured: AppMeasurements = {
  events: 1_000_000,
  progress: 80,
  firstPicture: 8001,
  atRest: 12_000,
  openLongestTask: 0,
  openLag: 20,
  openMemory: { peak: 2 ** 30, own: 2 ** 29 },
  heldBytes: null,
  picturesPerSecond: 29.9,
  framesPerSecond: 60,
  dragLongestTask: 51,
  dragLag: 60,
  zoom: 90,
  lambdaFirst: 150,
  lambdaRefined: 900,
  lambdaWholeFirst: Number.NaN,
  lambdaWholeRefined: 1500,
  longestTask: 51,
  lag: 60,
  memory: null,
};

describe('the table of the app bench', () => {
  it('holds each figure against its target: at the limit is met, beyond it is missed', () => {
    const met = Object.fromEntries(
      rowsOf(measured)
        .filter((row) => row.target !== '')
        .map((row) => [row.what, row.met]),
    );
    expect(met).toMatchObject({
      'open: progress shown': true,
      'open: first full picture': false,
      'threshold slider: pictures': false,
      'lambda, zoomed in: first picture': true,
      'open: peak renderer memory (resident)': true,
    });
  });

  it('does not call met what was not seen or not measured', () => {
    const rows = new Map(rowsOf(measured).map((row) => [row.what, row]));
    expect(rows.get('lambda, whole ledger: first picture')).toMatchObject({ measured: 'not seen', met: null });
    expect(rows.get('all: peak renderer memory (resident)')).toMatchObject({
      measured: 'not measured here',
      met: null,
    });
    expect(printRows(rowsOf(measured))).toMatch(/first full picture +8,001 ms {2}MISSED ≤ 8,000 ms/);
  });
});
