import { describe, expect, it } from 'vitest';
import type { Alert, AlertKind } from '../../detection/types.ts';
import { alertAt, alertOf } from './subject.ts';

const alert = (kind: AlertKind, onset: number, fired: number, resolved: number | null): Alert => ({
  kind,
  stream: 0,
  onset,
  fired,
  resolved: resolved,
  onsetSeq: 1,
  firedSeq: 2,
  peak: 1,
  lag: 1,
});
const ALERTS = [alert('DRIFT', 90, 100, 200), alert('STYLE_SHIFT', 80, 100, 300), alert('DRIFT', 240, 250, null)];

describe('alertOf', () => {
  it('finds the alert that fired at the event, of the kind that is named', () => {
    expect(alertOf(ALERTS, { event: 100, kind: null })).toMatchObject({ number: 0, kind: 'DRIFT' });
    expect(alertOf(ALERTS, { event: 100, kind: 'STYLE_SHIFT' })).toMatchObject({ number: 1, kind: 'STYLE_SHIFT' });
  });
  it('follows an alert that another threshold makes fire elsewhere in its episode', () => {
    expect(alertOf(ALERTS, { event: 104, kind: 'DRIFT' })).toMatchObject({ number: 0 });
    expect(alertOf(ALERTS, { event: 260, kind: null })).toMatchObject({ number: 2 });
  });
  it('is null if no episode covers the event', () => {
    expect(alertOf(ALERTS, { event: 220, kind: 'DRIFT' })).toBeNull();
    expect(alertOf([], { event: 1, kind: null })).toBeNull();
  });
});

describe('alertAt', () => {
  it('prefers the alert that fires there, then the newest that covers the event', () => {
    expect(alertAt(ALERTS, 100)?.kind).toBe('DRIFT');
    expect(alertAt(ALERTS, 280)).toMatchObject({ kind: 'DRIFT', fired: 250 });
    expect(alertAt(ALERTS, 10)).toBeNull();
  });
});
