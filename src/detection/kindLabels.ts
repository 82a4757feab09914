import type { AlertKind } from './types.ts';

const LABELS: Readonly<Record<AlertKind, string>> = {
  DRIFT: 'Drift',
  HOMOGENIZATION_FLOOR_NEAR: 'Homogenisation',
  FRAME_WEIGHT_DEGRADATION: 'Frame erosion',
  VOID: 'Void',
  SHIFT: 'Shift',
};

/** The kind of an alert in words; files and SQL have the code. */
export const kindLabel = (kind: AlertKind): string => LABELS[kind];

const PEAKS: Readonly<Record<AlertKind, { readonly what: string; readonly unit: '' | 'nats' | 'bits' }>> = {
  DRIFT: { what: 'largest KL', unit: 'nats' },
  HOMOGENIZATION_FLOOR_NEAR: { what: 'entropy at firing', unit: 'bits' },
  FRAME_WEIGHT_DEGRADATION: { what: 'friction at firing', unit: '' },
  VOID: { what: 'coupling ρ at firing', unit: '' },
  SHIFT: { what: 'T² at firing', unit: '' },
};

/** What the peak of an alert of this kind measures. */
export const peakOf = (kind: AlertKind): { readonly what: string; readonly unit: '' | 'nats' | 'bits' } => PEAKS[kind];
