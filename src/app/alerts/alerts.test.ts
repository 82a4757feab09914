import { describe, expect, it } from 'vitest';
import { ALERT_KINDS, type Alert } from '../../detection/types.ts';
import { alertChangeText } from './changeText.ts';
import { toggleKind } from './filter.ts';
import { neighbourAlert } from './neighbour.ts';
import { epochMsOf } from './times.ts';

const alert = (fired: number): Alert => ({
  kind: 'DRIFT',
  stream: 0,
  onset: fired - 2,
  fired,
  resolved: fired + 10,
  onsetSeq: 1,
  firedSeq: 3,
  peak: 5,
  lag: 2,
});
const pair = { before: alert(1), after: alert(2) };

describe('alertChangeText', () => {
  it('counts what came, went and moved', () => {
    expect(
      alertChangeText({ added: [alert(1), alert(9)], removed: [alert(3)], kept: [], moved: [] }, 'the defaults'),
    ).toBe('+2 −1 alerts against the defaults');
    expect(alertChangeText({ added: [], removed: [], kept: [], moved: [pair] }, 'the defaults')).toBe(
      '+0 −0 alerts against the defaults, 1 moved',
    );
    expect(alertChangeText({ added: [], removed: [], kept: [pair], moved: [] }, '“strict”')).toBe(
      'same alerts as “strict”',
    );
  });
});

describe('toggleKind', () => {
  it('takes kinds out and in; all of them is no filter', () => {
    const without = toggleKind(null, 'VOID');
    expect(without).toEqual(ALERT_KINDS.filter((kind) => kind !== 'VOID'));
    expect(toggleKind(without, 'VOID')).toBeNull();
    expect(toggleKind(['VOID'], 'VOID')).toEqual([]);
  });
});

describe('neighbourAlert', () => {
  it('goes by the event at which alerts fired', () => {
    const alerts = [alert(10), alert(20), alert(30)];
    const fired = (at: number | null, direction: -1 | 1) => neighbourAlert(alerts, at, direction)?.fired ?? null;
    expect([
      fired(null, 1),
      fired(null, -1),
      fired(20, 1),
      fired(20, -1),
      fired(25, -1),
      fired(30, 1),
      fired(10, -1),
    ]).toEqual([10, 30, 30, 10, 20, null, null]);
  });
});

describe('epochMsOf', () => {
  it('reads every form of a timestamp', () => {
    expect([epochMsOf(1500.5), epochMsOf(new Date(1500)), epochMsOf(1_500_250n), epochMsOf(null)]).toEqual([
      1500.5,
      1500,
      1500.25,
      NaN,
    ]);
  });
});
