import { formatNumber } from '../../core/format.ts';
import { governedBy } from '../../detection/channels/limitRule.ts';
import type { LinePanel } from '../panel.ts';
import { lineSpec, streamLines } from '../stack/lines.ts';
import { CouplingMatrix } from './CouplingMatrix.tsx';

/**
 * Off-diagonal coupling (docs/methods.md 6) with the levels that open and close a void (docs/methods.md 8), at the live
 * shares of the reference coupling.
 */
export const coupling: LinePanel = {
  type: 'lines',
  id: 'coupling',
  title: 'Coupling ρ',
  description:
    'How much a stream moves together with the others: a fall below the floor is a void, in which it no ' +
    'longer answers.',
  unit: 'ratio',
  series: ['rho'],
  height: 140,
  scales: ['linear'],
  kinds: ['VOID'],
  toChart: (input) => {
    const { rho } = input.report.calibration;
    const { void_floor, void_clear, void_min_ref } = input.parameters;
    const [floor, clear] = [void_floor * rho, void_clear * rho];
    // As in the detector: never phase-locked, never alarmed on.
    const thresholds =
      rho >= void_min_ref
        ? [
            {
              value: clear,
              label: `clears above ${formatNumber(clear)}`,
              tone: 'ok' as const,
              dash: [1, 3],
              rule: governedBy('void_clear', rho),
            },
            {
              value: floor,
              label: `void below ${formatNumber(floor)}`,
              tone: 'danger' as const,
              rule: governedBy('void_floor', rho),
            },
            { value: rho, label: `reference ${formatNumber(rho)}`, tone: 'dim' as const, dash: [1, 3] },
          ]
        : [];
    return lineSpec('ratio', input.scale, streamLines(input, 'rho'), { thresholds, include: [0, void_min_ref] });
  },
  empty: (report) =>
    report.streams.length < 2
      ? 'Coupling needs two streams; this ledger has one. Choose another stream key.'
      : 'No coupling in this range: streams have not answered each other yet. Zoom out.',
  Extra: CouplingMatrix,
};
