import { expect, it } from 'vitest';
import { diffAlerts } from '../../detection/alerts.ts';
import type { Alert, AlertKind } from '../../detection/types.ts';
import { changesByStream } from './changes.ts';

const alert = (kind: AlertKind, stream: number, onset: number, fired: number, resolved: number | null): Alert => ({
  kind,
  stream,
  onset,
  fired,
  resolved: resolved,
  onsetSeq: onset,
  firedSeq: fired,
  peak: 1,
  lag: fired - onset,
});

it('changes are told by stream and kind, moves by how far the firing went', () => {
  const before = [
    alert('DRIFT', 0, 100, 110, 150),
    alert('DRIFT', 0, 300, 310, 340),
    alert('DRIFT', 0, 500, 520, 530),
    alert('VOID', 2, 10, 10, 20),
    alert('STYLE_SHIFT', 1, 5, 5, 9),
  ];
  const after = [
    alert('DRIFT', 0, 100, 104, 150),
    alert('DRIFT', 0, 300, 310, 360),
    alert('DRIFT', 0, 500, 506, 530),
    alert('DRIFT', 1, 40, 44, 60),
    alert('STYLE_SHIFT', 1, 5, 5, 9),
  ];
  expect(changesByStream(diffAlerts(before, after))).toEqual([
    { stream: 0, kind: 'DRIFT', added: 0, removed: 0, kept: 0, earlier: 2, later: 0, reshaped: 1, medianShift: -10 },
    {
      stream: 1,
      kind: 'DRIFT',
      added: 1,
      removed: 0,
      kept: 0,
      earlier: 0,
      later: 0,
      reshaped: 0,
      medianShift: Number.NaN,
    },
    {
      stream: 2,
      kind: 'VOID',
      added: 0,
      removed: 1,
      kept: 0,
      earlier: 0,
      later: 0,
      reshaped: 0,
      medianShift: Number.NaN,
    },
  ]);
  expect(changesByStream(diffAlerts(before, before))).toEqual([]);
});
